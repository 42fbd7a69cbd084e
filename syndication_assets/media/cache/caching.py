"""Fetches the media that wait, stores them by their content, and writes what became of each.

A file is stored before its row is written. If the process dies in between, the medium still waits, and the next run
finds the file in its place. What no row names is removed by `syndication media clean`.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syndication_assets import fault_points
from syndication_assets.database.connection import connect, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.kept_public_transport import KeptPublicTransport
from syndication_assets.media.cache.cache_queue import (
    Attempt,
    DueMedium,
    StoredFile,
    next_media,
    queue_found_media,
    store_attempts,
)
from syndication_assets.media.cache.fetching import MediaFetcher
from syndication_assets.media.cache.outcomes import CacheState, Outcome, expired, refused
from syndication_assets.media.contents.content_kind import mime_type_of, why_refused
from syndication_assets.media.contents.inspecting import PictureInspector
from syndication_assets.media.contents.pictures import FORMATS, DamagedPictureError, Picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)
_BATCH = 200
"""Media that are read from the queue at once."""
_WRITTEN_AT_ONCE = 25


@dataclass(slots=True)
class CacheRun:
    """What one run did."""

    queued: int = 0
    states: Counter[str] = field(default_factory=Counter)
    """State → number of media that entered it."""
    reasons: Counter[str] = field(default_factory=Counter)
    fetched_bytes: int = 0
    cached: list[tuple[str, str]] = field(default_factory=list)
    """Organization and SHA-256 of the pictures that were cached, in the order in which they were."""
    is_at_budget: bool = False
    """Whether media wait because the run has fetched what one run may."""

    def add(self, attempt: Attempt) -> None:
        self.states[attempt.state] += 1
        self.fetched_bytes += attempt.fetched_bytes
        if isinstance(attempt.result, Outcome):
            self.reasons[attempt.result.reason] += 1
        elif attempt.result.picture is not None:
            self.cached.append((attempt.medium.organization_id, attempt.result.sha256))


class MediaCache:
    """One run of the cache at a time. `read` decodes a picture, in a child process by default."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        transport: KeptPublicTransport | None = None,
        *,
        read: Callable[[bytes, str], Picture] | None = None,
        log: logging.Logger = logger,
    ) -> None:
        self._url = url
        self._settings = settings
        self._transport = transport
        self._log = log
        self._store = MediaStore(settings.media_url)
        self._unwritten: set[str] = set()
        """Keys of media that this run has taken, and that the queue still shows as waiting."""
        self._inspector = PictureInspector()
        self._read = read or self._inspector.read

    def run(self) -> CacheRun:
        """Caches what waits, up to the bytes of a run. MediaStoreError if a file cannot be stored: what was stored
        before stays, the rest waits. SyndicationError while another run caches.
        """
        run, moment = CacheRun(), datetime.now(UTC)
        connections = self._settings.media_connections
        with ExitStack() as stack:
            stack.enter_context(_only_run(self._url))
            self._store.claim(self._url)
            with transaction(self._url) as connection:
                run.queued = queue_found_media(connection, moment)
            stack.enter_context(self._inspector)
            fetcher = stack.enter_context(
                MediaFetcher(
                    self._transport or KeptPublicTransport(connections),
                    maximum_bytes=self._settings.media_maximum_bytes,
                    connections_per_host=self._settings.media_connections_per_host,
                    pause_seconds=self._settings.media_pause_seconds,
                )
            )
            workers = stack.enter_context(ThreadPoolExecutor(connections))
            written: list[Attempt] = []
            try:
                for attempt in self._attempts(run, moment, fetcher, workers):
                    run.add(attempt)
                    written.append(attempt)
                    if len(written) >= _WRITTEN_AT_ONCE:
                        self._write(written)
            finally:
                self._write(written)
        return run

    def _attempts(
        self, run: CacheRun, moment: datetime, fetcher: MediaFetcher, workers: ThreadPoolExecutor
    ) -> Iterator[Attempt]:
        """The attempts as they end. Twice as many are given out as there are connections, so that none waits."""
        waiting = self._waiting(run, moment)
        pending: set[Future[Attempt]] = set()
        while True:
            while len(pending) < 2 * self._settings.media_connections:
                medium = next(waiting, None)
                if medium is None:
                    break
                pending.add(workers.submit(self._attempt, fetcher, medium))
            if not pending:
                return
            done, pending = wait(pending, return_when="FIRST_COMPLETED")
            for future in done:
                yield future.result()

    def _waiting(self, run: CacheRun, moment: datetime) -> Iterator[DueMedium]:
        """What waited when the run began: what fails now waits for a later run."""
        while True:
            with transaction(self._url) as connection:
                media = next_media(connection, moment, _BATCH, self._unwritten)
            if not media:
                return
            self._log.info(f"media: {run.states.total():,} tried, {run.fetched_bytes:,} bytes fetched")
            for medium in media:
                if 0 < self._settings.media_run_bytes <= run.fetched_bytes:
                    run.is_at_budget = True
                    return
                self._unwritten.add(medium.key)
                yield medium

    def _attempt(self, fetcher: MediaFetcher, medium: DueMedium) -> Attempt:
        expires_at = medium.expires_at
        if expires_at is not None and expires_at <= datetime.now(UTC):
            return Attempt(medium, expired(expires_at))
        fetched = fetcher.fetch(medium.url, medium.attempts + 1, expires_at)
        if isinstance(fetched, Outcome):
            return Attempt(medium, fetched)
        content, size = fetched.content, len(fetched.content)
        mime_type = mime_type_of(content)
        reason = why_refused(medium.media_type, fetched.declared_type, mime_type)
        if reason is not None or mime_type is None:
            return Attempt(medium, refused(reason or "the content is of an unknown kind"), size)
        try:
            picture = self._read(content, mime_type) if mime_type in FORMATS else None
        except DamagedPictureError as error:
            return Attempt(medium, refused(str(error)), size)
        return Attempt(medium, self._stored(medium.organization_id, content, mime_type, picture), size)

    def _stored(self, organization_id: str, content: bytes, mime_type: str, picture: Picture | None) -> StoredFile:
        sha256, path = self._store.store(organization_id, content, mime_type)
        if picture is not None:
            self._store.store_thumbnail(organization_id, sha256, picture.thumbnail)
        return StoredFile(sha256, len(content), mime_type, path, picture)

    def _write(self, written: list[Attempt]) -> None:
        fault_points.reach("media.before_rows")
        if written:
            with transaction(self._url) as connection:
                store_attempts(connection, written, datetime.now(UTC))
        self._unwritten.difference_update(attempt.medium.key for attempt in written)
        written.clear()


@contextmanager
def _only_run(url: str) -> Iterator[None]:
    """Holds the lock of the cache as long as its session lives, so that no medium is fetched twice at once."""
    with connect(url, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(hashtext('media cache'), 0)").fetchone()
        if row is None or not row[0]:
            raise SyndicationError("Another run caches media now. Try again when it has ended.")
        yield


def retry_media(url: str, organization_id: str, state: CacheState) -> int:
    """Lets the media of a state wait for a new attempt. Returns how many."""
    with transaction(url) as connection:
        return connection.execute(
            "update media.cached_media set state = 'waiting', state_since = now(), next_attempt_at = now(), "
            "attempts = 0 where organization_id = %s and state = %s",
            (organization_id, state),
        ).rowcount
