"""Takes a person out of the landed files, also out of the withdrawn ones: content, companions, names of files.

Each change is recorded with old and new hash before it is made, so that a killed erasure can tell its own change from
damage. The rows of a changed file are loaded again from its new content.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import msgspec

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.landing.zone.file_store import META_SUFFIX
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.erasure.file_redaction import redacted_content
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.post_sources import SOURCES, Source
from syndication_assets.scraping.reading.file_reading import profile_in_name

_WITHDRAWN = ".withdrawn"
_JSON = (".json", ".json.gz")


@dataclass(frozen=True, slots=True)
class MentioningFile:
    """A landed file that has a name or a post of the person."""

    path: str
    source: str
    landed_on: date
    content: bytes
    """Uncompressed."""
    meta: dict[str, Any]
    new_path: str
    new_content: bytes | None
    """None if nothing is left of the file."""
    is_of_posts: bool
    """False for a file of another room, such as a blog's: it is reported and stays as it is."""

    @property
    def ledger_path(self) -> str:
        return self.path.replace(f"/{_WITHDRAWN}/", "/", 1)

    @property
    def changes(self) -> bool:
        return self.is_of_posts and (self.new_content is not self.content or self.new_path != self.path)


def mentioning_files(zone: ChangingZone, found: FoundPerson, treatment: Treatment) -> Iterator[MentioningFile]:
    """The files of the organization that mention the person, ordered by path; nothing is changed."""
    for path in zone.stored_below(found.slug):
        file = _mentioning(zone, path, found, treatment) if not path.endswith(META_SUFFIX) else None
        if file is not None:
            yield file


def redact(url: str, zone: ChangingZone, found: FoundPerson, treatment: Treatment, file: MentioningFile) -> None:
    """Replaces a file by its redacted content, and its row in the ledger. Run again, it completes what was begun."""
    with transaction(url) as connection:
        _record(connection, found.organization_id, treatment.erasure_id, file)
    with transaction(url) as connection:
        lock_folder(connection, found.slug, file.source, file.landed_on)
        if file.new_content is not None:
            _write(zone, file, found, treatment)
            fault_points.reach("person_erasure.file_written")
        size = zone.size(file.new_path) if file.new_content is not None else 0
        _change_ledger(connection, found, treatment, file, size)
    # After the ledger: a file that it no longer names is found again by the next run, the other way round it is not.
    if file.new_content is None or file.new_path != file.path:
        zone.remove(file.path)
        zone.remove(file.path + META_SUFFIX)


def complete_redactions(url: str, zone: ChangingZone, found: FoundPerson, erasure_id: str) -> None:
    """Writes to the ledger what a killed erasure has already done to a file that kept its path."""
    with transaction(url) as connection:
        begun = connection.execute(
            "select source_file_path, new_hash from landing.redactions where organization_id = %s and erasure_id = %s"
            " and completed_at is null",
            [found.organization_id, erasure_id],
        ).fetchall()
        for path, new_hash in begun:
            if zone.exists(path) and new_hash is not None and _hash(_unpacked(zone.stored(path))) == bytes(new_hash):
                connection.execute(
                    "update landing.files set content_hash = %s, size_bytes = %s"
                    " where organization_id = %s and source_file_path = %s",
                    [new_hash, zone.size(path), found.organization_id, path],
                )
            _forget_items(connection, found.organization_id, [path])
            _complete(connection, found.organization_id, erasure_id, path)


def _mentioning(zone: ChangingZone, path: str, found: FoundPerson, treatment: Treatment) -> MentioningFile | None:
    parts = PurePosixPath(path).parts
    place = parts[1:] if len(parts) > 1 and parts[1] != _WITHDRAWN else parts[2:]
    if len(place) < 3:
        return None
    try:
        landed_on = date.fromisoformat(place[1])
    except ValueError:
        return None
    name, source = place[-1], SOURCES.get(place[0])
    meta = _meta(zone, path)
    content = _unpacked(zone.stored(path))
    person = found.person_in(content, treatment)
    new_name = _without_name(name, found, treatment.erasure_id)
    if new_name == name and not person.may_be_in(content) and not person.may_be_in(msgspec.json.encode(meta)):
        return None
    new_path = str(PurePosixPath(path).with_name(new_name))
    new_content: bytes | None = content
    is_of_posts = source is not None and any(ending in name for ending in _JSON)
    if source is not None and is_of_posts:
        new_content = redacted_content(content, source, _tracked(name, meta, source), person, treatment)
    return MentioningFile(path, place[0], landed_on, content, meta, new_path, new_content, is_of_posts)


def _without_name(name: str, found: FoundPerson, replacement: str) -> str:
    """The name of a file with the id of the erasure for the person, in whatever spelling the name has it."""
    person = found.person
    in_name = profile_in_name(name)
    if in_name is not None and canonical_username(person.platform, in_name) == person.username:
        name = name.replace(in_name, replacement, 1)
    return person.without_name(name, replacement)


