"""Reads the stored files again, compares them with their rows, and repairs what can be repaired.

A damaged copy is replaced by a sound one from the other place. A file of which there is none is fetched again from its
source, as long as the URL of one of its media is alive.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.media.media_place import MediaPlace, MediaStoreError
from syndication_assets.media.media_store import MediaStore

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A row whose file, or a small copy of it, is missing or has another content."""

    organization_id: str
    media_file_id: str
    path: str
    reason: str
    repair: str | None = None
    """What was done about it; None if nothing."""


class _Copies(NamedTuple):
    """What the places have of one file."""

    sound: list[tuple[MediaPlace, bytes]]
    damaged: list[tuple[MediaPlace, str]]
    unreadable: list[tuple[MediaPlace, str]]
    """Nobody knows what the place has."""


def damaged_files(
    url: str, store: MediaStore, organization: str | None = None, *, repair: bool = False
) -> Iterator[DamagedFile | None]:
    """Reads every copy of every file and its small copies again: what is wrong, or None for a row whose files are as
    they were stored. With `repair`, the store and its archive are claimed by the caller.
    """
    after = ("", "")
    while True:
        with transaction(url) as connection:
            rows = connection.execute(
                "select f.organization_id, f.media_file_id, f.object_path, f.sha256, f.thumbnail_path, f.poster_path"
                " from media.media_files as f inner join tenancy.organizations as o using (organization_id)"
                " where (f.organization_id, f.media_file_id) > (%s, %s) and (%s::text is null or o.slug = %s)"
                " order by f.organization_id, f.media_file_id limit %s",
                (*after, organization, organization, _PAGE),
            ).fetchall()
        if not rows:
            return
        after = (rows[-1][0], rows[-1][1])
        for organization_id, media_file_id, path, sha256, *previews in rows:
            # A small copy is named by its own content.
            files = [(path, sha256), *((each, PurePosixPath(each).stem) for each in previews if each)]
            found = list(_damages(url, store, organization_id, media_file_id, files, repair=repair))
            if found:
                yield from found
            else:
                yield None


def _damages(
    url: str, store: MediaStore, organization_id: str, media_file_id: str, files: list[tuple[str, str]], *, repair: bool
) -> Iterator[DamagedFile]:
    for number, (path, sha256) in enumerate(files):
        copies = _copies(store, path, sha256)
        reasons = [*copies.damaged, *copies.unreadable]
        if copies.sound and not reasons:
            continue
        reason = "; ".join(why if place is store else f"in the archive: {why}" for place, why in reasons)
        damaged = DamagedFile(organization_id, media_file_id, path, reason or "it is missing")
        if not repair or copies.unreadable:
            pass
        elif copies.sound:
            _, content = copies.sound[0]
            for place, _ in copies.damaged:
                place.write(path, content)
            damaged = replace(damaged, repair="a sound copy has taken its place")
        elif number == 0:
            with transaction(url) as connection:
                damaged = replace(damaged, repair=_fetch_again(connection, copies, damaged))
        yield damaged


def _copies(store: MediaStore, path: str, sha256: str) -> _Copies:
    copies = _Copies([], [], [])
    for place in store.places:
        try:
            content = place.own_content(path)
        except MediaStoreError as error:
            copies.unreadable.append((place, str(error)))
            continue
        if content is None:
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            copies.sound.append((place, content))
        else:
            copies.damaged.append((place, "its content has another SHA-256"))
    return copies


def _fetch_again(connection: Connection, copies: _Copies, damaged: DamagedFile) -> str | None:
    """Lets the media of a lost file wait, if their URLs are alive. What is left of it makes room."""
    waiting = connection.execute(
        load_sql("media/cached_media/fetch_again.sql"),
        {"organization_id": damaged.organization_id, "media_file_id": damaged.media_file_id},
    ).rowcount
    if not waiting:
        return None
    for place, _ in copies.damaged:
        place.remove(damaged.path)
    return f"{waiting:,} media wait to be fetched again"
