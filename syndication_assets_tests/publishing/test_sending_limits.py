"""The rules of a channel hold when posts are sent: how many a day, how quickly, and what becomes of late ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets.publishing.sending.target_decisions import retry
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    OutcomeKind,
    accept_and_lose_the_response,
    reject_with,
)
from syndication_assets_tests.publishing.publishing_queue import CHANNEL, PLATFORM, PublishingQueue


def add_rule(queue: PublishingQueue, key: str, channel_type: str = CHANNEL, **values: Any) -> None:
    queue.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, value, minimum, maximum) values (%s, %s, 'engagement', %s, %s, %s, %s, %s)",
        [
            PLATFORM,
            channel_type,
            key,
            "text" if "value" in values else "number",
            f'"{values["value"]}"' if "value" in values else None,
            values.get("minimum"),
            values.get("maximum"),
        ],
    )


def pass_time(queue: PublishingQueue, **time: int) -> None:
    """Moves all calls into the past."""
    queue.execute("update publishing.publish_attempts set started_at = started_at - %s", [timedelta(**time)])


def now() -> datetime:
    return datetime.now(UTC)


def test_a_page_sends_no_more_posts_a_day_than_its_channel_allows(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    add_rule(queue, "maximum_posts_per_day", maximum=2)
    queue.due(page, 5)
    report = queue.publish_to(platform)
    assert len(platform.accepted) == 2
    (reason,) = report.waiting.values()
    assert reason.startswith(f"{page}/feed_post has sent 2 of 2 posts of today")
    assert report.problems == []
    assert queue.publish_to(platform).calls == 0
    pass_time(queue, days=1)
    queue.publish_to(platform)
    assert len(platform.accepted) == 4
    assert queue.states().count("scheduled") == 1


def test_without_a_rule_everything_that_is_due_is_sent(queue: PublishingQueue, platform: FakePlatform, page: str):
    """The negative control of the limits."""
    queue.due(page, 5)
    assert queue.publish_to(platform).calls == 5


def test_the_limit_holds_for_retries_by_hand_and_over_concurrent_publishers(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    add_rule(queue, "maximum_posts_per_day", maximum=3)
    for target_id in queue.due(page, 12):
        retry(queue.url, target_id, "isla")
    with ThreadPoolExecutor(3) as pool:
        for run in [pool.submit(queue.publish_to, platform, now=now(), publish_concurrency=4) for _ in range(3)]:
            run.result()
    assert len(platform.accepted) == 3


def test_a_call_without_a_known_outcome_counts_and_a_rejected_one_does_not(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    add_rule(queue, "maximum_posts_per_day", maximum=1)
    queue.due(page, 3)
    platform.responses.extend([reject_with(OutcomeKind.PERMANENT), accept_and_lose_the_response])
    queue.publish_to(platform, publish_concurrency=1)
    assert len(platform.calls) == 2
    assert queue.states() == ["failed", "needs_reconcile", "scheduled"]


def test_each_page_has_its_own_posts_of_the_day_and_a_simulation_is_exempt(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    add_rule(queue, "maximum_posts_per_day", maximum=1)
    other = queue.page("other", "facebook_graph")
    queue.due(page, 2)
    queue.due(other, 2)
    queue.publish_to(platform)
    assert sorted(post.remote_account_id for post in platform.calls) == ["other", "page"]
    queue.due(queue.page("simulated"), 3)
    assert queue.publish().calls == 3


@pytest.mark.parametrize(
    ("rule", "sent"),
    [("maximum_posts_per_day_of_account", 1), ("maximum_posts_per_day", 2)],
    ids=["account", "channel"],
)
def test_the_posts_of_all_channels_of_a_page_count_where_the_rule_says_so(
    queue: PublishingQueue, platform: FakePlatform, page: str, rule: str, sent: int
):
    for channel_type in (CHANNEL, "story_post"):
        add_rule(queue, rule, channel_type, maximum=1)
    queue.due(page, 4)
    queue.execute(
        "update publishing.post_targets set channel_type = 'story_post'"
        " where extract(second from scheduled_at) in (1, 3)"
    )
    report = queue.publish_to(platform)
    assert len(platform.accepted) == sent
    assert sorted(report.waiting) == [f"{page}/feed_post", f"{page}/story_post"]
    assert all(f"(rule {rule})" in reason for reason in report.waiting.values())
    pass_time(queue, days=1)
    queue.publish_to(platform)
    assert len(platform.accepted) == 2 * sent


def test_the_day_is_the_local_day_of_the_schedule(queue: PublishingQueue, platform: FakePlatform, page: str):
    add_rule(queue, "maximum_posts_per_day", maximum=1)
    # The day of Kiritimati begins 26 hours before that of Pago Pago: one of them began less than 14 hours ago.
    zones = {"Pacific/Kiritimati": 14, "Pacific/Pago_Pago": -11}
    since = {zone: (now() + timedelta(hours=hours)).hour for zone, hours in zones.items()}
    zone = min(since, key=lambda name: since[name])
    queue.schedule(page, time_zone=zone)
    queue.due(page, 2)
    queue.publish_to(platform)
    pass_time(queue, hours=since[zone] + 1)
    queue.publish_to(platform)
    assert len(platform.accepted) == 2, "the first was sent on the local day before"


def test_a_page_never_sends_its_backlog_in_a_second(queue: PublishingQueue, platform: FakePlatform, page: str):
    add_rule(queue, "minutes_between_posts", minimum=30)
    queue.due(page, 4)
    report = queue.publish_to(platform)
    assert len(platform.accepted) == 1
    assert "rule minutes_between_posts" in report.waiting[f"{page}/feed_post"]
    pass_time(queue, minutes=29)
    assert queue.publish_to(platform).calls == 0
    pass_time(queue, minutes=2)
    assert queue.publish_to(platform).calls == 1


def test_a_late_post_does_not_take_the_place_of_one_whose_slot_is_today(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    add_rule(queue, "maximum_posts_per_day", maximum=1)
    late, on_time = queue.due(page, 2)
    queue.execute("update publishing.post_targets set scheduled_at = now() where target_id = %s", [on_time])
    report = queue.publish_to(platform, now=now() + timedelta(seconds=1))
    assert [post.target_id for post in platform.calls] == [on_time]
    assert late in report.waiting or f"{page}/feed_post" in report.waiting
    pass_time(queue, days=1)
    queue.publish_to(platform, now=now())
    assert [post.target_id for post in platform.calls] == [on_time, late], "the next day has room"


@pytest.mark.parametrize(
    ("rule", "state", "message"),
    [
        (None, "ready", "Send it now with `syndication targets retry tgt-"),
        ("ask", "ready", "Send it now with `syndication targets retry tgt-"),
        ("skip", "cancelled", "was dropped, as the rule late_slot of its channel says."),
        ("send", "published", None),
    ],
)
def test_a_late_slot_follows_the_rule_of_its_channel(
    rule: str | None, state: str, message: str | None, queue: PublishingQueue, platform: FakePlatform, page: str
):
    if rule is not None:
        add_rule(queue, "late_slot", value=rule)
    (target_id,) = queue.due(page)
    give_setting(queue.url, "publishing.maximum_delay_hours", 1)
    report = queue.publish_to(platform)
    target = queue.target(target_id)
    assert target["state"] == state
    assert report.missed == (state != "published")
    assert (message or "") in (target["error_message"] or "")
    assert queue.plan().texts == 0, "it is not queued again by itself"


def test_an_unknown_rule_for_late_slots_is_rejected(queue: PublishingQueue):
    with pytest.raises(DatabaseError, match="channel_requirements_late_slot"):
        add_rule(queue, "late_slot", value="perhaps")
