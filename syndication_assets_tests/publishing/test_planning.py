"""Planning: which approved text gets which slot of which page, and what leaves the queue."""

from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.database.connection import DatabaseError, load_sql, transaction
from syndication_assets.publishing.planning import NamedSchedule, Taken, Text, assign_slots
from syndication_assets.publishing.slots import Schedule
from syndication_assets_tests.publishing.queue_desk import DAILY, DAY, NOON, QueueDesk

NEXT_DAY = DAY + timedelta(1)


def test_an_approved_text_gets_the_first_slot_of_its_day_and_is_marked_as_simulated(desk: QueueDesk):
    account = desk.page()
    schedule = desk.schedule(account, "FREQ=DAILY;BYHOUR=9,17")
    content = desk.approved()
    plan = desk.plan()
    assert (plan.texts, plan.targets_written, plan.without_a_slot) == (1, 1, 0)
    (target_id,) = desk.rows("select target_id from publishing.post_targets")[0]
    target = desk.target(target_id)
    assert target["scheduled_at"] == "2025-11-03T09:00:00+00:00"
    expected = {"content_id": content, "account_id": account, "schedule_id": schedule, "state": "scheduled"}
    assert expected.items() <= target.items()
    assert target["is_simulated"] is True
    assert target["idempotency_key"].startswith(f"{account}/feed_post/")


def test_one_post_a_slot_the_next_ones_follow_and_nobody_else_is_moved(desk: QueueDesk):
    desk.schedule(desk.page())
    for _ in range(3):
        desk.approved()
    desk.plan()
    assert desk.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]


def test_variations_of_a_post_get_different_slots(desk: QueueDesk):
    desk.schedule(desk.page())
    post = desk.post()
    for variation in (1, 2, 3):
        desk.approve(desk.text(post, variation=variation))
    desk.plan()
    assert desk.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]


def test_a_gap_is_filled(desk: QueueDesk):
    desk.schedule(desk.page())
    contents = [desk.approved() for _ in range(3)]
    desk.plan()
    planned = desk.value("select content_id from publishing.post_targets order by scheduled_at offset 1 limit 1")
    desk.withdraw(planned)
    assert desk.plan().withdrawn == 1
    desk.approved()
    desk.plan()
    assert desk.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]
    assert planned in contents


def test_several_schedules_of_a_page_are_one_calendar_and_two_pages_are_two(desk: QueueDesk):
    first, second = desk.page("first"), desk.page("second")
    desk.schedule(first, "FREQ=DAILY;BYHOUR=18")
    desk.schedule(first, "FREQ=DAILY;BYHOUR=8")
    desk.schedule(first, "FREQ=DAILY;BYHOUR=8")
    desk.schedule(second)
    desk.approved()
    desk.approved()
    assert desk.plan().targets_written == 4
    slots = desk.rows("select account_id, to_char(scheduled_at, 'DD HH24') from publishing.post_targets order by 2")
    assert slots == [(first, "03 08"), (second, "03 17"), (first, "03 18"), (second, "04 17")]


def test_planning_twice_changes_nothing(desk: QueueDesk):
    desk.schedule(desk.page())
    desk.approved()
    desk.plan()
    before = desk.rows("select to_jsonb(t) from publishing.post_targets t")
    plan = desk.plan()
    assert (plan.texts, plan.targets_written, plan.withdrawn) == (0, 0, 0)
    assert desk.rows("select to_jsonb(t) from publishing.post_targets t") == before


def test_a_range_is_planned_as_its_days_one_after_the_other(desk: QueueDesk):
    desk.schedule(desk.page())
    for day in (NEXT_DAY, DAY, NEXT_DAY, DAY):
        desk.approved(day)
    desk.plan(DAY, NEXT_DAY + timedelta(1))
    as_range = desk.rows("select content_id, scheduled_at from publishing.post_targets order by 2")
    desk.execute("delete from publishing.post_targets")
    desk.plan(DAY, NEXT_DAY)
    desk.plan(NEXT_DAY, NEXT_DAY + timedelta(1))
    assert desk.rows("select content_id, scheduled_at from publishing.post_targets order by 2") == as_range


