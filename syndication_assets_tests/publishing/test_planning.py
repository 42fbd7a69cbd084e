"""Planning: which approved text gets which slot on which page, and which targets are withdrawn."""

from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.database.connection import DatabaseError, load_sql, transaction
from syndication_assets.publishing.planning.slot_assignment import NamedSchedule, TakenSlot, Text, assign_slots
from syndication_assets.publishing.planning.slots import Schedule
from syndication_assets_tests.publishing.publishing_queue import DAILY, DAY, NOON, PublishingQueue

NEXT_DAY = DAY + timedelta(1)


def test_an_approved_text_gets_the_first_slot_of_its_day_and_is_marked_as_simulated(queue: PublishingQueue):
    account = queue.page()
    schedule = queue.schedule(account, "FREQ=DAILY;BYHOUR=9,17")
    content = queue.approved()
    plan = queue.plan()
    assert (plan.texts, plan.targets_written, plan.without_a_slot) == (1, 1, 0)
    (target_id,) = queue.rows("select target_id from publishing.post_targets")[0]
    target = queue.target(target_id)
    assert target["scheduled_at"] == "2025-11-03T09:00:00+00:00"
    expected = {"content_id": content, "account_id": account, "schedule_id": schedule, "state": "scheduled"}
    assert expected.items() <= target.items()
    assert target["is_simulated"] is True
    assert target["idempotency_key"].startswith(f"{account}/feed_post/")


def test_each_slot_has_one_post_and_further_posts_follow(queue: PublishingQueue):
    queue.schedule(queue.page())
    for _ in range(3):
        queue.approved()
    queue.plan()
    assert queue.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]


def test_variations_of_a_post_get_different_slots(queue: PublishingQueue):
    queue.schedule(queue.page())
    post = queue.post()
    for variation in (1, 2, 3):
        queue.approve(queue.text(post, variation=variation))
    queue.plan()
    assert queue.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]


def test_a_gap_in_the_queue_is_filled(queue: PublishingQueue):
    queue.schedule(queue.page())
    contents = [queue.approved() for _ in range(3)]
    queue.plan()
    planned = queue.value("select content_id from publishing.post_targets order by scheduled_at offset 1 limit 1")
    queue.withdraw(planned)
    assert queue.plan().withdrawn == 1
    queue.approved()
    queue.plan()
    assert queue.slots() == ["11-03 17:00", "11-04 17:00", "11-05 17:00"]
    assert planned in contents


def test_the_schedules_of_a_page_share_a_calendar_and_each_page_has_its_own(queue: PublishingQueue):
    first, second = queue.page("first"), queue.page("second")
    queue.schedule(first, "FREQ=DAILY;BYHOUR=18")
    queue.schedule(first, "FREQ=DAILY;BYHOUR=8")
    queue.schedule(first, "FREQ=DAILY;BYHOUR=8")
    queue.schedule(second)
    queue.approved()
    queue.approved()
    assert queue.plan().targets_written == 4
    slots = queue.rows("select account_id, to_char(scheduled_at, 'DD HH24') from publishing.post_targets order by 2")
    assert slots == [(first, "03 08"), (second, "03 17"), (first, "03 18"), (second, "04 17")]


def test_planning_twice_changes_nothing(queue: PublishingQueue):
    queue.schedule(queue.page())
    queue.approved()
    queue.plan()
    before = queue.rows("select to_jsonb(t) from publishing.post_targets t")
    plan = queue.plan()
    assert (plan.texts, plan.targets_written, plan.withdrawn) == (0, 0, 0)
    assert queue.rows("select to_jsonb(t) from publishing.post_targets t") == before


def test_a_range_is_planned_like_its_days_in_order(queue: PublishingQueue):
    queue.schedule(queue.page())
    for day in (NEXT_DAY, DAY, NEXT_DAY, DAY):
        queue.approved(day)
    queue.plan(DAY, NEXT_DAY + timedelta(1))
    as_range = queue.rows("select content_id, scheduled_at from publishing.post_targets order by 2")
    queue.execute("delete from publishing.post_targets")
    queue.plan(DAY, NEXT_DAY)
    queue.plan(NEXT_DAY, NEXT_DAY + timedelta(1))
    assert queue.rows("select content_id, scheduled_at from publishing.post_targets order by 2") == as_range


