"""The fixtures of the publishing tests."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.graph_server import FakeGraph, serve
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


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with serve() as served:
        yield served


@pytest.fixture
def facebook(graph: FakeGraph) -> Iterator[FacebookGraph]:
    client = FacebookGraph(
        graph.url,
        "v25.0",
        timeout=timedelta(seconds=1),
        check_picture=lambda url: public_addresses(url, lambda _host, _port: ["93.184.215.14"]),
    )
    yield client
    client.close()
