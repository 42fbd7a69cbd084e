"""Fetches media while those before them are read and stored, so that no connection waits for a disk or a decoder."""

import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from syndication_assets.media.cache.cache_queue import Attempt, DueMedium, StoredFile
from syndication_assets.media.cache.fetching import Fetched, Fetcher
from syndication_assets.media.cache.host_limits import HostLimits
from syndication_assets.media.cache.outcomes import Outcome, expired
from syndication_assets.media.cache.storage_limits import StorageLimits
from syndication_assets.media.cache.storing import MediaStorer
from syndication_assets.media.cache.waiting_media import WaitingMedia

_STORING = 4
"""Media that are read and stored at once: while one is decoded, others are written to the disk."""
_MOST_BYTES = 16 * 1024 * 1024
"""Of media that wait to be stored, each in memory as a whole: a disk that is slow for a moment stops no fetch."""


class _Fetched(NamedTuple):
    medium: DueMedium
    future: Future[Fetched | Outcome]


class Pipeline:
    """Attempts of one run, as they end. Leave its context when done: what was begun is ended first."""

    def __init__(
        self,
        fetcher: Fetcher,
        storer: MediaStorer,
        limits: HostLimits,
        storage: StorageLimits,
        connections: int,
        now: Callable[[], datetime],
    ) -> None:
        self._fetcher = fetcher
        self._storer = storer
        self._limits = limits
        self._storage = storage
        self._connections = connections
        self._now = now
        self._done: queue.SimpleQueue[_Fetched | Future[Attempt]] = queue.SimpleQueue()
        self.fetched_bytes = 0
        self._fetching = 0
        self._storing = 0
        self._storing_bytes = 0
        self._threads = ExitStack()
        self._fetchers = self._threads.enter_context(ThreadPoolExecutor(connections))
        self._storers = self._threads.enter_context(ThreadPoolExecutor(_STORING))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.close()

    @property
    def under_way(self) -> int:
        """Media that were begun and have not ended."""
        return self._fetching + self._storing

    def attempts(self, waiting: WaitingMedia, may_begin: Callable[[], bool]) -> Iterator[Attempt]:
        """Attempts until nothing waits, or `may_begin` says that nothing more is begun and all that was is ended."""
        while True:
            yield from self._begin(waiting, may_begin)
            if self._fetching or self._storing:
                yield from self._ended()
                continue
            # Each host that has something to fetch pauses.
            opens_at = None if waiting.is_empty or not may_begin() else self._limits.opens_at(time.monotonic())
            if opens_at is None:
                return
            time.sleep(max(opens_at - time.monotonic(), 0))

    def _begin(self, waiting: WaitingMedia, may_begin: Callable[[], bool]) -> Iterator[Attempt]:
        """Begins what may begin now; what has expired meanwhile ends at once."""
        while self._fetching < self._connections and self._may_wait() and may_begin():
            medium = waiting.next(time.monotonic())
            if medium is None:
                return
            if not self._storage.has_room(medium.organization_id):
                continue  # it stays in the queue
            expires_at = medium.expires_at
            if expires_at is not None and expires_at <= self._now():
                yield Attempt(medium, expired(expires_at))
                continue
            self._limits.begin(self._limits.name_of(medium.host))
            future = self._fetchers.submit(self._fetcher.fetch, medium.url, medium.attempts + 1, expires_at)
            self._fetching += 1
            future.add_done_callback(partial(self._fetched, medium))

    def _may_wait(self) -> bool:
        """Whether what is fetched now may wait to be stored."""
        return self._storing < _STORING or self._storing_bytes < _MOST_BYTES

    def _fetched(self, medium: DueMedium, future: Future[Fetched | Outcome]) -> None:
        self._done.put(_Fetched(medium, future))

    def _ended(self) -> Iterator[Attempt]:
        """The attempt that ended next, if one did before a host may be asked again."""
        now = time.monotonic()
        opens_at = self._limits.opens_at(now)
        try:
            ended = self._done.get(timeout=None if opens_at is None else max(opens_at - now, 0))
        except queue.Empty:
            return
        if isinstance(ended, Future):
            self._storing -= 1
            attempt = ended.result()
            self._storing_bytes -= attempt.fetched_bytes
            if not isinstance(attempt.result, StoredFile):
                self._storage.add(attempt.medium.organization_id, -attempt.fetched_bytes)
            yield attempt
            return
        self._fetching -= 1
        medium, fetched = ended.medium, ended.future.result()
        size = len(fetched.content) if isinstance(fetched, Fetched) else 0
        self.fetched_bytes += size
        self._limits.end(self._limits.name_of(medium.host), time.monotonic(), size)
        if isinstance(fetched, Outcome):
            yield Attempt(medium, fetched)
            return
        self._storing += 1
        self._storing_bytes += size
        # At once, so that what waits to be stored is not fetched beyond what the organization may store.
        self._storage.add(medium.organization_id, size)
        self._storers.submit(self._storer.store, medium, fetched).add_done_callback(self._done.put)
