"""The Retry-After header of HTTP, in either of its forms."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_to_wait(value: str | None) -> float | None:
    """The seconds that the header asks for, 0 for a time in the past; None if it is neither seconds nor a date."""
    try:
        if value is None:
            return None
        if value.strip().isdigit():
            return float(value)
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo is not None else None
