"""Fetching goes on while what was fetched is stored, and what waits in memory is bounded."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

import pytest

from syndication_assets.media.cache import pipeline as pipeline_module
from syndication_assets.media.cache.cache_queue import Attempt, DueMedium
from syndication_assets.media.cache.fetching import Fetched
from syndication_assets.media.cache.host_limits import HostLimit, HostLimits
from syndication_assets.media.cache.outcomes import rejected
from syndication_assets.media.cache.pipeline import Pipeline
from syndication_assets.media.cache.storage_limits import StorageLimits
from syndication_assets.media.cache.storing import MediaStorer
from syndication_assets.media.cache.waiting_media import WaitingMedia
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.contents.reading import read_content
from syndication_assets_tests.media.media_samples import picture

CONNECTIONS = 2
NOW = datetime(2025, 11, 3, tzinfo=UTC)


class Server:
    """Answers at once, and counts."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.answers = 0
        self.has_answered = threading.Semaphore(0)

    def fetch(self, url: str, attempts: int, expires_at: datetime | None) -> Fetched:
        del url, attempts, expires_at
        self.answers += 1
        self.has_answered.release()
        return Fetched(b"x" * self.size, None)

    def close(self) -> None:
        pass


class SlowDisk:
    """Stores nothing before it is told to."""

    def __init__(self) -> None:
        self.may_store = threading.Event()

    def store(self, medium: DueMedium, fetched: Fetched) -> Attempt:
        self.may_store.wait(60)
        return Attempt(medium, rejected("stored nowhere"), len(fetched.content))


@contextmanager
def running(
    server: Server, disk: SlowDisk, media: int, storage: StorageLimits | None = None
) -> Iterator[list[Attempt]]:
    """A run in a thread; the attempts that have ended so far."""
    left = [DueMedium("org-1", f"med-{n}", "image", "https://blog.example/a", 0, NOW) for n in range(media)]
    limits = HostLimits([HostLimit("others", CONNECTIONS)])
    waiting = WaitingMedia(lambda taken, _: [each for each in left if each.key not in taken], limits)
    ended: list[Attempt] = []
    storer = cast(MediaStorer, disk)
    storage = storage or StorageLimits({})
    with Pipeline(server, storer, limits, storage, CONNECTIONS, lambda: NOW) as pipeline:
        thread = threading.Thread(target=lambda: ended.extend(pipeline.attempts(waiting, lambda: True)))
        thread.start()
        try:
            yield ended
        finally:
            disk.may_store.set()
            thread.join()


def wait_for(server: Server, answers: int) -> bool:
    """Whether the server gives so many answers, and then no more for a while."""
    is_reached = all(server.has_answered.acquire(timeout=30) for _ in range(answers))
    return is_reached and not server.has_answered.acquire(timeout=0.2)


@pytest.mark.parametrize("media", [30, 60])
def test_a_disk_that_stores_nothing_stops_fetching_at_the_bytes_that_may_wait(
    monkeypatch: pytest.MonkeyPatch, media: int
):
    monkeypatch.setattr(pipeline_module, "_MOST_BYTES", 20_000)
    server, disk = Server(1_000), SlowDisk()
    with running(server, disk, media) as ended:
        # What was being fetched when the bytes were reached is taken, too.
        assert wait_for(server, 20 + CONNECTIONS - 1)
        assert ended == []
    assert (len(ended), server.answers) == (media, media)


def test_few_large_files_wait_even_if_one_has_more_bytes_than_may_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pipeline_module, "_MOST_BYTES", 10)
    server, disk = Server(1_000), SlowDisk()
    with running(server, disk, 12) as ended:
        assert wait_for(server, 4 + CONNECTIONS - 1)
    assert len(ended) == 12


def test_the_process_that_decodes_starts_before_it_is_needed_and_ends_with_its_inspector():
    with MediaInspector() as inspector:
        inspector.begin()
        inspector.begin()
        assert inspector.read(picture(), "image/jpeg") == read_content(picture(), "image/jpeg")
    with MediaInspector() as inspector:
        inspector.begin()
    assert not [thread for thread in threading.enumerate() if thread.name == "media inspector"]


def test_what_waits_to_be_stored_counts_for_the_limit_of_its_organization_until_it_is_refused():
    server, disk, storage = Server(1_000), SlowDisk(), StorageLimits({"org-1": 2_500})
    with running(server, disk, 30, storage) as ended:
        assert wait_for(server, 3 + CONNECTIONS - 1)
        assert storage.full == ["org-1"]
        assert ended == []
    assert storage.has_room("org-1"), "nothing was stored"
