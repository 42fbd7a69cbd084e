"""Times of publication: numbers since 1970, in seconds or milliseconds, and which times can be true. Pure."""

import re
from datetime import UTC, datetime

_FIRST, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[0-9]{9,13}(?:\.[0-9]{1,9})?")
_MILLISECONDS_FROM = 10**11
"""Seconds reach this number in the year 5138, milliseconds reached it in 1973."""


def unix_time(text: str) -> datetime | None:
    """The time of a number of seconds or milliseconds since 1970; None if the text is no such number of our times."""
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) is None:
        return None
    seconds = float(stripped)
    moment = datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
    return possible_time(moment)


def possible_time(moment: datetime) -> datetime | None:
    """The time; None if it is before 1970 or after 2099, as what some parsers make of a number."""
    return moment if _FIRST <= moment < _END else None
