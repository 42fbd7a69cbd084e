"""How every `list` command shows its rows: a line each, or all of them as JSON, never with terminal controls."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any, TypeVar

import click

from syndication_assets.database.sessions.locks import waiting_at_most

SECONDS_TO_WAIT = 20
"""A list does not wait for a locked table longer than this."""

Row = TypeVar("Row")

# C0 and C1 controls and the characters that reverse the direction of text: a name could rewrite what is on the screen.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, passed on as `as_json`; and the list does not wait for ever."""

    @wraps(function)
    def patient(*arguments: Any, **options: Any) -> Any:
        with waiting_at_most(SECONDS_TO_WAIT):
            return function(*arguments, **options)

    return click.option("--json", "as_json", is_flag=True, help="Print a JSON list, for other programs.")(patient)


def show_rows(rows: Sequence[Row], line: Callable[[Row], str], empty: str, *, as_json: bool) -> None:
    """Prints `line` of every row, or `empty`; as JSON a list of objects, `[]` without rows.

    A row is a named tuple or a dataclass, whose fields are the members of its object.
    """
    if as_json:
        click.echo(json.dumps([_members(row) for row in rows], default=str, ensure_ascii=True, indent=2))
        return
    for row in rows:
        click.echo(printable(line(row)))
    if not rows:
        click.echo(empty)


def _members(row: Any) -> dict[str, Any]:
    return row._asdict() if isinstance(row, tuple) else asdict(row)  # type: ignore[attr-defined]


def printable(text: str) -> str:
    """The text with a replacement character for every control of a terminal, except tabs and line feeds."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
