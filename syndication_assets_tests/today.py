"""The UTC day of a test: it begins and ends on the same one.

The database says `now()`, and the landing zone has a folder a day. What is computed at import was computed before
midnight, perhaps: a test asks for the day when it needs it. And none that could see midnight begins before it.
"""

import time
from datetime import UTC, date, datetime, timedelta

LONGEST_TEST = timedelta(minutes=1)
"""Twice what the longest of the quick tests takes while both processors are busy."""
LONGEST_SLOW_TEST = timedelta(minutes=10)
"""Twice what the commands of the manual take."""


def today() -> date:
    return datetime.now(UTC).date()


def wait_for_the_new_day(*, is_slow: bool) -> None:
    """Returns at once, but in the last minutes of a day."""
    time.sleep(seconds_to_wait(datetime.now(UTC), LONGEST_SLOW_TEST if is_slow else LONGEST_TEST))


def seconds_to_wait(now: datetime, longest: timedelta) -> float:
    """Until a second after midnight, for a test that could see it otherwise; else 0."""
    left = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC) - now
    return (left + timedelta(seconds=1)).total_seconds() if left <= longest else 0.0
