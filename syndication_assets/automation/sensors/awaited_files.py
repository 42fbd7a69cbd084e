"""Which landed files wait for a load."""

from collections.abc import Iterator, Sequence
from datetime import date

from syndication_assets.catalogue.fetching.snapshot_manifest import PIECE_PREFIXES
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.landing.source_rooms import room_of
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone


def awaited_files(zone: LandingZone, url: str, days: Sequence[date]) -> Iterator[LandedFile]:
    """The files of these days that wait for a load."""
    loaded = loaded_files(url, days)
    for day in days:
        yield from (file for file in zone.files(day) if is_waiting(file, loaded))


def is_waiting(file: LandedFile, loaded: dict[str, int | None]) -> bool:
    """Whether the file is not among the loaded ones with its present size.

    No day waits for the pieces of a catalogue snapshot, which are loaded through their manifest.
    """
    is_piece = room_of(file.source) == "catalogue" and file.name.startswith(PIECE_PREFIXES)
    return not is_piece and not (file.path in loaded and loaded[file.path] in (None, file.size_bytes))


def loaded_files(url: str, days: Sequence[date]) -> dict[str, int | None]:
    """The size of each file of the days that needs no load, by path; None if the size is unknown.

    A withdrawn file that lands again is new.
    """
    with transaction(url) as connection:
        return dict(connection.execute(load_sql("landing/taken_files.sql"), {"days": list(days)}).fetchall())