def test_a_text_without_a_free_slot_within_30_days_is_ready_until_a_slot_is_free(queue: PublishingQueue):
    account = queue.page()
    queue.schedule(account, "FREQ=DAILY;COUNT=1;BYHOUR=9", starts_on=DAY)
    queue.approved()
    queue.approved()
    assert queue.plan().without_a_slot == 1
    assert queue.states() == ["scheduled", "ready"]
    queue.schedule(account)
    assert queue.plan().targets_written == 1
    assert queue.slots() == ["11-03 09:00", "11-03 17:00"]


def test_slots_end_30_days_after_the_day(queue: PublishingQueue):
    queue.schedule(queue.page())
    for _ in range(31):
        queue.approved()
    assert queue.plan().without_a_slot == 1
    assert queue.slots()[-1] == "12-02 17:00"


def test_a_text_that_is_not_approved_gets_no_target(queue: PublishingQueue):
    queue.schedule(queue.page())
    queue.text()
    other_hash = queue.approved()
    queue.execute("update content.approvals set content_hash = 'another' where content_id = %s", [other_hash])
    assert queue.plan().texts == 0


def test_a_text_that_lost_its_approval_goes_back_to_draft_until_it_is_approved_again(queue: PublishingQueue):
    queue.schedule(queue.page())
    content = queue.approved()
    queue.plan()
    queue.withdraw(content)
    queue.plan()
    (row,) = queue.rows("select state::text, scheduled_at, error_message from publishing.post_targets")
    assert row[:2] == ("draft", None)
    assert "approve it again" in row[2]
    queue.approve(content)
    queue.plan()
    assert queue.rows("select state::text, error_message from publishing.post_targets") == [("scheduled", None)]


@pytest.mark.both_servers
def test_an_edited_text_replaces_a_queued_version_but_not_a_published_version(queue: PublishingQueue):
    queue.schedule(queue.page())
    post = queue.post()
    first = queue.approve(queue.text(post))
    queue.plan()
    queue.execute("update content.posts_content set state = 'superseded' where content_id = %s", [first])
    second = queue.approve(queue.text(post, version=2))
    queue.plan()
    assert dict(queue.rows("select content_id, state::text from publishing.post_targets")) == {
        first: "draft",
        second: "scheduled",
    }
    queue.publish()
    queue.execute("update content.posts_content set state = 'superseded' where content_id = %s", [second])
    queue.approve(queue.text(post, version=3))
    assert queue.plan().texts == 0
    assert sorted(queue.states()) == ["draft", "published"]


def test_a_cancelled_target_is_not_planned_again_and_releases_its_slot(queue: PublishingQueue):
    queue.schedule(queue.page())
    queue.approved()
    queue.plan()
    queue.execute("update publishing.post_targets set state = 'cancelled'")
    queue.approved()
    queue.plan()
    assert queue.rows(
        "select state::text, to_char(scheduled_at, 'DD HH24') from publishing.post_targets order by 1"
    ) == [("cancelled", "03 17"), ("scheduled", "03 17")]


def test_the_same_words_do_not_reuse_the_slot_of_a_cancelled_target(queue: PublishingQueue):
    queue.schedule(queue.page())
    queue.approve(queue.text(queue.post(), "the same words"))
    queue.plan()
    queue.execute("update publishing.post_targets set state = 'cancelled'")
    queue.approve(queue.text(queue.post(), "the same words"))
    queue.plan()
    assert queue.slots() == ["11-03 17:00", "11-04 17:00"]


def test_two_texts_with_the_same_words_may_both_be_drafts(queue: PublishingQueue):
    queue.schedule(queue.page())
    contents = [queue.approve(queue.text(queue.post(), "the same words")) for _ in range(2)]
    queue.plan()
    for content in contents:
        queue.withdraw(content)
    assert queue.plan().withdrawn == 2
    assert queue.states() == ["draft", "draft"]


def test_a_paused_page_and_an_inactive_schedule_take_no_posts(queue: PublishingQueue):
    paused, other = queue.page("paused"), queue.page("other")
    queue.schedule(paused)
    queue.schedule(other, is_active=False)
    queue.execute("update channels.social_accounts set status = 'paused' where account_id = %s", [paused])
    queue.approved()
    assert queue.plan().texts == 0


