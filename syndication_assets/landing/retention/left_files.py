"""Moves landed files whose month is archived to a colder place, or removes them, and returns them.

What left is in `landing.left_files`, with hash and size. A file goes only after its row is committed, and its copy was
read back; a killed run is completed by the next.
"""

import gzip
import hashlib
import zlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.source_rooms import ROOM_OF_SOURCE
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.landing.zone.file_store import META_SUFFIX, FileStore
from syndication_assets.landing.zone.folder_locks import lock_folder


class LandedFilesLeftError(SyndicationError):
    """Files of a day left the landing zone because they were kept long enough; loading now would delete their rows."""


@dataclass(frozen=True, slots=True)
class DueFile:
    """A landed file that may leave."""

    organization_id: str
    slug: str
    path: str
    source: str
    landed_on: date
    content_hash: bytes
    action: str
    """archive: to the colder place; delete: for good."""


@dataclass(slots=True)
class Departure:
    """What a run did."""

    left: list[DueFile] = field(default_factory=list)
    size_bytes: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)
    """Paths of files that stay although they are due, and why."""


def due_files(connection: Connection, today: date, organization: str | None = None) -> list[DueFile]:
    """The files that may leave, the oldest first. Nothing changes."""
    sources = sorted(source for source, room in ROOM_OF_SOURCE.items() if room == "scraping")
    parameters = {"sources": sources, "today": today, "organization": organization}
    return [
        DueFile(organization_id, slug, path, source, landed_on, bytes(content_hash), action)
        for organization_id, slug, path, source, landed_on, content_hash, action in connection.execute(
            load_sql("landing/left_files/due.sql"), parameters
        )
    ]


def move_due_files(
    url: str, zone: ChangingZone, cold: FileStore | None, today: date, organization: str | None = None
) -> Departure:
    """Lets the files that are due leave. SyndicationError if some are to be moved and there is no colder place."""
    _complete(url, zone, organization)
    with transaction(url) as connection:
        due = due_files(connection, today, organization)
    if cold is None and any(file.action == "archive" for file in due):
        raise SyndicationError(
            "Landed files are to move to a colder place, but SYNDICATION_COLD_LANDING_URL is not set: set it, or have "
            "them removed with `syndication retention set landing.raw_files --action delete`. Nothing was moved."
        )
    departure = Departure()
    for file in due:
        problem = _leave(url, zone, cold, file, departure)
        if problem is not None:
            departure.kept.append((file.path, problem))
    return departure


def return_files(url: str, zone: ChangingZone, cold: FileStore | None, organization: str, month: date) -> int:
    """Brings the files of a month back from the colder place; returns their number.

    SyndicationError, and the file stays where it is, if one is not as it left.
    """
    with transaction(url) as connection:
        rows = connection.execute(
            "select l.organization_id, l.source_file_path, l.sha256, l.has_companion, l.action::text"
            " from landing.left_files as l inner join landing.files as f using (organization_id, source_file_path)"
            " inner join tenancy.organizations as o using (organization_id) where o.slug = %s"
            " and date_trunc('month', f.landed_on::timestamp)::date = %s order by l.source_file_path",
            [organization, month],
        ).fetchall()
    moved = [row for row in rows if row[4] == "archive"]
    if moved and cold is None:
        raise SyndicationError("SYNDICATION_COLD_LANDING_URL is not set: set it to the place that has the files.")
    for organization_id, path, sha256, has_companion, _ in moved:
        if cold is not None:
            _return(url, zone, cold, (organization_id, path, sha256), has_companion=has_companion)
    if len(moved) < len(rows):
        raise SyndicationError(
            f"{len(rows) - len(moved):,} files of {month:%Y-%m} of {organization} were removed for good and cannot "
            f"return; {len(moved):,} files are back."
        )
    return len(moved)


def require_returned(connection: Connection, day: date, missing: Collection[str]) -> None:
    """LandedFilesLeftError if one of the missing files left because it was kept long enough."""
    rows = connection.execute(
        "select o.slug, min(l.action)::text, count(*) from landing.left_files as l"
        " inner join tenancy.organizations as o using (organization_id)"
        " where l.source_file_path = any(%s) group by o.slug order by o.slug",
        [list(missing)],
    ).fetchall()
    if not rows:
        return
    slug, action, count = rows[0]
    advice = (
        f"run `syndication retention return-files {day:%Y-%m} --organization {slug}` and load the day again"
        if action == "archive"
        else f"they were removed for good. Archive the month again with `syndication archive run --again "
        f"--organization {slug}`"
    )
    raise LandedFilesLeftError(
        f"{count:,} loaded file(s) of {day} of {slug} left the landing zone, because they were kept long enough: "
        f"{advice}. Nothing was changed."
    )


def _leave(url: str, zone: ChangingZone, cold: FileStore | None, file: DueFile, departure: Departure) -> str | None:
    """Lets one file leave; returns why it stays."""
    with transaction(url) as connection:
        lock_folder(connection, file.slug, file.source, file.landed_on)
        if not zone.exists(file.path):
            return "it is missing in the landing zone: restore it"
        content = zone.stored(file.path)
        if hashlib.blake2b(_unpacked(content), digest_size=16).digest() != file.content_hash:
            return "it is not as it was loaded: restore it"
        companion = zone.stored(file.path + META_SUFFIX) if zone.exists(file.path + META_SUFFIX) else None
        if cold is not None and file.action == "archive":
            if companion is not None:
                cold.store(file.path + META_SUFFIX, companion)
            cold.store(file.path, content)
            if cold.stored(file.path) != content:
                return "its copy in the colder place differs"
        connection.execute(
            "insert into landing.left_files (organization_id, source_file_path, action, content_hash, sha256,"
            " size_bytes, has_companion) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                file.organization_id,
                file.path,
                file.action,
                file.content_hash,
                hashlib.sha256(content).hexdigest(),
                len(content),
                companion is not None,
            ],
        )
    fault_points.reach("left_files.recorded")
    _remove(zone, file.path)
    departure.left.append(file)
    departure.size_bytes += len(content)
    return None


def _complete(url: str, zone: ChangingZone, organization: str | None) -> None:
    """Removes the files that a killed run recorded and left behind, if they are as they were recorded."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select l.source_file_path, l.sha256 from landing.left_files as l"
            " inner join tenancy.organizations as o using (organization_id) where coalesce(o.slug = %s, true)",
            [organization],
        ).fetchall()
    for path, sha256 in rows:
        if zone.exists(path) and hashlib.sha256(zone.stored(path)).hexdigest() == sha256:
            _remove(zone, path)


def _return(url: str, zone: ChangingZone, cold: FileStore, left: tuple[str, str, str], *, has_companion: bool) -> None:
    organization_id, path, sha256 = left
    content = cold.stored(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SyndicationError(
            f"{path} is not in {cold.url} as it left: put it back from a copy, and run this again. It did not return."
        )
    if has_companion:
        zone.store(path + META_SUFFIX, cold.stored(path + META_SUFFIX))
    zone.store(path, content)
    with transaction(url) as connection:
        connection.execute(
            "delete from landing.left_files where organization_id = %s and source_file_path = %s",
            [organization_id, path],
        )


def _remove(zone: ChangingZone, path: str) -> None:
    zone.remove(path)
    zone.remove(path + META_SUFFIX)


def _unpacked(content: bytes) -> bytes:
    with suppress(gzip.BadGzipFile, zlib.error, EOFError):
        return gzip.decompress(content)
    return content
