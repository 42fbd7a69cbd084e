"""Publishers that are killed at each fault point, and concurrent publishers: no post is published twice or lost.

Each publisher runs in its own process, against a local Graph API that records the posts it accepts.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.sending.reconcile import reconcile
from syndication_assets.publishing.sending.target_decisions import resolve_as_not_published
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error, serve
from syndication_assets_tests.publishing.publishing_queue import KEYS, SENT, TOKEN, PublishingQueue, settings_of
from syndication_assets_tests.scraping.test_faults import wait_for_no_other_backend

pytestmark = pytest.mark.one_server

_PUBLISH = """
import sys
from datetime import UTC, datetime
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.publishing.publishers import open_publishers
from syndication_assets.settings import Settings
settings = Settings.from_environment()
with open_publishers(settings) as publishers:
    report = publish_due(sys.argv[1], settings, datetime.now(UTC), publishers, 1000)
print(report.calls, *report.problems)
"""


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with serve() as served:
        yield served


@pytest.fixture
def facebook(graph: FakeGraph) -> Iterator[dict[str, FacebookGraph]]:
    client = FacebookGraph(graph.url, "v25.0")
    yield {"facebook_graph": client}
    client.close()


def start_publisher(
    queue: PublishingQueue, graph: FakeGraph, fault_point: str = "", concurrency: int = 1
) -> subprocess.Popen[str]:
    environment = {
        "SYNDICATION_FACEBOOK_URL": graph.url,
        "SYNDICATION_SECRET_KEYS": KEYS,
        "SYNDICATION_PUBLISH_CONCURRENCY": str(concurrency),
        "SYNDICATION_SENT_URL": str(SENT),
        "SYNDICATION_FAULT_POINT": fault_point,
    }
    return subprocess.Popen(
        [sys.executable, "-c", _PUBLISH, queue.url],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode <= 0, errors
    assert "canary" not in output + errors
    return process.returncode, output


def assert_each_post_is_published_exactly_once(queue: PublishingQueue, graph: FakeGraph, targets: int) -> None:
    assert max(Counter(post["message"] for post in graph.posts).values()) == 1
    assert len(graph.posts) == targets
    assert Counter(queue.states()) == {"published": targets}
    ids = {post_id for (post_id,) in queue.rows("select platform_post_id from publishing.post_targets")}
    assert ids == {post["id"] for post in graph.posts}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault_point", "accepted", "state"),
    [
        ("publishing.before_attempt", 0, "scheduled"),
        ("publishing.after_attempt", 0, "needs_reconcile"),
        ("publishing.after_record", 0, "needs_reconcile"),
        ("publishing.after_call", 1, "needs_reconcile"),
        ("publishing.before_outcome", 1, "needs_reconcile"),
    ],
)
def test_a_post_of_a_killed_publisher_is_published_once_or_resolved_by_the_lookup(
    fault_point: str,
    accepted: int,
    state: str,
    queue: PublishingQueue,
    graph: FakeGraph,
    facebook: dict[str, FacebookGraph],
    page: str,
):
    targets = queue.due(page, 3)
    assert finished(start_publisher(queue, graph, fault_point))[0] == -signal.SIGKILL
    wait_for_no_other_backend(queue.url)
    assert len(graph.posts) == accepted
    # A second publisher sends the others, but not the first publisher's target before its lease expires.
    assert finished(start_publisher(queue, graph))[0] == 0
    assert len(graph.posts) == (3 if state == "scheduled" else 2 + accepted)
    queue.expire_leases()
    assert finished(start_publisher(queue, graph))[0] == 0
    assert queue.target(targets[0])["state"] == ("published" if state == "scheduled" else state)
    assert len(graph.posts) == (3 if state == "scheduled" else 2 + accepted)
    # Ten minutes later a listing is conclusive. Only our time moves: a page cannot publish before the call.
    queue.execute("update publishing.publish_attempts set started_at = started_at - interval '11 minutes'")
    reconcile(queue.url, settings_of(), facebook)
    if accepted == 0 and state == "needs_reconcile":
        # It is not on the page: a person decides.
        assert queue.target(targets[0])["state"] == "needs_reconcile"
        resolve_as_not_published(queue.url, targets[0], "isla")
    assert finished(start_publisher(queue, graph))[0] == 0
    assert_each_post_is_published_exactly_once(queue, graph, 3)


def test_concurrent_publishers_share_the_work(queue: PublishingQueue, graph: FakeGraph, page: str):
    queue.due(page, 60)
    graph.delay = 0.02
    publishers = [start_publisher(queue, graph, concurrency=3) for _ in range(2)]
    calls = [int(finished(publisher)[1]) for publisher in publishers]
    assert sum(calls) == 60
    assert_each_post_is_published_exactly_once(queue, graph, 60)
    assert queue.value("select max(attempts) from publishing.post_targets") == 1


def test_a_publisher_that_loses_its_database_stops_and_its_last_post_is_found(
    queue: PublishingQueue, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str
):
    queue.due(page, 5)
    graph.delay = 0.5
    publisher = start_publisher(queue, graph)
    with psycopg.connect(queue.url, autocommit=True) as connection:
        while connection.execute(
            "select count(*) from publishing.publish_attempts where outcome is null"
        ).fetchone() == (0,):
            assert publisher.poll() is None
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and application_name = 'syndication'"
        )
    graph.delay = 0
    _, errors = publisher.communicate(timeout=60)
    assert publisher.returncode == 1
    assert "DatabaseError" in errors
    assert TOKEN not in errors
    queue.expire_leases()
    queue.publish({}, now=datetime.now(UTC))
    assert Counter(queue.states())["needs_reconcile"] == 1
    queue.execute("update publishing.publish_attempts set started_at = started_at - interval '11 minutes'")
    reconcile(queue.url, settings_of(), facebook)
    assert finished(start_publisher(queue, graph))[0] == 0
    assert_each_post_is_published_exactly_once(queue, graph, 5)


def test_calls_are_concurrent(queue: PublishingQueue, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str):
    queue.due(page, 24)
    graph.delay = 0.25
    queue.publish(facebook, publish_concurrency=12)
    assert 6 <= graph.most_at_once <= 12
    assert_each_post_is_published_exactly_once(queue, graph, 24)


def test_a_timeout_after_sending_is_looked_up_and_not_sent_again(queue: PublishingQueue, graph: FakeGraph, page: str):
    (target_id,) = queue.due(page)
    graph.responses.append(Response(body={"id": "never read"}, is_accepted=True, delay=1))
    impatient = FacebookGraph(graph.url, "v25.0", timeout=timedelta(seconds=0.3))
    try:
        queue.publish({"facebook_graph": impatient})
        assert queue.target(target_id)["state"] == "needs_reconcile"
        queue.publish({"facebook_graph": impatient})
        queue.reconcile({"facebook_graph": impatient})
    finally:
        impatient.close()
    assert_each_post_is_published_exactly_once(queue, graph, 1)
    assert queue.attempts(target_id)[0]["resolved_by"] == "lookup"


def test_an_accepted_post_with_an_unexpected_error_is_looked_up_and_not_sent_again(
    queue: PublishingQueue, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str
):
    queue.due(page)
    graph.responses.append(
        Response(500, error(2, "Please retry your request later", is_transient=True), is_accepted=True)
    )
    for _ in range(2):
        queue.publish(facebook)
        queue.pass_waits()
    assert len(graph.posts) == 1
    queue.reconcile(facebook)
    assert_each_post_is_published_exactly_once(queue, graph, 1)
