"""The state of a process decides whether it runs, and whether its posts are sent."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from syndication_assets.database.acting import started_by_hand
from syndication_assets.database.connection import DatabaseError, load_sql, transaction
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, DAY, PublishingQueue, settings_of

SCHEDULED = Origin("schedule", "publish_schedule")
STATES = ("draft", "developed", "testing", "production")


def process(queue: PublishingQueue, state: str, **more: object) -> None:
    queue.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name,"
        " development_status) values ('product_post', %s, 'feed_post', 'Products', %s)"
        " on conflict (platform, channel_type, process_name) do update set"
        " development_status = excluded.development_status",
        [queue.platform, state],
    )


def publish(queue: PublishingQueue, platform: FakePlatform, origin: Origin) -> None:
    publishers = {"facebook_graph": platform, "dry_run": DryRun()}
    publish_due(queue.url, settings_of(), AFTER_SLOT, publishers, origin=origin)


@pytest.mark.parametrize(
    ("state", "by_schedule", "by_hand"),
    [
        ("draft", "scheduled", "scheduled"),
        ("developed", "scheduled", "simulated"),
        ("testing", "simulated", "simulated"),
        ("production", "sent", "sent"),
    ],
)
@pytest.mark.parametrize("is_by_hand", [False, True])
def test_a_state_decides_whether_posts_are_sent(
    state: str,
    by_schedule: str,
    by_hand: str,
    is_by_hand: bool,
    queue: PublishingQueue,
    platform: FakePlatform,
    page: str,
):
    queue.due(page)
    process(queue, state)
    publish(queue, platform, Origin() if is_by_hand else SCHEDULED)
    ((target, is_simulated),) = queue.rows("select state::text, is_simulated from publishing.post_targets")
    became = "scheduled" if target == "scheduled" else "simulated" if is_simulated else "sent"
    assert became == (by_hand if is_by_hand else by_schedule)
    assert len(platform.calls) == (became == "sent")


def test_a_simulation_needs_no_credential(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    process(queue, "testing")
    queue.execute("update channels.credentials set secret = 'v1:other:' || repeat('A', 16) || ':' || repeat('A', 22)")
    publish(queue, platform, SCHEDULED)
    assert queue.states() == ["published"]


def test_a_text_of_a_process_in_testing_is_planned_as_simulated_and_has_no_measured_numbers(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.schedule(page)
    queue.approved(DAY)
    process(queue, "testing")
    queue.plan()
    assert queue.rows("select state::text, is_simulated from publishing.post_targets") == [("scheduled", True)]
    publish(queue, platform, SCHEDULED)
    with transaction(queue.url) as connection:
        measured = connection.execute(
            load_sql("scraping/posts_to_measure.sql"),
            {"publisher": "facebook_graph", "now": datetime(2020, 1, 28, tzinfo=UTC)},
        ).fetchall()
    assert (queue.states(), measured) == (["published"], [])


@pytest.mark.parametrize(("state", "planned"), [("draft", 0), ("developed", 0), ("testing", 1), ("production", 1)])
def test_a_schedule_plans_what_may_run(state: str, planned: int, queue: PublishingQueue, page: str):
    queue.schedule(page)
    queue.approved(DAY)
    process(queue, state)
    assert queue.plan().texts == planned
    with started_by_hand():
        assert queue.plan(DAY, date(2025, 11, 4)).texts == int(state == "developed")


def test_a_process_rises_by_one_state_and_falls_to_any(queue: PublishingQueue):
    process(queue, "draft")
    for state in STATES[1:]:
        process(queue, state)
    process(queue, "draft")
    for state in STATES[2:]:
        with pytest.raises(DatabaseError, match="content_processes_state"):
            process(queue, state)


def test_each_step_is_in_the_log_with_its_actor(queue: PublishingQueue):
    process(queue, "draft")
    with psycopg.connect(queue.url) as connection:
        connection.execute("set app.actor = 'isla'")
        connection.execute("update publishing.content_processes set development_status = 'developed'")
    assert queue.rows(
        "select actor, old_values ->> 'development_status', new_values ->> 'development_status'"
        " from channels.rule_changes where table_name = 'publishing.content_processes' and action = 'update'"
        " order by occurred_at desc limit 1"
    ) == [("isla", "draft", "developed")]


def test_published_and_failed_posts_and_approvals_are_told_to_webhooks(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.insert(
        "operations.webhooks",
        "webhook_id",
        webhook_name="shop",
        events=["approved", "published"],
        url_name="SHOP_URL",
        secret_name="SHOP_KEY",
    )
    (target_id,) = queue.due(page)
    publish(queue, platform, SCHEDULED)
    events = queue.rows("select event, data from operations.webhook_events order by event_id")
    assert [event for event, _ in events] == ["approved", "published"]
    told = events[1][1]
    assert (told["target_id"], told["is_simulated"], told["kind"]) == (target_id, False, "product")
    assert told["platform_post_id"] == queue.target(target_id)["platform_post_id"]
