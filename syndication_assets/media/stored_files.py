"""Stored files that no row names, such as those of a killed run or of an erased person, and their removal."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndication_assets.database.connection import transaction
from syndication_assets.media.archive.archive_lock import between_moves
from syndication_assets.media.cache.cache_lock import between_runs
from syndication_assets.media.media_place import MediaPlace, MediaStoreError
from syndication_assets.media.media_store import MediaStore

_LEFT_ALONE = timedelta(hours=1)
"""A run stores a file before its row: younger files may get one."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A stored file that no row names."""

    place: MediaPlace
    path: str
    written_at: datetime


def orphans(url: str, store: MediaStore) -> list[Orphan]:
    """The files of the store and its archive that no row names and that are older than an hour."""
    before = datetime.now(UTC) - _LEFT_ALONE
    old = [
        Orphan(place, path, datetime.fromtimestamp(seconds, UTC))
        for place in store.places
        for path, seconds in place.files()
    ]
    known = _known_paths(url, None)
    return [orphan for orphan in old if orphan.path not in known and orphan.written_at < before]


def remove_unnamed(url: str, store: MediaStore, organization_id: str) -> int:
    """Removes the files of an organization that no row names, such as those of an erased person, or all if it was
    erased, from the store and its archive; returns their number. Waits for a run that caches, and for moves.
    """
    with between_runs(url), between_moves(url):
        known = _known_paths(url, organization_id)
        removed = 0
        for place in store.places:
            unnamed = [path for path, _ in place.files(organization_id) if path not in known]
            if unnamed:
                place.claim(url)
            for path in unnamed:
                place.remove(path)
            removed += len(unnamed)
    return removed


def require_places(url: str, store: MediaStore, organization: str) -> None:
    """Comes before an erasure in the organization (slug). MediaStoreError if it has files in an archive that is not
    named.
    """
    if store.archive is not None:
        return
    with transaction(url) as connection:
        archived = connection.execute(
            "select from media.media_files as f inner join tenancy.organizations as o using (organization_id)"
            " where o.slug = %s and f.archived_at is not null limit 1",
            [organization],
        ).fetchone()
    if archived is not None:
        raise MediaStoreError(
            "Some of its media files are in the archive, where they would stay: set SYNDICATION_MEDIA_ARCHIVE_URL to "
            "the place that has them."
        )


def _known_paths(url: str, organization_id: str | None) -> set[str]:
    """The paths that rows name, of files and of their small copies."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select object_path, thumbnail_path, poster_path from media.media_files"
            " where %(organization_id)s::text is null or organization_id = %(organization_id)s",
            {"organization_id": organization_id},
        )
        return {path for row in rows for path in row}
