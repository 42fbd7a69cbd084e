"""Each request to a platform is a row of operations.api_usage; a quota keeps a post back until it is free again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error, serve
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue

pytestmark = pytest.mark.one_server

CALLS = (
    "select provider, operation, account_id, status_code, is_successful, run_id from operations.api_usage"
    " order by used_at, usage_id"
)


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with serve() as served:
        yield served


@pytest.fixture
def facebook(graph: FakeGraph) -> Iterator[FacebookGraph]:
    client = FacebookGraph(graph.url, "v25.0")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def without_calls(queue: PublishingQueue) -> Iterator[None]:
    """The queue's database is shared with other tests."""
    queue.execute("delete from operations.api_usage")
    yield
    queue.execute("delete from operations.api_quotas where provider = 'facebook_graph'")


def limit(queue: PublishingQueue, amount: int) -> None:
    queue.execute(
        "insert into operations.api_quotas (provider, unit, counted_per, window_seconds, amount)"
        " values ('facebook_graph', 'requests', 'account', 3600, %s)",
        [amount],
    )


def test_a_post_is_a_call_with_its_account_and_graphs_limits(
    queue: PublishingQueue, graph: FakeGraph, facebook: FacebookGraph, page: str
):
    queue.due(page, 2)
    graph.responses.append(Response(200, {"id": "page_1"}, headers={"X-App-Usage": '{"call_count": 28}'}))
    graph.responses.append(Response(400, error(100)))
    report = queue.publish_to(facebook, publish_concurrency=1)
    assert queue.rows(CALLS) == [
        ("facebook_graph", "feed", page, 200, True, None),
        ("facebook_graph", "feed", page, 400, False, None),
    ]
    assert queue.rows("select rate_limits from operations.api_usage where is_successful") == [
        ({"x-app-usage.call_count": 28},)
    ]
    assert (report.api_calls.calls, report.api_calls.failures) == (2, 1)


def test_a_post_beyond_the_quota_is_not_sent_and_waits_until_the_quota_is_free(
    queue: PublishingQueue, graph: FakeGraph, facebook: FacebookGraph, page: str
):
    limit(queue, 2)
    queue.due(page, 3)
    queue.publish_to(facebook, publish_concurrency=1)
    assert len(graph.posts) == 2
    assert queue.value("select count(*) from operations.api_usage") == 2
    (message,) = (
        row[0] for row in queue.rows("select error_message from publishing.post_targets where error_message <> ''")
    )
    assert message.startswith(
        "The quota of facebook_graph is used up: 2 of 2 requests in 3600 seconds for the account."
    )
    until = queue.value("select blocked_until from channels.platform_limits where account_id = %s", [page])
    assert abs(until - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


def test_concurrent_publishers_never_pass_a_quota(queue: PublishingQueue, graph: FakeGraph, facebook: FacebookGraph):
    pages = [queue.page(f"page-{number}", "facebook_graph") for number in range(4)]
    for page in pages:
        queue.due(page, 4)
    limit(queue, 3)
    queue.publish_to(facebook, publish_concurrency=8)
    assert len(graph.posts) == 12
    assert queue.rows("select count(*) from operations.api_usage group by account_id") == [(3,)] * 4
