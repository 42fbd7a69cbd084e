"""The queue of media: which are found, which are fetched next, and what is written after an attempt."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, copy_rows, load_sql
from syndication_assets.media.cache.fetching import host_of
from syndication_assets.media.cache.host_limits import HostLimit
from syndication_assets.media.cache.outcomes import CacheState, Outcome
from syndication_assets.media.cache.storage_limits import REASON
from syndication_assets.media.cache.url_expiry import expiry_when_seen
from syndication_assets.media.contents.preview import Preview

_PAGE = 2000
_URL_COLUMNS = "organization_id, media_id, host, url_sha256, url_expires_at, url_observed_at"
_FILE_COLUMNS = (
    "sha256",
    "size_bytes",
    "mime_type",
    "object_path",
    "width",
    "height",
    "frame_count",
    "perceptual_hash",
    "duration_seconds",
    "page_count",
    "thumbnail_path",
    "poster_path",
    "no_preview_reason",
)
_ATTEMPT_COLUMNS = ", ".join((_URL_COLUMNS, "state, reason, next_attempt_at, attempts", *_FILE_COLUMNS))


class DueMedium(NamedTuple):
    """One row of `media/cached_media/next.sql`."""

    organization_id: str
    media_id: str
    media_type: str
    url: str
    attempts: int
    """Before this one."""
    observed_at: datetime
    """The observation of the post that the URL is from."""

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.media_id}"

    @property
    def expires_at(self) -> datetime | None:
        return expiry_when_seen(self.url, self.observed_at)

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One stored file, what is known of it, and the paths of its small copies."""

    sha256: str
    size_bytes: int
    mime_type: str
    object_path: str
    preview: Preview
    thumbnail_path: str | None
    poster_path: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One medium after an attempt: its file, or what became of it."""

    medium: DueMedium
    result: StoredFile | Outcome
    fetched_bytes: int = 0

    @property
    def state(self) -> CacheState:
        return CacheState.CACHED if isinstance(self.result, StoredFile) else self.result.state


def queue_found_media(connection: Connection, moment: datetime) -> int:
    """Puts media that are not in the queue into it, and those with a new URL again. Returns how many."""
    connection.execute(
        "create temporary table if not exists found_media (organization_id text, media_id text, host text, "
        "url_sha256 text, url_expires_at timestamptz, url_observed_at timestamptz) on commit drop"
    )
    queued, after = 0, ("", "")
    while True:
        rows = connection.execute(
            load_sql("media/cached_media/found.sql"),
            {"maximum": _PAGE, "after_organization": after[0], "after_media": after[1]},
        ).fetchall()
        if not rows:
            return queued
        after = (rows[-1][0], rows[-1][1])
        connection.execute("truncate found_media")
        copy_rows(
            connection,
            "found_media",
            _URL_COLUMNS,
            (
                (organization_id, media_id, *_of_url(url, observed_at), observed_at)
                for organization_id, media_id, url, observed_at in rows
            ),
        )
        written = connection.execute(load_sql("media/cached_media/queue.sql"), {"moment": moment})
        queued += sum(is_queued for (is_queued,) in written)


def next_media(
    connection: Connection,
    moment: datetime,
    maximum: int,
    unwritten: Collection[str],
    closed: Collection[str] = (),
    full: Collection[str] = (),
) -> list[DueMedium]:
    """The media that are to be fetched next; `unwritten` are the keys of those that this run has taken, `closed` names
    that `HostLimits` has closed, `full` the ids of organizations without room.
    """
    values = {"unwritten": list(unwritten), "closed": list(closed), "without_room": list(full)}
    rows = connection.execute(load_sql("media/cached_media/next.sql"), {"moment": moment, "maximum": maximum, **values})
    return [DueMedium(*row) for row in rows]


def hold_media(connection: Connection, full: Collection[str]) -> None:
    """Tells each waiting medium of these organizations why it waits, and no other one."""
    connection.execute(load_sql("media/cached_media/hold.sql"), {"without_room": list(full), "reason": REASON})


def host_limits(connection: Connection) -> list[HostLimit]:
    rows = connection.execute(
        "select host, connections, pause_seconds::float8, run_bytes, jitter_seconds::float8"
        " from media.host_limits order by host"
    )
    return [HostLimit(*row) for row in rows]


def store_attempts(connection: Connection, attempts: Iterable[Attempt], moment: datetime) -> None:
    """Writes what became of media, in the transaction of the caller."""
    connection.execute(
        "create temporary table attempted_media (organization_id text, media_id text, host text, url_sha256 text, "
        "url_expires_at timestamptz, url_observed_at timestamptz, state media.cache_state, reason text, "
        "next_attempt_at timestamptz, attempts int, sha256 text, size_bytes bigint, mime_type text, object_path text, "
        "width int, height int, frame_count int, perceptual_hash bigint, duration_seconds numeric, page_count int, "
        "thumbnail_path text, poster_path text, no_preview_reason text) on commit drop"
    )
    copy_rows(connection, "attempted_media", _ATTEMPT_COLUMNS, map(_row, attempts))
    connection.execute(load_sql("media/cached_media/store.sql"), {"moment": moment})


def url_sha256(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _of_url(url: str, observed_at: datetime) -> tuple[str, str, datetime | None]:
    return host_of(url), url_sha256(url), expiry_when_seen(url, observed_at)


def _row(attempt: Attempt) -> tuple[object, ...]:
    medium, result = attempt.medium, attempt.result
    start = (medium.organization_id, medium.media_id, *_of_url(medium.url, medium.observed_at), medium.observed_at)
    if isinstance(result, Outcome):
        outcome = (result.state, result.reason, result.next_attempt_at, medium.attempts + 1)
        return (*start, *outcome, *(None,) * len(_FILE_COLUMNS))
    preview = result.preview
    return (
        *start,
        *(CacheState.CACHED, None, None, medium.attempts + 1),
        *(result.sha256, result.size_bytes, result.mime_type, result.object_path),
        *(preview.width, preview.height, preview.frame_count, preview.perceptual_hash),
        *(preview.duration_seconds, preview.page_count),
        *(result.thumbnail_path, result.poster_path, preview.reason),
    )
