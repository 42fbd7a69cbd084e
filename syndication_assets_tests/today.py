"""The UTC day of a test: it asks when it needs it, because what is computed at import was computed before midnight,
perhaps.
"""

from datetime import UTC, date, datetime


def today() -> date:
    return datetime.now(UTC).date()
