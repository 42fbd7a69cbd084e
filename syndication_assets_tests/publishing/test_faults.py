"""Publishers that are killed at each point, and several at once: no post goes out twice, and none is lost.

A publisher runs in a process of its own here, against a local Graph API that counts what it took.
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
from syndication_assets.publishing.reconcile import reconcile
from syndication_assets.publishing.target_decisions import resolve_as_not_published
from syndication_assets_tests.publishing.graph_server import Answer, FakeGraph, error, serve
from syndication_assets_tests.publishing.queue_desk import KEYS, TOKEN, QueueDesk, settings_of
from syndication_assets_tests.scraping.test_faults import wait_for_no_other_backend

_PUBLISH = """
import sys
from datetime import UTC, datetime
from syndication_assets.publishing.publish import publish_due
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


@pytest.fixture
def page(desk: QueueDesk) -> str:
    return desk.page(publisher="facebook_graph")


def start_publisher(
    desk: QueueDesk, graph: FakeGraph, fault_point: str = "", concurrency: int = 1
) -> subprocess.Popen[str]:
    environment = {
        "SYNDICATION_FACEBOOK_URL": graph.url,
        "SYNDICATION_SECRET_KEYS": KEYS,
        "SYNDICATION_PUBLISH_CONCURRENCY": str(concurrency),
        "SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS": "1000000",
        "SYNDICATION_FAULT_POINT": fault_point,
    }
    return subprocess.Popen(
        [sys.executable, "-c", _PUBLISH, desk.url],
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


def published_at_least_once_and_never_twice(desk: QueueDesk, graph: FakeGraph, targets: int) -> None:
    assert max(Counter(post["message"] for post in graph.posts).values()) == 1
    assert len(graph.posts) == targets
    assert Counter(desk.states()) == {"published": targets}
    ids = {post_id for (post_id,) in desk.rows("select platform_post_id from publishing.post_targets")}
    assert ids == {post["id"] for post in graph.posts}


@pytest.mark.parametrize(
    ("fault_point", "taken", "state"),
    [
        ("publishing.before_attempt", 0, "scheduled"),
        ("publishing.after_attempt", 0, "needs_reconcile"),
        ("publishing.after_call", 1, "needs_reconcile"),
        ("publishing.before_outcome", 1, "needs_reconcile"),
    ],
)
def test_a_killed_publisher_leaves_a_post_once_or_in_doubt_and_the_lookup_finds_out(
    fault_point: str,
    taken: int,
    state: str,
    desk: QueueDesk,
    graph: FakeGraph,
    facebook: dict[str, FacebookGraph],
    page: str,
):
    targets = desk.due(page, 3)
    assert finished(start_publisher(desk, graph, fault_point))[0] == -signal.SIGKILL
    wait_for_no_other_backend(desk.url)
    assert len(graph.posts) == taken
    # A second publisher sends the others; the first one's target is not touched while its lease holds.
    assert finished(start_publisher(desk, graph))[0] == 0
    assert len(graph.posts) == (3 if state == "scheduled" else 2 + taken)
    desk.expire_leases()
    assert finished(start_publisher(desk, graph))[0] == 0
    assert desk.target(targets[0])["state"] == ("published" if state == "scheduled" else state)
    assert len(graph.posts) == (3 if state == "scheduled" else 2 + taken)
    # Ten minutes later the page tells. A page cannot publish before it was asked, so its clock stays.
    desk.execute("update publishing.publish_attempts set started_at = started_at - interval '11 minutes'")
    reconcile(desk.url, settings_of(), facebook)
    if fault_point == "publishing.after_attempt":
        # It is not there: that is for a person to say.
        assert desk.target(targets[0])["state"] == "needs_reconcile"
        resolve_as_not_published(desk.url, targets[0], "isla")
    assert finished(start_publisher(desk, graph))[0] == 0
    published_at_least_once_and_never_twice(desk, graph, 3)


def test_two_publishers_at_once_share_the_work(desk: QueueDesk, graph: FakeGraph, page: str):
    desk.due(page, 60)
    graph.delay = 0.02
    publishers = [start_publisher(desk, graph, concurrency=3) for _ in range(2)]
    calls = [int(finished(publisher)[1]) for publisher in publishers]
    assert sum(calls) == 60
    published_at_least_once_and_never_twice(desk, graph, 60)
    assert desk.value("select max(attempts) from publishing.post_targets") == 1


def test_a_publisher_that_loses_its_database_stops_and_what_it_sent_is_found(
    desk: QueueDesk, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str
):
    desk.due(page, 5)
    graph.delay = 0.5
    publisher = start_publisher(desk, graph)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        while connection.execute(
            "select count(*) from publishing.publish_attempts where outcome is null"
        ).fetchone() == (0,):
            assert publisher.poll() is None
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and application_name = 'syndication'"
        )
    _, errors = publisher.communicate(timeout=60)
    assert publisher.returncode == 1
    assert "DatabaseError" in errors
    assert TOKEN not in errors
    desk.expire_leases()
    desk.publish({}, now=datetime.now(UTC))
    assert Counter(desk.states())["needs_reconcile"] == 1
    desk.execute("update publishing.publish_attempts set started_at = started_at - interval '11 minutes'")
    reconcile(desk.url, settings_of(), facebook)
    assert finished(start_publisher(desk, graph))[0] == 0
    published_at_least_once_and_never_twice(desk, graph, 5)


def test_calls_are_made_at_once(desk: QueueDesk, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str):
    desk.due(page, 24)
    graph.delay = 0.25
    started_at = datetime.now(UTC)
    desk.publish(facebook, publish_concurrency=12)
    assert datetime.now(UTC) - started_at < timedelta(seconds=24 * 0.25 / 2)
    published_at_least_once_and_never_twice(desk, graph, 24)


def test_a_timeout_after_sending_is_looked_up_and_not_sent_again(desk: QueueDesk, graph: FakeGraph, page: str):
    (target_id,) = desk.due(page)
    graph.answers.append(Answer(body={"id": "never read"}, is_taken=True, delay=1))
    impatient = FacebookGraph(graph.url, "v25.0", timeout=timedelta(seconds=0.3))
    try:
        desk.publish({"facebook_graph": impatient})
        assert desk.target(target_id)["state"] == "needs_reconcile"
        desk.publish({"facebook_graph": impatient})
        desk.reconcile({"facebook_graph": impatient})
    finally:
        impatient.close()
    published_at_least_once_and_never_twice(desk, graph, 1)
    assert desk.attempts(target_id)[0]["resolved_by"] == "lookup"


def test_an_unexpected_error_of_a_post_that_was_taken_is_looked_up_and_not_sent_again(
    desk: QueueDesk, graph: FakeGraph, facebook: dict[str, FacebookGraph], page: str
):
    desk.due(page)
    graph.answers.append(Answer(500, error(2, "Please retry your request later", is_transient=True), is_taken=True))
    for _ in range(2):
        desk.publish(facebook)
        desk.pass_waits()
    assert len(graph.posts) == 1
    desk.reconcile(facebook)
    published_at_least_once_and_never_twice(desk, graph, 1)
