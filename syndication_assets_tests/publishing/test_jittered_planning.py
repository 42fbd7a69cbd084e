"""Planning with a stagger: the same posts get the same slots, go out a little later, and keep their times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets.publishing.jitter import LONGEST_STAGGER, put_off
from syndication_assets.publishing.planning import NamedSchedule, Taken, Text, assign_slots
from syndication_assets.publishing.slots import Schedule
from syndication_assets.publishing.target_decisions import retry
from syndication_assets_tests.publishing.queue_desk import DAILY, DAY, QueueDesk

LONDON = "Europe/London"
SCHEDULE = "sch-5f3759df"
QUEUE = ("org", "acc", "feed_post")
EARLY = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def staggered_queue(stagger: int, rule: str = DAILY) -> dict[tuple[str, str, str], list[NamedSchedule]]:
    return {QUEUE: [NamedSchedule(SCHEDULE, Schedule(rule, "UTC", date(2024, 1, 1)), stagger)]}


def text(planned_on: date = DAY, decided_at: datetime = EARLY, *, is_simulated: bool = True) -> Text:
    return Text(QUEUE, f"cnt {planned_on}", f"hash {planned_on} {decided_at}", planned_on, decided_at, is_simulated)


def test_a_stagger_puts_a_post_off_and_changes_nothing_else():
    texts = [text(DAY + timedelta(days=number)) for number in (0, 0, 1, 5)]
    plain = assign_slots(texts, staggered_queue(0), [], {})
    put = assign_slots(texts, staggered_queue(45), [], {})
    assert [slot and slot.slot_at for slot in put] == [slot and slot.scheduled_at for slot in plain]
    assert [slot and slot.scheduled_at for slot in put] == [
        slot and put_off(SCHEDULE, 45, slot.scheduled_at, None) for slot in plain
    ]


def test_a_slot_belongs_to_the_day_of_its_rule_also_if_it_goes_out_after_midnight():
    late = "FREQ=DAILY;BYHOUR=23;BYMINUTE=59"
    slots = assign_slots([text(DAY), text(DAY + timedelta(1))], staggered_queue(120, late), [], {})
    assert [slot and slot.slot_at.date() for slot in slots] == [DAY, DAY + timedelta(1)]
    assert [slot and slot.scheduled_at.date() for slot in slots] == [DAY + timedelta(1), DAY + timedelta(2)]


@pytest.mark.parametrize("days_late", [0, 3])
def test_a_text_that_is_approved_between_a_slot_and_its_time_still_gets_it(days_late: int):
    late = "FREQ=DAILY;BYHOUR=23;BYMINUTE=59"
    slot_at = datetime(2025, 11, 3, 23, 59, tzinfo=UTC) + timedelta(days=days_late)
    goes_out = put_off(SCHEDULE, 120, slot_at, None)
    in_time = text(decided_at=goes_out - MINUTE, is_simulated=False)
    too_late = text(decided_at=goes_out + MINUTE, is_simulated=False)
    assert slot_at < in_time.decided_at
    (first,) = assign_slots([in_time], staggered_queue(120, late), [], {})
    (second,) = assign_slots([too_late], staggered_queue(120, late), [], {})
    assert (first and first.slot_at, second and second.slot_at) == (slot_at, slot_at + timedelta(1))


def test_a_taken_slot_stays_taken_when_its_time_was_chosen_by_another_stagger():
    slot_at = datetime(2025, 11, 3, 17, tzinfo=UTC)
    before = Taken(QUEUE, slot_at, slot_at + 7 * MINUTE, "other", False)
    assert put_off(SCHEDULE, 45, slot_at, None) != before.scheduled_at
    (slot,) = assign_slots([text()], staggered_queue(45), [before], {})
    assert slot is not None
    assert slot.slot_at == slot_at + timedelta(1)


def test_two_posts_of_a_queue_do_not_go_out_at_one_time():
    slot_at = datetime(2025, 11, 3, 17, tzinfo=UTC)
    goes_out = put_off(SCHEDULE, 45, slot_at, None)
    same_time = Taken(QUEUE, slot_at - timedelta(hours=1), goes_out, "other", False)
    (slot,) = assign_slots([text()], staggered_queue(45), [same_time], {})
    assert slot is not None
    assert slot.slot_at == slot_at + timedelta(1)


def test_schedules_that_share_a_slot_give_it_to_one_post_whatever_their_stagger():
    queue = staggered_queue(45)
    queue[QUEUE].append(NamedSchedule("sch-00000001", Schedule(DAILY, "UTC", date(2024, 1, 1)), 45))
    slots = assign_slots([text(), text(decided_at=EARLY + MINUTE)], queue, [], {})
    assert [slot and slot.slot_at.day for slot in slots] == [3, 4]


TARGETS = (
    "select content_id, slot_at, scheduled_at, to_char(slot_at at time zone 'utc', 'MM-DD HH24:MI')"
    " from publishing.post_targets order by slot_at"
)


def test_what_has_a_slot_keeps_it_when_the_stagger_changes_and_nobody_else_gets_it(desk: QueueDesk):
    schedule_id = desk.schedule(desk.page(), schedule_id="sch-00000001", jitter_minutes=60)
    desk.approved()
    desk.plan()
    before = desk.rows(TARGETS)
    assert before[0][2] == put_off(schedule_id, 60, before[0][1], None)
    assert before[0][2] not in (before[0][1], put_off(schedule_id, 7, before[0][1], None))
    desk.execute("update publishing.publishing_schedules set jitter_minutes = 7")
    assert desk.plan().targets_written == 0
    assert desk.rows(TARGETS) == before
    desk.approved()
    desk.plan()
    after = desk.rows(TARGETS)
    assert after[:1] == before
    assert [row[3] for row in after] == ["11-03 17:00", "11-04 17:00"]
    assert after[1][2] == put_off(schedule_id, 7, after[1][1], None)


def test_planning_anew_gives_the_times_that_it_gave(desk: QueueDesk):
    desk.schedule(desk.page(), "FREQ=DAILY;BYHOUR=1,17", LONDON, jitter_minutes=120)
    for number in range(4):
        desk.approved(date(2026, 3, 28) + timedelta(days=number // 2))
    days = date(2026, 3, 28), date(2026, 3, 30)
    desk.plan(*days)
    first = desk.rows(TARGETS)
    assert [row[3] for row in first] == ["03-28 01:00", "03-28 17:00", "03-29 01:00", "03-29 16:00"]
    desk.execute("delete from publishing.post_targets")
    desk.plan(*days)
    assert desk.rows(TARGETS) == first


def test_what_leaves_the_queue_gives_its_slot_back(desk: QueueDesk):
    desk.schedule(desk.page(), jitter_minutes=60)
    content = desk.approved()
    desk.plan()
    desk.withdraw(content)
    desk.plan()
    assert desk.rows(TARGETS) == [(content, None, None, None)]
    desk.approve(content)
    desk.plan()
    assert desk.rows(TARGETS)[0][3] == "11-03 17:00"


def test_what_a_person_sends_at_once_has_no_slot(desk: QueueDesk):
    desk.schedule(desk.page(), jitter_minutes=60)
    desk.approved()
    desk.plan()
    retry(desk.url, desk.value("select target_id from publishing.post_targets"), "isla")
    assert desk.rows("select schedule_id, slot_at, state::text from publishing.post_targets") == [
        (None, None, "scheduled")
    ]


@pytest.mark.parametrize("minutes", [-1, 121])
def test_a_stagger_out_of_bounds_is_refused_by_the_database(desk: QueueDesk, minutes: int):
    account = desk.page()
    desk.schedule(account, jitter_minutes=LONGEST_STAGGER)
    with pytest.raises(DatabaseError, match="jitter_minutes"):
        desk.schedule(account, jitter_minutes=minutes)
