"""Finds misplaced files of the landing zone, which no load will ever read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from syndication_assets.landing.zone.landing_zone import LandingZone, UnreadableFolderError, readable


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that no load reads, with the reason and the fix."""

    path: str
    reason: str
    unknown_organization: str | None = None
    """The folder without an organization, if that is the reason."""


def unread_files(
    zone: LandingZone, organizations: Collection[str], first_day: date, last_day: date
) -> Iterator[UnreadFile]:
    """Each file outside of `<organization>/<source>/<YYYY-MM-DD>/`, or whose day is not from `first_day` to `last_day`.

    Also each folder that cannot be listed. Files of unknown organizations come first, the others ordered by path. The
    files of valid days are not listed: all of them are read.
    """
    try:
        folders, files = zone.entries("")
    except UnreadableFolderError as error:
        yield UnreadFile(zone.url, error.reason)
        return
    for folder in folders:
        if folder not in organizations:
            reason = (
                f"no organization has the slug {folder!r}: add it (`syndication organization add`) and materialize "
                "the days, or remove the folder"
            )
            yield from (UnreadFile(readable(path), reason, folder) for path in zone.paths_below(folder))
    yield from (_outside(name) for name in files)
    for organization in folders:
        if organization in organizations:
            yield from _unread_of(zone, organization, first_day, last_day)


def _unread_of(zone: LandingZone, organization: str, first_day: date, last_day: date) -> Iterator[UnreadFile]:
    try:
        sources, files = zone.entries(organization)
    except UnreadableFolderError as error:
        yield UnreadFile(readable(error.path), error.reason)
        return
    yield from (_outside(f"{organization}/{name}") for name in files)
    for source in sources:
        folder = f"{organization}/{source}"
        try:
            days, files = zone.entries(folder)
        except UnreadableFolderError as error:
            yield UnreadFile(readable(error.path), error.reason)
            continue
        yield from (_outside(f"{folder}/{name}") for name in files)
        for day in days:
            reason = _reason_of(day, first_day, last_day)
            if reason is not None:
                yield from (UnreadFile(readable(path), reason) for path in zone.paths_below(f"{folder}/{day}"))
            for unreadable in zone.unreadable_below(f"{folder}/{day}"):
                yield UnreadFile(readable(unreadable.path), unreadable.reason)


def _reason_of(name: str, first_day: date, last_day: date) -> str | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        day = None
    # `fromisoformat` accepts other spellings of a day, but loads only read this one.
    if day is None or day.isoformat() != name:
        return f"{name!r} is not a day: rename the folder, as in 2025-11-25"
    if day < first_day:
        return f"{day} is before the first partition, {first_day}: set SYNDICATION_FIRST_DAY to the first day to load"
    if day > last_day:
        return f"{day} is in the future: move the file to the day (UTC) on which its numbers were read"
    return None


def _outside(path: str) -> UnreadFile:
    return UnreadFile(
        readable(path),
        "it is outside of <organization>/<source>/<YYYY-MM-DD>/: land it with `syndication land`, then remove it here",
    )
