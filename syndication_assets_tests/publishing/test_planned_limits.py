"""Planning within the channel's limits: a planned post need not wait when it is due."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.publishing.planning.slot_assignment import (
    NamedSchedule,
    QueueLimits,
    TakenSlot,
    Text,
    assign_slots,
)
from syndication_assets.publishing.planning.slots import Schedule
from syndication_assets_tests.publishing.publishing_queue import DAY, NOON, PublishingQueue

QUEUE = ("org", "acc", "feed_post")
EVERY_QUARTER = Schedule("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,15,30,45", "UTC", DAY)


def times(count: int, limits: QueueLimits, *taken: datetime, is_free: bool = False) -> list[str]:
    """The times of so many texts of one queue that has slots every quarter of two hours."""
    texts = [Text(QUEUE, f"cnt-{number}", f"hash {number}", DAY, NOON, True) for number in range(count)]
    slots = assign_slots(
        texts,
        {QUEUE: [NamedSchedule("sch", EVERY_QUARTER)]},
        [TakenSlot(QUEUE, instant, instant, "other", is_free) for instant in taken],
        {QUEUE: limits},
    )
    return [f"{slot.scheduled_at:%d %H:%M}" if slot else "none" for slot in slots]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (None, ["03 09:00", "03 09:15", "03 09:30", "03 09:45"]),
        (15, ["03 09:00", "03 09:15", "03 09:30", "03 09:45"]),
        (16, ["03 09:00", "03 09:30", "03 17:00", "03 17:30"]),
        (30, ["03 09:00", "03 09:30", "03 17:00", "03 17:30"]),
        (24 * 60, ["03 09:00", "04 09:00", "05 09:00", "06 09:00"]),
    ],
)
def test_posts_of_a_queue_are_planned_as_far_apart_as_they_are_sent(minutes: int | None, expected: list[str]):
    assert times(4, QueueLimits(minutes_between_posts=minutes)) == expected


def test_existing_targets_before_and_after_a_slot_keep_their_distance_and_cancelled_ones_do_not():
    half_an_hour = QueueLimits(minutes_between_posts=30)
    assert times(1, half_an_hour, at(8, 50)) == ["03 09:30"]
    assert times(1, half_an_hour, at(9, 29)) == ["03 17:00"], "also of a target that is later"
    assert times(1, half_an_hour, at(9, 30)) == ["03 09:00"]
    assert times(1, half_an_hour, at(8, 50), is_free=True) == ["03 09:00"]


def test_both_limits_hold():
    assert times(3, QueueLimits(posts_a_day=2, minutes_between_posts=30)) == ["03 09:00", "03 09:30", "04 09:00"]


def test_the_posts_of_all_channels_of_an_account_count_where_the_rule_says_so():
    queues = [("org", account, channel) for account in ("acc", "other") for channel in ("feed_post", "story_post")]
    texts = [
        Text(queue, f"cnt-{number}", f"hash {number}", DAY, NOON, True) for number, queue in enumerate(queues + queues)
    ]
    named = NamedSchedule("sch", EVERY_QUARTER)
    limits = {queue: QueueLimits(account_posts_a_day=1) for queue in queues}
    slots = assign_slots(texts, {queue: [named] for queue in queues}, [], limits)
    assert [slot.scheduled_at.day for slot in slots if slot] == [3, 4, 3, 4, 5, 6, 5, 6]
    limits = {queue: QueueLimits(posts_a_day=1) for queue in queues}
    slots = assign_slots(texts, {queue: [named] for queue in queues}, [], limits)
    assert [slot.scheduled_at.day for slot in slots if slot] == [3, 3, 3, 3, 4, 4, 4, 4], "each channel by itself"
    taken = [TakenSlot(queues[1], at(9), at(9), "other", False)]
    (slot,) = assign_slots(texts[:1], {queues[0]: [named]}, taken, {queues[0]: QueueLimits(account_posts_a_day=1)})
    assert slot is not None
    assert slot.scheduled_at.day == 4, "an existing target of another channel counts"


def test_planning_reads_the_rule_that_sending_holds(queue: PublishingQueue):
    queue.schedule(queue.page(), EVERY_QUARTER.recurrence_rule)
    queue.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, minimum, severity) values ('facebook', 'feed_post', 'engagement', 'minutes_between_posts',"
        " 'number', 7200, 'hard')"
    )
    queue.approved()
    queue.plan()
    queue.approved(DAY + timedelta(days=3))
    queue.plan(DAY + timedelta(days=3), DAY + timedelta(days=4))
    queue.approved(DAY + timedelta(days=8))
    queue.plan(DAY + timedelta(days=8), DAY + timedelta(days=9))
    assert queue.slots() == ["11-03 09:00", "11-08 09:00", "11-13 09:00"], "five days apart"
    queue.approved(DAY + timedelta(days=5))
    queue.plan(DAY + timedelta(days=5), DAY + timedelta(days=6))
    assert queue.slots()[-1] == "11-18 09:00", "no day between the others is far enough from both"
    queue.execute("update channels.channel_requirements set severity = 'soft'")
    queue.approved()
    queue.plan()
    assert queue.slots()[1] == "11-03 09:15"


def test_planning_reads_the_rule_for_all_channels_of_an_account(queue: PublishingQueue):
    queue.schedule(queue.page(), EVERY_QUARTER.recurrence_rule)
    queue.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, maximum, severity) values ('facebook', 'feed_post', 'engagement',"
        " 'maximum_posts_per_day_of_account', 'number', 1, 'hard')"
    )
    queue.approved()
    queue.plan()
    queue.execute("update publishing.post_targets set channel_type = 'story_post'")
    queue.approved()
    queue.plan()
    assert queue.slots() == ["11-03 09:00", "11-04 09:00", "11-05 09:00"], "the first text has lost its target"
