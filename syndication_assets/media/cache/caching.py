"""Fetches the media that wait, stores them by their content, and writes what became of each.

A file is stored before its row is written. If the process dies in between, the medium still waits, and the next run
finds the file in its place. What no row names is removed by `syndication media clean`.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from syndication_assets import fault_points
from syndication_assets.database.connection import transaction
from syndication_assets.http.clients.kept_public_transport import KeptPublicTransport
from syndication_assets.media.cache.cache_lock import only_run
from syndication_assets.media.cache.cache_queue import (
    Attempt,
    DueMedium,
    hold_media,
    host_limits,
    next_media,
    queue_found_media,
    store_attempts,
)
from syndication_assets.media.cache.fetching import Fetcher, MediaFetcher
from syndication_assets.media.cache.host_limits import HostLimits
from syndication_assets.media.cache.outcomes import CacheState, Outcome
from syndication_assets.media.cache.pipeline import Pipeline
from syndication_assets.media.cache.storage_limits import StorageLimits
from syndication_assets.media.cache.storing import MediaStorer, ReadContent
from syndication_assets.media.cache.waiting_media import WaitingMedia
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings
from syndication_assets.tenancy.limits import storage_left

logger = logging.getLogger(__name__)
_BATCH = 500
"""Media that are read from the queue at once."""
_WRITTEN_AT_ONCE = 100


def current_time() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class CacheRun:
    """What one run did."""

    queued: int = 0
    states: Counter[str] = field(default_factory=Counter)
    """State → number of media that entered it."""
    reasons: Counter[str] = field(default_factory=Counter)
    fetched_bytes: int = 0
    full: list[str] = field(default_factory=list)
    """Ids of the organizations that store all that they may: their media wait."""
    is_at_budget: bool = False
    """Whether media wait because the run, or a host, has fetched what one run may."""
    is_at_limit: bool = False
    """Whether media wait because the run has tried as many as it was to."""

    def add(self, attempt: Attempt) -> None:
        self.states[attempt.state] += 1
        self.fetched_bytes += attempt.fetched_bytes
        if isinstance(attempt.result, Outcome):
            # When each URL expired would hide what else there is to see.
            is_expired = attempt.state is CacheState.EXPIRED
            self.reasons["the URL expired" if is_expired else attempt.result.reason] += 1


class MediaCache:
    """One run of the cache at a time. `read` decodes a file, in a child process by default; `fetcher` gets files, over
    https from public addresses by default; `now` is the clock.
    """

    def __init__(
        self,
        url: str,
        settings: Settings,
        fetcher: Fetcher | None = None,
        *,
        read: ReadContent | None = None,
        now: Callable[[], datetime] = current_time,
        log: logging.Logger = logger,
    ) -> None:
        self._url = url
        self._settings = settings
        self._fetcher = fetcher
        self._read = read
        self._now = now
        self._log = log

    def run(self, limit: int | None = None, batch: int = _BATCH) -> CacheRun:
        """Caches what waits, up to the bytes of a run and `limit` media; `batch` media are read from the queue at once,
        and progress is logged before each. MediaStoreError if a file cannot be stored: what was stored before stays,
        the rest waits. SyndicationError while another run caches.
        """
        run, moment = CacheRun(), self._now()
        connections = self._settings.media_connections
        with ExitStack() as stack:
            stack.enter_context(only_run(self._url))
            store = MediaStore.of(self._settings)
            store.claim(self._url)
            with transaction(self._url) as connection:
                run.queued = queue_found_media(connection, moment)
                limits = HostLimits(host_limits(connection))
                storage = StorageLimits(storage_left(connection))
            inspector = stack.enter_context(MediaInspector())

            def read(taken: Collection[str], closed: Collection[str]) -> list[DueMedium]:
                media = self._next(run, moment, batch, taken, closed, storage.full)
                if media and self._read is None:
                    inspector.begin()
                return media

            waiting = WaitingMedia(read, limits)
            fetcher = stack.enter_context(closing(self._fetcher or self._public_fetcher()))
            storer = MediaStorer(store, self._read or inspector.read)
            written = stack.enter_context(_Written(self._write, waiting))
            pipeline = stack.enter_context(Pipeline(fetcher, storer, limits, storage, connections, self._now))
            for attempt in pipeline.attempts(waiting, lambda: self._may_begin(run, pipeline, limit)):
                run.add(attempt)
                written.add(attempt)
            run.is_at_budget = run.is_at_budget or waiting.has_left_some()
        run.full = storage.full
        with transaction(self._url) as connection:
            hold_media(connection, run.full)
        return run

    def _public_fetcher(self) -> MediaFetcher:
        return MediaFetcher(
            KeptPublicTransport(self._settings.media_connections), maximum_bytes=self._settings.media_maximum_bytes
        )

    def _next(
        self,
        run: CacheRun,
        moment: datetime,
        batch: int,
        taken: Collection[str],
        closed: Collection[str],
        full: Collection[str],
    ) -> list[DueMedium]:
        """What waited when the run began: what fails now waits for a later run."""
        if run.states:
            states = ", ".join(f"{number:,} {state}" for state, number in sorted(run.states.items()))
            self._log.info(f"media: {run.states.total():,} tried: {states}; {run.fetched_bytes:,} bytes fetched")
        with transaction(self._url) as connection:
            return next_media(connection, moment, batch, taken, closed, full)

    def _may_begin(self, run: CacheRun, pipeline: Pipeline, limit: int | None) -> bool:
        run.is_at_budget = 0 < self._settings.media_run_bytes <= pipeline.fetched_bytes
        run.is_at_limit = limit is not None and run.states.total() + pipeline.under_way >= limit
        return not (run.is_at_budget or run.is_at_limit)

    def _write(self, attempts: list[Attempt]) -> None:
        fault_points.reach("media.before_rows")
        if attempts:
            with transaction(self._url) as connection:
                store_attempts(connection, attempts, self._now())


class _Written:
    """Writes attempts some at a time, in a thread, while further ones are made; the last at the end, whatever ended
    the run.
    """

    def __init__(self, write: Callable[[list[Attempt]], None], waiting: WaitingMedia) -> None:
        self._write = write
        self._waiting = waiting
        self._attempts: list[Attempt] = []
        self._writer = ThreadPoolExecutor(1)
        self._writing: tuple[Future[None], list[Attempt]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._writer:
            self._end()
            self._write(self._attempts)

    def add(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)
        if len(self._attempts) >= _WRITTEN_AT_ONCE:
            self._end()
            self._writing = self._writer.submit(self._write, self._attempts), self._attempts
            self._attempts = []

    def _end(self) -> None:
        """Waits for what is being written, and raises its error."""
        if self._writing is not None:
            future, attempts = self._writing
            self._writing = None
            future.result()
            self._waiting.written([attempt.medium.key for attempt in attempts])


def retry_media(url: str, organization_id: str, state: CacheState) -> int:
    """Lets the media of a state wait for a new attempt. Returns how many."""
    with transaction(url) as connection:
        return connection.execute(
            "update media.cached_media set state = 'waiting', state_since = now(), next_attempt_at = now(), "
            "attempts = 0 where organization_id = %s and state = %s",
            (organization_id, state),
        ).rowcount