def test_a_text_without_a_free_slot_within_30_days_is_ready_and_gets_one_when_there_is_one(desk: QueueDesk):
    account = desk.page()
    desk.schedule(account, "FREQ=DAILY;COUNT=1;BYHOUR=9", starts_on=DAY)
    desk.approved()
    desk.approved()
    assert desk.plan().without_a_slot == 1
    assert desk.states() == ["scheduled", "ready"]
    desk.schedule(account)
    assert desk.plan().targets_written == 1
    assert desk.slots() == ["11-03 09:00", "11-03 17:00"]


def test_slots_end_30_days_after_the_day(desk: QueueDesk):
    desk.schedule(desk.page())
    for _ in range(31):
        desk.approved()
    assert desk.plan().without_a_slot == 1
    assert desk.slots()[-1] == "12-02 17:00"


def test_a_text_that_is_not_approved_gets_no_target(desk: QueueDesk):
    desk.schedule(desk.page())
    desk.text()
    other_hash = desk.approved()
    desk.execute("update content.approvals set content_hash = 'another' where content_id = %s", [other_hash])
    assert desk.plan().texts == 0


def test_a_text_that_lost_its_approval_goes_back_to_draft_and_returns_with_it(desk: QueueDesk):
    desk.schedule(desk.page())
    content = desk.approved()
    desk.plan()
    desk.withdraw(content)
    desk.plan()
    (row,) = desk.rows("select state::text, scheduled_at, error_message from publishing.post_targets")
    assert row[:2] == ("draft", None)
    assert "approve it again" in row[2]
    desk.approve(content)
    desk.plan()
    assert desk.rows("select state::text, error_message from publishing.post_targets") == [("scheduled", None)]


def test_an_edited_text_replaces_the_one_that_was_queued_but_not_one_that_is_published(desk: QueueDesk):
    desk.schedule(desk.page())
    post = desk.post()
    first = desk.approve(desk.text(post))
    desk.plan()
    desk.execute("update content.posts_content set state = 'superseded' where content_id = %s", [first])
    second = desk.approve(desk.text(post, version=2))
    desk.plan()
    assert dict(desk.rows("select content_id, state::text from publishing.post_targets")) == {
        first: "draft",
        second: "scheduled",
    }
    desk.publish()
    desk.execute("update content.posts_content set state = 'superseded' where content_id = %s", [second])
    desk.approve(desk.text(post, version=3))
    assert desk.plan().texts == 0
    assert sorted(desk.states()) == ["draft", "published"]


def test_a_cancelled_or_failed_target_is_not_planned_again_and_gives_its_slot_away(desk: QueueDesk):
    desk.schedule(desk.page())
    desk.approved()
    desk.plan()
    desk.execute("update publishing.post_targets set state = 'cancelled'")
    desk.approved()
    desk.plan()
    assert desk.rows(
        "select state::text, to_char(scheduled_at, 'DD HH24') from publishing.post_targets order by 1"
    ) == [("cancelled", "03 17"), ("scheduled", "03 17")]


def test_the_same_words_again_get_another_slot_than_the_cancelled_ones_had(desk: QueueDesk):
    desk.schedule(desk.page())
    desk.approve(desk.text(desk.post(), "the same words"))
    desk.plan()
    desk.execute("update publishing.post_targets set state = 'cancelled'")
    desk.approve(desk.text(desk.post(), "the same words"))
    desk.plan()
    assert desk.slots() == ["11-03 17:00", "11-04 17:00"]


def test_two_texts_with_the_same_words_may_both_be_drafts(desk: QueueDesk):
    desk.schedule(desk.page())
    contents = [desk.approve(desk.text(desk.post(), "the same words")) for _ in range(2)]
    desk.plan()
    for content in contents:
        desk.withdraw(content)
    assert desk.plan().withdrawn == 2
    assert desk.states() == ["draft", "draft"]


def test_a_paused_page_and_an_inactive_schedule_take_no_posts(desk: QueueDesk):
    paused, other = desk.page("paused"), desk.page("other")
    desk.schedule(paused)
    desk.schedule(other, is_active=False)
    desk.execute("update channels.social_accounts set status = 'paused' where account_id = %s", [paused])
    desk.approved()
    assert desk.plan().texts == 0