def test_a_broken_schedule_is_named_and_the_others_are_planned(queue: PublishingQueue):
    account = queue.page()
    broken = queue.schedule(account, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    queue.schedule(account)
    queue.approved()
    plan = queue.plan()
    assert "never fires" in plan.broken_schedules[broken]
    assert queue.slots() == ["11-03 17:00"]


def test_a_day_is_a_local_day_of_the_schedule(queue: PublishingQueue):
    queue.schedule(queue.page(), "FREQ=DAILY;BYHOUR=0;BYMINUTE=30", "Europe/London")
    queue.approved(date(2025, 7, 1))
    queue.plan(date(2025, 7, 1), date(2025, 7, 2))
    assert queue.slots() == ["06-30 23:30"]


def test_a_real_page_gets_no_slot_before_the_approval_but_a_simulation_may(queue: PublishingQueue):
    real, simulated = queue.page("real", "facebook_graph"), queue.page("simulated")
    queue.schedule(real)
    queue.schedule(simulated)
    queue.approve(queue.text(), decided_at=datetime(2025, 11, 5, 18, tzinfo=UTC))
    queue.plan()
    slots = dict(queue.rows("select account_id, to_char(scheduled_at, 'DD HH24') from publishing.post_targets"))
    assert slots == {simulated: "03 17", real: "06 17"}


def test_posts_per_local_day_never_exceed_the_limit_of_the_channel(queue: PublishingQueue):
    queue.schedule(queue.page(), "FREQ=HOURLY;INTERVAL=6", "America/New_York")
    queue.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, maximum, severity) values ('facebook', 'feed_post', 'engagement', 'maximum_posts_per_day',"
        " 'number', 2, 'hard')"
    )
    for _ in range(3):
        queue.approved()
    queue.plan()
    # 3 November has its slots at 05:00, 11:00, 17:00 and 23:00 UTC.
    assert queue.slots() == ["11-03 05:00", "11-03 11:00", "11-04 05:00"]
    for _ in range(2):
        queue.approved()
    queue.plan()
    assert queue.slots()[3:] == ["11-04 11:00", "11-05 05:00"], "existing targets count too"
    queue.execute("update channels.channel_requirements set severity = 'soft'")
    queue.approved()
    queue.plan()
    assert queue.slots()[2] == "11-03 17:00"


@pytest.mark.both_servers
def test_a_page_that_is_added_later_gets_the_approved_texts_too(queue: PublishingQueue):
    queue.schedule(queue.page("first"))
    queue.approved()
    queue.plan()
    window = {"window_start": DAY, "window_end": NEXT_DAY}
    with transaction(queue.url) as connection:
        assert connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall() == []
    queue.schedule(queue.page("second"))
    with transaction(queue.url) as connection:
        days = connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall()
    assert [day for day, _ in days] == [DAY]
    assert queue.plan().targets_written == 1


def test_nothing_is_planned_for_an_inactive_process(queue: PublishingQueue):
    queue.schedule(queue.page())
    queue.approved()
    queue.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
        " values ('product_post', 'facebook', 'feed_post', 'Products', false)"
    )
    assert queue.plan().texts == 0
    queue.execute("update publishing.content_processes set is_active = true")
    assert queue.plan().texts == 1


def test_the_database_rejects_a_schedule_with_an_interval_of_zero(queue: PublishingQueue):
    account = queue.page()
    queue.schedule(account)
    queue.approved()
    for rule in ("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=00;BYHOUR=9", "FREQ=DAILY;interval=-1"):
        with pytest.raises(DatabaseError, match="recurrence_rule"):
            queue.schedule(account, rule)
    queue.schedule(account, "FREQ=DAILY;INTERVAL=10;BYHOUR=9")


QUEUE = ("org", "acc", "feed_post")
AT_FIVE = datetime(2025, 11, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], 3),
        ([TakenSlot(QUEUE, AT_FIVE, AT_FIVE, "other", False)], 4),
        ([TakenSlot(QUEUE, AT_FIVE, AT_FIVE, "other", True)], 3),
        ([TakenSlot(QUEUE, AT_FIVE, AT_FIVE, "hash", True)], 4),
        ([TakenSlot(("org", "acc", "story"), AT_FIVE, AT_FIVE, "other", False)], 3),
    ],
)
def test_which_slots_are_free(taken: list[TakenSlot], expected: int):
    schedules = {QUEUE: [NamedSchedule("sch", Schedule(DAILY, "UTC", DAY))]}
    (slot,) = assign_slots([Text(QUEUE, "cnt", "hash", DAY, NOON, True)], schedules, taken, {})
    assert slot is not None
    assert slot.scheduled_at == datetime(2025, 11, expected, 17, tzinfo=UTC)
