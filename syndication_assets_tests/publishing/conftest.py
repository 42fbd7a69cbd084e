"""What the tests of publishing use."""

import pytest

from syndication_assets_tests.publishing.queue_desk import QueueDesk


@pytest.fixture
def desk(shared_database: str) -> QueueDesk:
    """An empty queue."""
    return QueueDesk(shared_database)