def _is_name_of(found: FoundPerson, value: object) -> bool:
    return isinstance(value, str) and canonical_username(found.person.platform, value) == found.person.username


def _tracked(name: str, meta: dict[str, Any], source: Source) -> str | None:
    fetched = meta.get("tracked_username")
    tracked = fetched if isinstance(fetched, str) else profile_in_name(name)
    return canonical_username(source.platform, tracked) if tracked is not None else None


def _meta(zone: ChangingZone, path: str) -> dict[str, Any]:
    companion = path + META_SUFFIX
    if not zone.exists(companion):
        return {}
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(zone.stored(companion), type=dict[str, Any])
    return {}


def _write(zone: ChangingZone, file: MentioningFile, found: FoundPerson, treatment: Treatment) -> None:
    meta = {
        name: found.person.without_name(value, treatment.erasure_id) if isinstance(value, str) else value
        for name, value in file.meta.items()
        if name != "tracked_username" or treatment.is_anonymised or not _is_name_of(found, value)
    }
    if treatment.is_anonymised and _is_name_of(found, file.meta.get("tracked_username")):
        meta["tracked_username"] = treatment.erasure_id
    if file.meta:
        zone.replace(file.new_path + META_SUFFIX, msgspec.json.format(msgspec.json.encode(meta), indent=2))
    content = file.new_content or b""
    zone.replace(file.new_path, gzip.compress(content, mtime=0) if ".json.gz" in file.path else content)


def _record(connection: Connection, organization_id: str, erasure_id: str, file: MentioningFile) -> None:
    new = file.new_content
    connection.execute(
        "insert into landing.redactions (organization_id, erasure_id, source_file_path, source, landed_on, old_hash,"
        " new_hash, old_bytes, new_bytes) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (organization_id, erasure_id, source_file_path) do update set new_hash = excluded.new_hash,"
        " new_bytes = excluded.new_bytes, completed_at = null",
        [
            organization_id,
            erasure_id,
            file.new_path,
            file.source,
            file.landed_on,
            _hash(file.content),
            None if new is None else _hash(new),
            len(file.content),
            None if new is None else len(new),
        ],
    )


def _change_ledger(
    connection: Connection, found: FoundPerson, treatment: Treatment, file: MentioningFile, size: int
) -> None:
    """The row of a file of which nothing is left stays as that of a withdrawn file, under a path without the name."""
    is_landed = file.path == file.ledger_path
    new_path = file.new_path.replace(f"/{_WITHDRAWN}/", "/", 1)
    connection.execute(
        "update landing.files set source_file_path = %(new_path)s, tracked_username = case"
        " when tracked_username is distinct from %(username)s then tracked_username"
        " when %(is_anonymised)s then %(erasure_id)s end,"
        " content_hash = coalesce(%(new_hash)s, content_hash), size_bytes = %(size)s,"
        " withdrawn_at = case when %(is_gone)s then coalesce(withdrawn_at, now()) else withdrawn_at end,"
        " withdrawn_reason = case when %(is_gone)s then coalesce(withdrawn_reason, %(erasure_id)s)"
        " else withdrawn_reason end"
        " where organization_id = %(organization_id)s and source_file_path = %(path)s"
        " and (%(is_landed)s or withdrawn_at is not null)",
        {
            "organization_id": found.organization_id,
            "path": file.ledger_path,
            "new_path": new_path,
            "username": found.person.username,
            "new_hash": _hash(file.new_content) if file.new_content is not None and is_landed else None,
            "size": size,
            "is_gone": file.new_content is None,
            "erasure_id": treatment.erasure_id,
            "is_anonymised": treatment.is_anonymised,
            "is_landed": is_landed,
        },
    )
    _forget_items(connection, found.organization_id, [file.ledger_path, new_path])
    _complete(connection, found.organization_id, treatment.erasure_id, file.new_path)


def _forget_items(connection: Connection, organization_id: str, paths: list[str]) -> None:
    """The day is loaded again, which stores what the file has now."""
    for table in ("scraping.raw_payloads", "landing.quarantine"):
        connection.execute(
            f"delete from {table} where organization_id = %s and source_file_path = any(%s)",  # noqa: S608
            [organization_id, paths],
        )


def _complete(connection: Connection, organization_id: str, erasure_id: str, path: str) -> None:
    connection.execute(
        "update landing.redactions set completed_at = now()"
        " where organization_id = %s and erasure_id = %s and source_file_path = %s",
        [organization_id, erasure_id, path],
    )


def _unpacked(content: bytes) -> bytes:
    with suppress(gzip.BadGzipFile, zlib.error, EOFError):
        return gzip.decompress(content)
    return content


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
