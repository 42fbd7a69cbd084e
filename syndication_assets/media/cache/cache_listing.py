"""The cache as people look at it: its numbers by organization, and single media with what became of them."""

from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.cache.outcomes import CacheState


class CacheStatus(NamedTuple):
    """The cache of one organization: media by state, and stored files."""

    organization: str
    waiting: int
    cached: int
    expired: int
    gone: int
    rejected: int
    failed: int
    files: int
    bytes: int
    next_expiry: datetime | None
    """When the first URL of a waiting medium expires; None if none says so."""
    files_of_last_day: int | None
    would_expire: int | None
    """Waiting media whose URL expires before their turn at the pace of the last 24 hours; None without a pace."""
    archived_files: int
    archived_bytes: int
    due_files: int
    """Files that are old enough to move to the archive."""
    due_bytes: int


class ListedMedium(NamedTuple):
    """One medium of a post."""

    organization: str
    media_id: str
    post_id: str
    media_type: str
    state: str
    state_since: datetime
    host: str
    url_expires_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    reason: str | None
    media_file_id: str | None
    mime_type: str | None
    size_bytes: int | None


class CachedFile(NamedTuple):
    """One row of `media/cached_media/cached_on.sql`: a stored file that has a small copy."""

    thumbnail_path: str
    mime_type: str
    duration_seconds: float | None
    page_count: int | None


def cache_status(connection: Connection, organization: str | None = None) -> list[CacheStatus]:
    rows = connection.execute(load_sql("media/cache_status.sql"), {"organization": organization})
    return [CacheStatus(*row) for row in rows]


def list_media(
    connection: Connection, *, organization: str | None, state: CacheState | None, maximum: int
) -> list[ListedMedium]:
    """The media of a state, or of all, the newest first."""
    rows = connection.execute(
        load_sql("media/cached_media/listed.sql"), {"organization": organization, "state": state, "maximum": maximum}
    )
    return [ListedMedium(*row) for row in rows]


def cached_on(connection: Connection, day: date, maximum: int) -> list[CachedFile]:
    """The files that were cached on a UTC day, the newest first, each once."""
    rows = connection.execute(load_sql("media/cached_media/cached_on.sql"), {"day": day, "maximum": maximum})
    return [CachedFile(*row) for row in rows]
