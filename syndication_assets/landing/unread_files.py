"""Finds the files of the landing zone that no load will ever read, because of where they stand."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from syndication_assets.landing.landing_zone import LandingZone, readable


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """One file, why no load reads it and what to do."""

    path: str
    reason: str
    unknown_organization: str | None = None
    """The folder that is no organization's, where that is why."""


def unread_files(
    zone: LandingZone, organizations: Collection[str], first_day: date, last_day: date
) -> Iterator[UnreadFile]:
    """Each file that stands outside of `<organization>/<source>/<YYYY-MM-DD>/`, or in a folder of no day from
    `first_day` to `last_day`: those of folders that are no organization's first, the rest in the order of paths.

    Only folders are listed, and the files of wrong ones: what lies in a day's folder is read.
    """
    folders, files = zone.entries("")
    for folder in folders:
        if folder not in organizations:
            reason = (
                f"no organization has the slug {folder!r}: make it (`syndication organization add`) and materialize "
                "the days, or remove the folder"
            )
            yield from (UnreadFile(readable(path), reason, folder) for path in zone.paths_below(folder))
    yield from (_outside(name) for name in files)
    for organization in folders:
        if organization in organizations:
            yield from _unread_of(zone, organization, first_day, last_day)


def _unread_of(zone: LandingZone, organization: str, first_day: date, last_day: date) -> Iterator[UnreadFile]:
    sources, files = zone.entries(organization)
    yield from (_outside(f"{organization}/{name}") for name in files)
    for source in sources:
        folder = f"{organization}/{source}"
        days, files = zone.entries(folder)
        yield from (_outside(f"{folder}/{name}") for name in files)
        for day in days:
            reason = _reason_of(day, first_day, last_day)
            if reason is not None:
                yield from (UnreadFile(readable(path), reason) for path in zone.paths_below(f"{folder}/{day}"))


def _reason_of(name: str, first_day: date, last_day: date) -> str | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        day = None
    # `fromisoformat` knows other spellings of a day, and no load looks into those folders.
    if day is None or day.isoformat() != name:
        return f"{name!r} is no day: rename the folder, as in 2025-11-25"
    if day < first_day:
        return (
            f"{day} is before the first partition, {first_day}: set SYNDICATION_FIRST_DAY to the first day to be loaded"
        )
    if day > last_day:
        return f"{day} is in the future: move the file to the day (UTC) on which its numbers were read"
    return None


def _outside(path: str) -> UnreadFile:
    return UnreadFile(
        readable(path),
        "it stands outside of <organization>/<source>/<YYYY-MM-DD>/: land it with `syndication land`, and remove it "
        "from here",
    )
