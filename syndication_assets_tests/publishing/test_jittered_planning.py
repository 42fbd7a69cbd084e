"""Planning with jitter: posts get the same slots as without, are published a little later, and keep their times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets.publishing.planning.jitter import MAXIMUM_JITTER, jittered_time
from syndication_assets.publishing.planning.slot_assignment import NamedSchedule, TakenSlot, Text, assign_slots
from syndication_assets.publishing.planning.slots import Schedule
from syndication_assets.publishing.sending.target_decisions import retry
from syndication_assets_tests.publishing.publishing_queue import DAILY, DAY, PublishingQueue

LONDON = "Europe/London"
SCHEDULE = "sch-5f3759df"
QUEUE = ("org", "acc", "feed_post")
EARLY = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def schedules_with_jitter(jitter_minutes: int, rule: str = DAILY) -> dict[tuple[str, str, str], list[NamedSchedule]]:
    return {QUEUE: [NamedSchedule(SCHEDULE, Schedule(rule, "UTC", date(2024, 1, 1)), jitter_minutes)]}


def text(planned_on: date = DAY, decided_at: datetime = EARLY, *, is_simulated: bool = True) -> Text:
    return Text(QUEUE, f"cnt {planned_on}", f"hash {planned_on} {decided_at}", planned_on, decided_at, is_simulated)


def test_jitter_delays_a_post_and_changes_nothing_else():
    texts = [text(DAY + timedelta(days=number)) for number in (0, 0, 1, 5)]
    plain = assign_slots(texts, schedules_with_jitter(0), [], {})
    jittered = assign_slots(texts, schedules_with_jitter(45), [], {})
    assert [slot and slot.slot_at for slot in jittered] == [slot and slot.scheduled_at for slot in plain]
    assert [slot and slot.scheduled_at for slot in jittered] == [
        slot and jittered_time(SCHEDULE, 45, slot.scheduled_at, None) for slot in plain
    ]


def test_a_slot_belongs_to_the_day_of_its_rule_even_if_its_post_is_published_after_midnight():
    late = "FREQ=DAILY;BYHOUR=23;BYMINUTE=59"
    slots = assign_slots([text(DAY), text(DAY + timedelta(1))], schedules_with_jitter(120, late), [], {})
    assert [slot and slot.slot_at.date() for slot in slots] == [DAY, DAY + timedelta(1)]
    assert [slot and slot.scheduled_at.date() for slot in slots] == [DAY + timedelta(1), DAY + timedelta(2)]


@pytest.mark.parametrize("days_late", [0, 3])
def test_a_text_that_is_approved_between_a_slot_and_its_jittered_time_still_gets_the_slot(days_late: int):
    late = "FREQ=DAILY;BYHOUR=23;BYMINUTE=59"
    slot_at = datetime(2025, 11, 3, 23, 59, tzinfo=UTC) + timedelta(days=days_late)
    published_at = jittered_time(SCHEDULE, 120, slot_at, None)
    in_time = text(decided_at=published_at - MINUTE, is_simulated=False)
    too_late = text(decided_at=published_at + MINUTE, is_simulated=False)
    assert slot_at < in_time.decided_at
    (first,) = assign_slots([in_time], schedules_with_jitter(120, late), [], {})
    (second,) = assign_slots([too_late], schedules_with_jitter(120, late), [], {})
    assert (first and first.slot_at, second and second.slot_at) == (slot_at, slot_at + timedelta(1))


def test_a_taken_slot_stays_taken_when_its_jitter_differed():
    slot_at = datetime(2025, 11, 3, 17, tzinfo=UTC)
    before = TakenSlot(QUEUE, slot_at, slot_at + 7 * MINUTE, "other", False)
    assert jittered_time(SCHEDULE, 45, slot_at, None) != before.scheduled_at
    (slot,) = assign_slots([text()], schedules_with_jitter(45), [before], {})
    assert slot is not None
    assert slot.slot_at == slot_at + timedelta(1)


def test_two_posts_of_a_queue_are_not_published_at_the_same_time():
    slot_at = datetime(2025, 11, 3, 17, tzinfo=UTC)
    published_at = jittered_time(SCHEDULE, 45, slot_at, None)
    same_time = TakenSlot(QUEUE, slot_at - timedelta(hours=1), published_at, "other", False)
    (slot,) = assign_slots([text()], schedules_with_jitter(45), [same_time], {})
    assert slot is not None
    assert slot.slot_at == slot_at + timedelta(1)


def test_schedules_that_share_a_slot_give_it_to_one_post_whatever_their_jitter():
    schedules = schedules_with_jitter(45)
    schedules[QUEUE].append(NamedSchedule("sch-00000001", Schedule(DAILY, "UTC", date(2024, 1, 1)), 45))
    slots = assign_slots([text(), text(decided_at=EARLY + MINUTE)], schedules, [], {})
    assert [slot and slot.slot_at.day for slot in slots] == [3, 4]


TARGETS = (
    "select content_id, slot_at, scheduled_at, to_char(slot_at at time zone 'utc', 'MM-DD HH24:MI')"
    " from publishing.post_targets order by slot_at"
)


def test_a_target_keeps_its_slot_and_time_when_the_jitter_changes(queue: PublishingQueue):
    schedule_id = queue.schedule(queue.page(), schedule_id="sch-00000001", jitter_minutes=60)
    queue.approved()
    queue.plan()
    before = queue.rows(TARGETS)
    assert before[0][2] == jittered_time(schedule_id, 60, before[0][1], None)
    assert before[0][2] not in (before[0][1], jittered_time(schedule_id, 7, before[0][1], None))
    queue.execute("update publishing.publishing_schedules set jitter_minutes = 7")
    assert queue.plan().targets_written == 0
    assert queue.rows(TARGETS) == before
    queue.approved()
    queue.plan()
    after = queue.rows(TARGETS)
    assert after[:1] == before
    assert [row[3] for row in after] == ["11-03 17:00", "11-04 17:00"]
    assert after[1][2] == jittered_time(schedule_id, 7, after[1][1], None)


def test_planning_again_gives_the_same_times(queue: PublishingQueue):
    queue.schedule(queue.page(), "FREQ=DAILY;BYHOUR=1,17", LONDON, jitter_minutes=120)
    for number in range(4):
        queue.approved(date(2026, 3, 28) + timedelta(days=number // 2))
    days = date(2026, 3, 28), date(2026, 3, 30)
    queue.plan(*days)
    first = queue.rows(TARGETS)
    assert [row[3] for row in first] == ["03-28 01:00", "03-28 17:00", "03-29 01:00", "03-29 16:00"]
    queue.execute("delete from publishing.post_targets")
    queue.plan(*days)
    assert queue.rows(TARGETS) == first


def test_a_target_that_leaves_the_queue_releases_its_slot(queue: PublishingQueue):
    queue.schedule(queue.page(), jitter_minutes=60)
    content = queue.approved()
    queue.plan()
    queue.withdraw(content)
    queue.plan()
    assert queue.rows(TARGETS) == [(content, None, None, None)]
    queue.approve(content)
    queue.plan()
    assert queue.rows(TARGETS)[0][3] == "11-03 17:00"


def test_a_target_that_a_person_retries_has_no_slot(queue: PublishingQueue):
    queue.schedule(queue.page(), jitter_minutes=60)
    queue.approved()
    queue.plan()
    retry(queue.url, queue.value("select target_id from publishing.post_targets"), "isla")
    assert queue.rows("select schedule_id, slot_at, state::text from publishing.post_targets") == [
        (None, None, "scheduled")
    ]


@pytest.mark.parametrize("minutes", [-1, 121])
def test_the_database_rejects_jitter_out_of_bounds(queue: PublishingQueue, minutes: int):
    account = queue.page()
    queue.schedule(account, jitter_minutes=MAXIMUM_JITTER)
    with pytest.raises(DatabaseError, match="jitter_minutes"):
        queue.schedule(account, jitter_minutes=minutes)
