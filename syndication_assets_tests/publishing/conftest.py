"""The fixtures of the publishing tests."""

import pytest

from syndication_assets_tests.publishing.publishing_queue import PublishingQueue


@pytest.fixture
def queue(shared_database: str) -> PublishingQueue:
    """An empty queue."""
    return PublishingQueue(shared_database)
