"""Tables for people who look at an asset or a check in the UI."""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

_MAXIMUM_CELL_LENGTH = 200


def markdown_table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> dg.MarkdownMetadataValue:
    """A Markdown table; a cell never breaks out of it, and a long one is cut. None is shown as an empty cell."""
    lines = [_line(headers), _line(["---"] * len(headers)), *(_line(row) for row in rows)]
    return dg.MetadataValue.md("\n".join(lines))


def _line(cells: Iterable[Any]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split())
    if len(text) > _MAXIMUM_CELL_LENGTH:
        text = text[: _MAXIMUM_CELL_LENGTH - 1] + "…"
    return text.replace("|", "\\|").replace("<", "&lt;")
