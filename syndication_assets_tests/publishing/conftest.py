"""What the tests of publishing use."""

from collections.abc import Iterator

import pytest

from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.publishing.queue_desk import QueueDesk
from syndication_assets_tests.servers import Server


@pytest.fixture(scope="module")
def shared_database(server: Server, template_database: str) -> Iterator[str]:
    """The URL of a migrated database for the tests of a module, one after the other."""
    with new_database(server, template_database) as url:
        yield url


@pytest.fixture
def desk(shared_database: str) -> QueueDesk:
    """An empty queue."""
    return QueueDesk(shared_database)
