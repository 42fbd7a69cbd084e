"""Tables for people who look at an asset or a check in the UI."""

import re
from collections.abc import Sequence
from typing import Any

_LONGEST_CELL = 200


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table whose cells show any text as it is."""
    lines = [columns, ["---"] * len(columns), *([_escaped(shorten(value)) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shorten(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = "NULL" if value is None else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _escaped(text: str) -> str:
    """Escapes what Markdown would read as markup: paths and reasons hold whatever the outside world wrote."""
    return re.sub(r"([\\`*_\[\]<>|~&$!])", r"\\\1", text)
