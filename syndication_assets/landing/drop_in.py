"""Landing files by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.source_rooms import ROOM_OF_SOURCE
from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone
from syndication_assets.landing.zone.observation_time import observation_time


def land_files(
    zone: LandingZone, organization: str, source: str, day: date, files: Sequence[Path]
) -> list[tuple[str, bool]]:
    """Copies files into the zone; returns each path and whether it is new. A file's `.meta.json` companion comes along.

    All files are validated before the first is copied, so a mistake in any of them lands none.
    """
    if source not in ROOM_OF_SOURCE:
        raise SyndicationError(f"Unknown source {source!r}: use one of {', '.join(sorted(ROOM_OF_SOURCE))}.")
    if day > datetime.now(UTC).date():
        raise SyndicationError(f"{day} is in the future (UTC): give the day on which the numbers were read.")
    files = [file for file in files if not file.name.endswith(".meta.json")]
    if not files:
        raise SyndicationError("Only .meta.json files were given: name the files they belong to; they come along.")
    metas = [_read_meta(file) for file in files]
    for file, meta in zip(files, metas, strict=True):
        try:
            observation_time(file.name, meta or {}, day)
        except LandingError as error:
            raise SyndicationError(f"{file}: {error}.") from None
    return [
        zone.land(organization, source, day, file.name, file.read_bytes(), meta)
        for file, meta in zip(files, metas, strict=True)
    ]


def contiguous_ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """The contiguous ranges of ordered days, both ends included."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        if ranges and ranges[-1][1] == day - timedelta(days=1):
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges


def _read_meta(file: Path) -> dict[str, object] | None:
    companion = file.with_name(file.name + ".meta.json")
    if not companion.exists():
        return None
    try:
        return msgspec.json.decode(companion.read_bytes(), type=dict[str, object])
    except msgspec.DecodeError as error:
        raise SyndicationError(f"{companion} is not a JSON object: {error}.") from None