def test_a_broken_schedule_is_named_and_the_others_go_on(desk: QueueDesk):
    account = desk.page()
    broken = desk.schedule(account, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    desk.schedule(account)
    desk.approved()
    plan = desk.plan()
    assert "never fires" in plan.broken_schedules[broken]
    assert desk.slots() == ["11-03 17:00"]


def test_a_day_is_the_schedules_own_and_not_utcs(desk: QueueDesk):
    desk.schedule(desk.page(), "FREQ=DAILY;BYHOUR=0;BYMINUTE=30", "Europe/London")
    desk.approved(date(2025, 7, 1))
    desk.plan(date(2025, 7, 1), date(2025, 7, 2))
    assert desk.slots() == ["06-30 23:30"]


def test_a_real_page_gets_no_slot_from_before_the_approval_but_a_simulation_may(desk: QueueDesk):
    real, simulated = desk.page("real", "facebook_graph"), desk.page("simulated")
    desk.schedule(real)
    desk.schedule(simulated)
    desk.approve(desk.text(), decided_at=datetime(2025, 11, 5, 18, tzinfo=UTC))
    desk.plan()
    slots = dict(desk.rows("select account_id, to_char(scheduled_at, 'DD HH24') from publishing.post_targets"))
    assert slots == {simulated: "03 17", real: "06 17"}


def test_no_more_posts_a_day_than_the_channel_allows_on_the_clock_of_the_schedule(desk: QueueDesk):
    desk.schedule(desk.page(), "FREQ=HOURLY;INTERVAL=6", "America/New_York")
    desk.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, maximum, severity) values ('facebook', 'feed_post', 'engagement', 'maximum_posts_per_day',"
        " 'number', 2, 'hard')"
    )
    for _ in range(3):
        desk.approved()
    desk.plan()
    # 3 November has its slots at 05:00, 11:00, 17:00 and 23:00 UTC.
    assert desk.slots() == ["11-03 05:00", "11-03 11:00", "11-04 05:00"]
    for _ in range(2):
        desk.approved()
    desk.plan()
    assert desk.slots()[3:] == ["11-04 11:00", "11-05 05:00"], "what is queued already counts"
    desk.execute("update channels.channel_requirements set severity = 'soft'")
    desk.approved()
    desk.plan()
    assert desk.slots()[2] == "11-03 17:00"


def test_a_page_that_comes_later_gets_the_approved_texts_too(desk: QueueDesk):
    desk.schedule(desk.page("first"))
    desk.approved()
    desk.plan()
    window = {"window_start": DAY, "window_end": NEXT_DAY}
    with transaction(desk.url) as connection:
        assert connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall() == []
    desk.schedule(desk.page("second"))
    with transaction(desk.url) as connection:
        days = connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall()
    assert [day for day, _ in days] == [DAY]
    assert desk.plan().targets_written == 1


def test_nothing_is_planned_for_a_process_that_is_switched_off(desk: QueueDesk):
    desk.schedule(desk.page())
    desk.approved()
    desk.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
        " values ('announcement', 'facebook', 'feed_post', 'By hand', false)"
    )
    assert desk.plan().texts == 0
    desk.execute("update publishing.content_processes set is_active = true")
    assert desk.plan().texts == 1


def test_a_schedule_without_a_step_is_refused_by_the_database(desk: QueueDesk):
    account = desk.page()
    desk.schedule(account)
    desk.approved()
    for rule in ("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=00;BYHOUR=9", "FREQ=DAILY;interval=-1"):
        with pytest.raises(DatabaseError, match="recurrence_rule"):
            desk.schedule(account, rule)
    desk.schedule(account, "FREQ=DAILY;INTERVAL=10;BYHOUR=9")


QUEUE = ("org", "acc", "feed_post")
AT_FIVE = datetime(2025, 11, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], 3),
        ([Taken(QUEUE, AT_FIVE, AT_FIVE, "other", False)], 4),
        ([Taken(QUEUE, AT_FIVE, AT_FIVE, "other", True)], 3),
        ([Taken(QUEUE, AT_FIVE, AT_FIVE, "hash", True)], 4),
        ([Taken(("org", "acc", "story"), AT_FIVE, AT_FIVE, "other", False)], 3),
    ],
)
def test_which_slots_are_free(taken: list[Taken], expected: int):
    schedules = {QUEUE: [NamedSchedule("sch", Schedule(DAILY, "UTC", DAY))]}
    (slot,) = assign_slots([Text(QUEUE, "cnt", "hash", DAY, NOON, True)], schedules, taken, {})
    assert slot is not None
    assert slot.scheduled_at == datetime(2025, 11, expected, 17, tzinfo=UTC)
