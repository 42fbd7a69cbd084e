"""The observation time of a landed file, and where it comes from."""

import re
from datetime import UTC, date, datetime, time
from typing import Literal

from syndication_assets.landing.zone.landing_zone import LandingError

ObservedAtSource = Literal["file_name", "meta", "noon"]

# The time at the end of a name, whatever stands before it: `dataset_<username>_2025-11-25_06-00-00-000.json`, as named
# by the LinkedIn actor and by our fetches, or `Kilts export 2025-11-25_06-00-00 (1).json`, as downloaded twice.
TIME_IN_NAME = re.compile(
    r"(?<![0-9])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[_T ]"
    r"(?P<hour>[0-9]{2})-(?P<minute>[0-9]{2})-(?P<second>[0-9]{2})(?:-(?P<millisecond>[0-9]{3}))?Z?"
    r"(?: ?\([0-9]{1,3}\))?\.(?:json|xml|rss|atom)(?:\.gz)?\Z"
)


def file_name_time(moment: datetime) -> str:
    """A moment in UTC as TIME_IN_NAME reads it, in milliseconds."""
    return f"{moment:%Y-%m-%d_%H-%M-%S}-{moment.microsecond // 1000:03}"


def observation_time(name: str, meta: dict[str, object], landed_on: date) -> tuple[datetime, ObservedAtSource]:
    """When the file's numbers were true, from its name, else from its .meta.json, else noon UTC of the landing day.

    Raises LandingError if the time is invalid or not on the day of the folder, which is the partition.
    """
    observed_at: datetime
    observed_at_source: ObservedAtSource
    match = TIME_IN_NAME.search(name)
    if match is not None:
        clock = f"{match['hour']}:{match['minute']}:{match['second']}.{match['millisecond'] or '000'}"
        try:
            observed_at = datetime.fromisoformat(f"{match['day']}T{clock}+00:00")
        except ValueError:
            raise LandingError("the file name contains a time that does not exist") from None
        observed_at_source = "file_name"
    elif "observed_at" in meta:
        try:
            observed_at = datetime.fromisoformat(str(meta["observed_at"]))
            has_zone = observed_at.tzinfo is not None
            observed_at, observed_at_source = observed_at.astimezone(UTC), "meta"
        except (ValueError, OverflowError):
            raise LandingError("observed_at in its .meta.json is not an ISO 8601 time") from None
        if not has_zone:
            raise LandingError("observed_at in its .meta.json has no time zone: write it in UTC, ending in Z")
    else:
        return datetime.combine(landed_on, time(12), tzinfo=UTC), "noon"
    if observed_at.date() != landed_on:
        raise LandingError(
            f"it was observed on {observed_at:%Y-%m-%d} (UTC), but is in the folder of {landed_on}: "
            f"land it under {observed_at:%Y-%m-%d}"
        )
    return observed_at, observed_at_source
