"""What the error codes of the Graph API mean: the rows of `facebook_errors.csv`, each with its source. Pure.

Instagram is asked through the same API and has codes of its own in `instagram_errors.csv`, which come first there.
"""

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_DIRECTORY = Path(__file__).parent
_CODES = re.compile(r"(-?[0-9]+)(?:-([0-9]+))?")


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
    NOT_YET = "not_yet"
    """The post was not accepted, and the same call may succeed later."""
    VERSION_RETIRED = "version_retired"
    """The network no longer serves the version of its API that we ask for: no call can succeed."""
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
def error_rows(network: str = "facebook") -> tuple[ErrorRow, ...]:
    """The rows in the order of the network's file."""
    with (_DIRECTORY / f"{network}_errors.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(**values) for values in csv.DictReader(file, strict=True))


def row_of(code: int, subcode: int | None, network: str = "facebook") -> ErrorRow | None:
    """The row of a code with its subcode, else that of the code alone; None if there is neither.

    A row of the network itself precedes one of Facebook.
    """
    for name in dict.fromkeys([network, "facebook"]):
        rows = [
            row
            for row in error_rows(name)
            if row.first_code <= code <= row.last_code and row.subcode in (None, subcode)
        ]
        if rows:
            return max(rows, key=lambda row: row.subcode is not None)
    return None


def _row(code: str, subcode: str, meaning: str, advice: str, source_url: str) -> ErrorRow:
    match = _CODES.fullmatch(code)
    if match is None:
        raise ValueError(f"{code!r} is neither a code nor a range of codes")
    first, last = match.groups()
    return ErrorRow(
        int(first), int(last or first), int(subcode) if subcode else None, Meaning(meaning), advice, source_url
    )
