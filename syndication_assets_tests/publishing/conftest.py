"""The fixtures of the publishing tests."""

import pytest

from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue


@pytest.fixture
def queue(shared_database: str) -> PublishingQueue:
    """An empty queue."""
    return PublishingQueue(shared_database)


@pytest.fixture
def platform() -> FakePlatform:
    """A platform that accepts every post."""
    return FakePlatform()


@pytest.fixture
def page(queue: PublishingQueue) -> str:
    """The id of an account that is not simulated."""
    return queue.page(publisher="facebook_graph")
