"""Converts values of an item: times to UTC, names and handles without white space, URLs to the keys of media.

What cannot be converted is an `ItemRejectedError` that names the path of the value, never its content.
"""

import re
from datetime import UTC, datetime, timedelta

from syndication_assets.landing.loading.rejections import ItemRejectedError

MAXIMUM_HANDLE_LENGTH = 200
MAXIMUM_KEY_BYTES = 2_000
"""Longer values do not fit into a PostgreSQL index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_2000 = 946_684_800
_SECONDS_2100 = 4_102_444_800
_PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
_SCHEME = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")


def utc_from_milliseconds(value: int, path: str) -> datetime:
    """Milliseconds since 1970 as UTC; rejects times outside of 2000 to 2100."""
    return _utc(value, "milliseconds", path)


def utc_from_seconds(value: int, path: str) -> datetime:
    """Seconds since 1970 as UTC; rejects times outside of 2000 to 2100 (milliseconds would be the year 57886)."""
    return _utc(value, "seconds", path)


def _utc(value: int, unit: str, path: str) -> datetime:
    per_second = _PER_SECOND[unit]
    if _SECONDS_2000 * per_second <= value < _SECONDS_2100 * per_second:
        return _EPOCH + timedelta(microseconds=value * (1_000_000 // per_second))
    for other, per_other in _PER_SECOND.items():
        if _SECONDS_2000 * per_other <= value < _SECONDS_2100 * per_other:
            raise ItemRejectedError(f"{path}: time outside 2000 to 2100; {other} where {unit} are expected?")
    raise ItemRejectedError(f"{path}: time outside 2000 to 2100")


def utc_from_iso(value: str, path: str) -> datetime:
    """An ISO 8601 time with a zone as UTC; rejects times without a zone and times outside of 2000 to 2100."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ItemRejectedError(f"{path}: not a time in ISO 8601") from None
    if moment.tzinfo is None:
        raise ItemRejectedError(f"{path}: a time without a zone")
    if not 1999 <= moment.year <= 2100 or not 2000 <= (moment := moment.astimezone(UTC)).year < 2100:
        raise ItemRejectedError(f"{path}: time outside 2000 to 2100")
    return moment


def clean_text(value: str | None) -> str | None:
    """A name, handle or address without surrounding white space (a stray CR of a CSV file); None if nothing is left."""
    return (value.strip() or None) if value else None


def clean_handle(value: str | None, path: str) -> str | None:
    """A user name or channel id in its original case; None if there is none."""
    handle = clean_text(value)
    if handle and (len(handle) > MAXIMUM_HANDLE_LENGTH or "\0" in handle):
        raise ItemRejectedError(f"{path}: a user name with a NUL, or of more than {MAXIMUM_HANDLE_LENGTH} characters")
    return handle


def media_key(url: str, path: str) -> str:
    """The URL without scheme, query and fragment: signed URLs of one picture only differ in their query."""
    key = _SCHEME.sub("", url, count=1).partition("#")[0].partition("?")[0].strip()
    if not key:
        raise ItemRejectedError(f"{path}: not a URL")
    if len(key) > MAXIMUM_KEY_BYTES // 4 and len(key.encode()) > MAXIMUM_KEY_BYTES:
        raise ItemRejectedError(f"{path}: a URL longer than {MAXIMUM_KEY_BYTES:,} bytes without its query")
    return key
