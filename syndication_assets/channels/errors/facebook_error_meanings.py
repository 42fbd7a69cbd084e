"""What the error codes of the Graph API mean: the rows of `facebook_errors.csv`, each with its source. Pure."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("facebook_errors.csv")


class Meaning(StrEnum):
    """What an error is about, which decides what becomes of the post and of its account."""

    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a kind of error
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - a kind of error
    MISSING_PERMISSION = "missing_permission"
    """The token may not publish on the page: no post of the account can succeed."""
    RATE_LIMIT = "rate_limit"
    RATE_LIMIT_OF_THE_APP = "rate_limit_of_the_app"
    BLOCKED = "blocked"
    """The platform blocks the account for a while, whatever it sends."""
    DUPLICATE = "duplicate"
    ABOUT_THE_POST = "about_the_post"
    """Other posts of the account are not concerned."""
    PARAMETER = "parameter"
    """Something in the call is wrong: in the post, or in every call."""
    PROVES_NOTHING = "proves_nothing"
    """The post may have been accepted."""
    UNKNOWN = "unknown"
    """No row has the code."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row of the file."""

    first_code: int
    last_code: int
    subcode: int | None
    """None for every subcode that has no row of its own."""
    meaning: Meaning
    advice: str
    """A sentence for people; empty if Facebook's message says enough."""
    source_url: str


@cache
def error_rows() -> tuple[ErrorRow, ...]:
    """The rows in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(**values) for values in csv.DictReader(file, strict=True))


def row_of(code: int, subcode: int | None) -> ErrorRow | None:
    """The row of a code with its subcode, else that of the code alone; None if the file has neither."""
    rows = [row for row in error_rows() if row.first_code <= code <= row.last_code and row.subcode in (None, subcode)]
    return max(rows, key=lambda row: row.subcode is not None, default=None)


def _row(code: str, subcode: str, meaning: str, advice: str, source_url: str) -> ErrorRow:
    first, _, last = code.partition("-")
    return ErrorRow(
        int(first), int(last or first), int(subcode) if subcode else None, Meaning(meaning), advice, source_url
    )
