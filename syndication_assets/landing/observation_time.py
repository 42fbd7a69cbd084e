"""The observation time of a landed file, and where it comes from."""

import re
from datetime import UTC, date, datetime, time
from typing import Literal

from syndication_assets.landing.landing_zone import LandingError

ObservedAtSource = Literal["file_name", "meta", "noon"]

# `dataset_<username>_<YYYY-MM-DD_HH-MM-SS-mmm>.json`, as named by the LinkedIn actor and by our fetches.
FILE_NAME = re.compile(
    r"^(?:[a-z]+_(?P<username>.+)_)?"
    r"(?P<day>\d{4}-\d{2}-\d{2})_(?P<hour>\d{2})-(?P<minute>\d{2})-(?P<second>\d{2})(?:-(?P<millisecond>\d{3}))?"
    r"\.(?:json|xml|rss|atom)(?:\.gz)?$"
)


def file_name_time(moment: datetime) -> str:
    """A moment in UTC as FILE_NAME reads it, in milliseconds."""
    return f"{moment:%Y-%m-%d_%H-%M-%S}-{moment.microsecond // 1000:03}"


def observation_time(name: str, meta: dict[str, object], landed_on: date) -> tuple[datetime, ObservedAtSource]:
    """When the file's numbers were true, from its name, else from its .meta.json, else noon UTC of the landing day.

    Raises LandingError if the time is invalid or not on the day of the folder, which is the partition.
    """
    observed_at: datetime
    observed_at_source: ObservedAtSource
    match = FILE_NAME.match(name)
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
