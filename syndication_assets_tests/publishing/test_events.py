"""A text about an event is bound to it, may claim what is known of it, and is published before it is over or never."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.connection import DatabaseError
from syndication_assets_tests.publishing.publishing_queue import KEYS, PublishingQueue

TEXT = "Come to our Spring Fair on Mill Lane, and see the looms at work."
TO_FEED = ("--channel", "facebook/feed_post")
ABOUT = ("--event", "spring-fair")
ZONE = "Europe/London"


@pytest.fixture(autouse=True)
def environment(shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def ok(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def feed(queue: PublishingQueue) -> PublishingQueue:
    """A queue with an account that has a slot a day, whose texts by people are approved by a rule, and an event."""
    queue.schedule(queue.page())
    queue.execute(
        "insert into content.approval_rules (organization_id, platform, channel_type, generators)"
        " values (%s, 'facebook', 'feed_post', '{person}')",
        [queue.organization_id],
    )
    add_event(timedelta(days=9), timedelta(days=10))
    return queue


def add_event(starts_in: timedelta, ends_in: timedelta, name: str = "spring-fair") -> None:
    now = datetime.now(UTC)
    times = [(now + each).strftime("%Y-%m-%d %H:%M") for each in (starts_in, ends_in)]
    ok(
        *("event", "add", name, "--title", "Spring Fair", "--starts-at", times[0], "--ends-at", times[1]),
        *("--time-zone", "UTC", "--place", "Mill Lane", "--url", "https://fair.example/2026"),
    )


def post(queue: PublishingQueue) -> tuple[str, str, str]:
    ((kind, event, link),) = queue.rows(
        "select p.post_kind::text, e.event_name, c.link_url from content.posts_core as p"
        " join content.events as e using (organization_id, event_id)"
        " join content.posts_content as c using (organization_id, post_core_id)"
    )
    return kind, event, link


def test_a_text_about_an_event_is_bound_to_it_and_published(feed: PublishingQueue):
    assert "is approved by a rule and planned" in ok("announce", TEXT, *TO_FEED, *ABOUT, "--yes")
    assert post(feed) == ("event", "spring-fair", "https://fair.example/2026")
    content_id = feed.value("select content_id from content.posts_content")
    assert "event: Spring Fair, " in ok("review", "show", content_id)
    assert "event" in ok("targets", "list", "--kind", "event")
    feed.publish(now=datetime.now(UTC) + timedelta(days=2))
    assert feed.states() == ["published"]
    assert feed.rows("select process_name from publishing.execution_history") == [("event",)]


def test_a_text_may_claim_the_days_and_times_of_its_event_and_nothing_else(feed: PublishingQueue):
    starts_at = datetime.now(UTC) + timedelta(days=9)
    day = f"{starts_at.day} {starts_at:%B}"
    ok("announce", f"{TEXT} On {day} from {starts_at:%H:%M}.", *TO_FEED, *ABOUT, "--yes")
    assert "price_claims" in refused("announce", f"{TEXT} Only £20 to get in!", *TO_FEED, *ABOUT, "--yes")


def test_a_slot_is_before_the_end_of_the_event_or_there_is_none(feed: PublishingQueue):
    """The negative control: without an event, the text gets the slot of the next day."""
    add_event(timedelta(minutes=1), timedelta(minutes=2), name="soon")
    ok("announce", TEXT, *TO_FEED, "--event", "soon", "--yes")
    ok("announce", "Another text, for everybody who reads it.", *TO_FEED, "--yes")
    rows = feed.rows(
        "select p.post_kind::text, t.state::text, t.scheduled_at is null from publishing.post_targets as t"
        " join content.posts_core as p using (organization_id, post_core_id) order by 1"
    )
    assert rows == [("announcement", "scheduled", False), ("event", "ready", True)]


def test_the_time_that_a_person_chooses_is_before_the_end(feed: PublishingQueue):
    at = (datetime.now(UTC) + timedelta(days=11)).isoformat()
    assert "nothing about it is published from then on" in refused(
        "announce", TEXT, *TO_FEED, *ABOUT, "--at", at, "--yes"
    )
    at = (datetime.now(UTC) + timedelta(days=8)).isoformat()
    ok("announce", TEXT, *TO_FEED, *ABOUT, "--at", at, "--yes")
    assert feed.states() == ["scheduled"]


def test_what_was_planned_is_not_sent_once_the_event_is_cancelled_and_is_planned_again_with_it(feed: PublishingQueue):
    ok("announce", TEXT, *TO_FEED, *ABOUT, "--yes")
    ok("event", "edit", "spring-fair", "--state", "cancelled")
    report = feed.publish(now=datetime.now(UTC) + timedelta(days=2))
    assert (report.withdrawn, report.calls) == (1, 0)
    assert feed.rows("select state::text, error_message from publishing.post_targets") == [
        ("draft", "Its event is cancelled.")
    ]
    today = datetime.now(UTC).date()
    feed.plan(today, today + timedelta(days=1))
    assert feed.states() == ["draft"]
    assert "is cancelled, so nothing about it is published" in refused(
        "announce", f"{TEXT} Again.", *TO_FEED, *ABOUT, "--yes"
    )
    ok("event", "edit", "spring-fair", "--state", "planned")
    feed.plan(today, today + timedelta(days=1))
    assert feed.states() == ["scheduled"]


def test_an_earlier_end_takes_back_what_would_be_too_late(feed: PublishingQueue):
    at = (datetime.now(UTC) + timedelta(days=8)).isoformat()
    ok("announce", TEXT, *TO_FEED, *ABOUT, "--at", at, "--yes")
    now = datetime.now(UTC)
    starts_at, ends_at = (f"{now + timedelta(days=days):%Y-%m-%d %H:%M}" for days in (5, 6))
    ok("event", "edit", "spring-fair", "--starts-at", starts_at, "--ends-at", ends_at)
    assert feed.publish(now=now).withdrawn == 1
    (message,) = (row[0] for row in feed.rows("select error_message from publishing.post_targets"))
    assert message.startswith("Its event is over: it ended on ")


def test_a_run_that_has_begun_sends_nothing_about_an_event_that_is_cancelled_meanwhile(
    feed: PublishingQueue, monkeypatch: pytest.MonkeyPatch
):
    """The lease looks again: the clean-up before it has seen a planned event."""
    from syndication_assets.publishing.sending import publish  # noqa: PLC0415 - patched here

    ok("announce", TEXT, *TO_FEED, *ABOUT, "--yes")
    real = publish._clean_up_queue

    def clean_up_then_cancel(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        feed.execute("update content.events set state = 'cancelled'")

    monkeypatch.setattr(publish, "_clean_up_queue", clean_up_then_cancel)
    report = feed.publish(now=datetime.now(UTC) + timedelta(days=2))
    assert (report.withdrawn, report.calls) == (0, 0)
    assert feed.states() == ["scheduled"]


def test_the_database_itself_refuses_a_time_after_the_end(feed: PublishingQueue):
    ok("announce", TEXT, *TO_FEED, *ABOUT, "--yes")
    with pytest.raises(DatabaseError, match="Its event is over"):
        feed.execute("update publishing.post_targets set scheduled_at = now() + interval '11 days', slot_at = null")


@pytest.mark.parametrize(
    ("kind", "event"), [("event", "null"), ("announcement", "(select event_id from content.events)")]
)
def test_a_post_has_an_event_if_and_only_if_it_is_about_one(kind: str, event: str, feed: PublishingQueue):
    with psycopg.connect(feed.url) as connection, pytest.raises(psycopg.errors.CheckViolation, match="event_is_known"):
        connection.execute(
            "insert into content.posts_core (organization_id, post_kind, platform, channel_type, planned_on, event_id)"
            f" values (%s, %s, 'facebook', 'feed_post', current_date, {event})",
            [feed.organization_id, kind],
        )


def test_an_event_that_posts_are_about_is_not_removed(feed: PublishingQueue):
    ok("announce", TEXT, *TO_FEED, *ABOUT, "--yes")
    assert "cancel it instead" in refused("event", "remove", "spring-fair", "--yes")
    add_event(timedelta(days=1), timedelta(days=2), name="other")
    ok("event", "remove", "other", "--yes")
    assert feed.rows("select event_name from content.events") == [("spring-fair",)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (("--time-zone", "Europe/Nowhere"), "there is no time zone 'Europe/Nowhere'"),
        (("--ends-at", "2026-01-01 10:00"), "the event ends before it starts"),
        (("--ends-at", "2099-02-31 10:00"), "is no time of a day"),
        (("--starts-at", "2027-03-28 01:30", "--time-zone", ZONE), "one that the clocks skip"),
        (("--url", "http://fair.example"), "url"),
    ],
)
def test_an_event_that_cannot_be_is_refused(changes: tuple[str, ...], reason: str, feed: PublishingQueue):
    given = {"--title": "x", "--starts-at": "2026-06-01 10:00", "--ends-at": "2098-01-01 10:00", "--time-zone": "UTC"}
    given |= dict(zip(changes[::2], changes[1::2], strict=True))
    result = run("event", "add", "other", *(word for pair in given.items() for word in pair))
    assert result.exit_code != 0
    assert reason in result.output


def test_times_are_local_and_a_change_is_in_the_audit_log(feed: PublishingQueue):
    ok(
        *("event", "add", "summer", "--title", "Summer", "--starts-at", "2027-07-01 10:00"),
        *("--ends-at", "2027-07-01 12:00", "--time-zone", ZONE),
    )
    assert feed.value("select starts_at from content.events where event_name = 'summer'") == datetime(
        2027, 7, 1, 9, tzinfo=UTC
    )
    assert "2027-07-01 10:00" in ok("event", "list")
    assert feed.value("select count(*) from tenancy.audit_log where table_name = 'content.events'") >= 2


def test_there_is_no_such_event(feed: PublishingQueue):
    assert "There is no event 'autumn'" in refused("announce", TEXT, *TO_FEED, "--event", "autumn", "--yes")
