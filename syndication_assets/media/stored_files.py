"""Compares the stored files with their rows: files that no row names are removed, files of rows are read again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from syndication_assets.database.connection import transaction
from syndication_assets.media.cache.cache_lock import between_runs
from syndication_assets.media.media_store import MediaStore, MediaStoreError

_LEFT_ALONE = timedelta(hours=1)
"""A run stores a file before its row: younger files may get one."""
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Orphan:
    """A stored file that no row names."""

    path: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A row whose file, or a small copy of it, is missing or has another content."""

    organization_id: str
    media_file_id: str
    path: str
    reason: str


def orphans(url: str, store: MediaStore) -> list[Orphan]:
    """The stored files that no row names and that are older than an hour."""
    before = datetime.now(UTC) - _LEFT_ALONE
    old = [Orphan(path, datetime.fromtimestamp(seconds, UTC)) for path, seconds in store.files()]
    known = _known_paths(url, None)
    return [orphan for orphan in old if orphan.path not in known and orphan.written_at < before]


def remove_unnamed(url: str, store: MediaStore, organization_id: str) -> int:
    """Removes the files of an organization that no row names, such as those of an erased person, or all if it was
    erased; returns their number. Waits for a run that caches.
    """
    with between_runs(url):
        known = _known_paths(url, organization_id)
        unnamed = [path for path, _ in store.files(organization_id) if path not in known]
        if unnamed:
            store.claim(url)
        for path in unnamed:
            store.remove(path)
    return len(unnamed)


def _known_paths(url: str, organization_id: str | None) -> set[str]:
    """The paths that rows name, of files and of their small copies."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select object_path, thumbnail_path, poster_path from media.media_files"
            " where %(organization_id)s::text is null or organization_id = %(organization_id)s",
            {"organization_id": organization_id},
        )
        return {path for row in rows for path in row}


def damaged_files(url: str, store: MediaStore, organization: str | None = None) -> Iterator[DamagedFile | None]:
    """Reads every file and its small copies again: what is wrong, or None for a row whose files are as they were
    stored."""
    after = ("", "")
    while True:
        with transaction(url) as connection:
            rows = connection.execute(
                "select f.organization_id, f.media_file_id, f.object_path, f.sha256, f.size_bytes, f.thumbnail_path,"
                " f.poster_path"
                " from media.media_files as f inner join tenancy.organizations as o using (organization_id)"
                " where (f.organization_id, f.media_file_id) > (%s, %s) and (%s::text is null or o.slug = %s)"
                " order by f.organization_id, f.media_file_id limit %s",
                (*after, organization, organization, _PAGE),
            ).fetchall()
        if not rows:
            return
        after = (rows[-1][0], rows[-1][1])
        for organization_id, media_file_id, path, sha256, size_bytes, *previews in rows:
            found = [(path, _damage(store, path, sha256, size_bytes))]
            # A small copy is named by its own content.
            found += [(each, _damage(store, each, PurePosixPath(each).stem)) for each in previews if each]
            damaged = [DamagedFile(organization_id, media_file_id, each, reason) for each, reason in found if reason]
            if damaged:
                yield from damaged
            else:
                yield None


def _damage(store: MediaStore, path: str, sha256: str, size_bytes: int | None = None) -> str | None:
    try:
        content = store.content(path)
    except MediaStoreError as error:
        return str(error)
    if size_bytes is not None and len(content) != size_bytes:
        return f"it has {len(content):,} bytes instead of {size_bytes:,}"
    return None if hashlib.sha256(content).hexdigest() == sha256 else "its content has another SHA-256"
