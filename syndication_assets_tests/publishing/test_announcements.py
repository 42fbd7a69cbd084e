"""A person's own text goes the way of every post: its channels' rules, an approval, the queue, and its own kind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.content.announcing.announcement import Announcement, draft_for
from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets_tests.publishing.publishing_queue import KEYS, PublishingQueue

TEXT = "Our workshop is closed over Christmas. See you in the new year!"
TO_FEED = ("--channel", "facebook/feed_post")


@pytest.fixture(autouse=True)
def environment(shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=answer)


def announce(*arguments: str) -> str:
    result = run("announce", *arguments, "--yes")
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = run("announce", *arguments, "--yes")
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def feed(queue: PublishingQueue) -> PublishingQueue:
    """A queue with an account that has a slot a day."""
    queue.schedule(queue.page())
    return queue


def stored(queue: PublishingQueue) -> list[tuple[str, str, str]]:
    return queue.rows(
        "select p.channel_type, c.state::text, c.text_content from content.posts_core as p"
        " join content.posts_content as c using (organization_id, post_core_id)"
        " where p.post_kind = 'announcement' order by 1, c.content_id"
    )


def content_id(queue: PublishingQueue) -> str:
    return str(queue.value("select content_id from content.posts_content"))


def test_an_announcement_waits_for_a_decision_and_is_its_own_kind_everywhere(feed: PublishingQueue):
    output = announce(TEXT, *TO_FEED)
    assert "facebook/feed_post, on Page page:" in output
    assert f"syndication review approve {content_id(feed)}" in output
    assert stored(feed) == [("feed_post", "needs_review", TEXT)]
    assert "announcement" in run("review", "list").output
    assert run("review", "approve", content_id(feed)).exit_code == 0
    today = datetime.now(UTC).date()
    feed.plan(today, today + timedelta(days=1))
    assert "announcement" in run("targets", "list").output
    feed.publish(now=datetime.now(UTC) + timedelta(days=2))
    assert feed.states() == ["published"]
    assert feed.rows("select process_name from publishing.execution_history") == [("announcement",)]
    assert feed.rows("select post_kind, simulated from engagement.report_planned_posts_weekly where posts > 0") in (
        [],
        [("announcement", 1)],
    )  # the week may not be in engagement.weeks of an empty database
    assert feed.value("select count(*) from content.posts_core where product_id is not null") == 0


def test_an_approval_rule_for_people_plans_it_at_once_at_the_time_that_was_chosen(feed: PublishingQueue):
    feed.execute(
        "insert into content.approval_rules (organization_id, platform, channel_type, generators)"
        " values (%s, 'facebook', 'feed_post', '{person}')",
        [feed.organization_id],
    )
    at = (datetime.now(UTC) + timedelta(days=40)).replace(second=0, microsecond=0)
    assert "is approved by a rule and planned" in announce(TEXT, *TO_FEED, "--at", at.isoformat())
    announce("The workshop opens again on Monday.", *TO_FEED, "--at", at.isoformat())
    assert feed.rows("select scheduled_at, schedule_id from publishing.post_targets order by 1") == [
        (at, None),
        (at + timedelta(minutes=1), None),
    ]


def test_each_channel_is_checked_by_its_own_rules_and_none_gets_it_if_one_refuses(feed: PublishingQueue):
    feed.schedule(feed.value("select account_id from channels.social_accounts"), channel_type="story_post")
    feed.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value, value_type, unit, maximum, severity, description)"
        " values ('facebook', 'story_post', 'content', 'text_length', null, 'number', 'characters', 20, 'hard', '-')"
    )
    output = refused(TEXT, *TO_FEED, "--channel", "facebook/story_post")
    assert "Nothing was announced." in output
    assert f"facebook/story_post: text_length: {len(TEXT)} characters; at most 20" in output
    assert stored(feed) == []
    announce("Closed until Monday.", *TO_FEED, "--channel", "facebook/story_post")
    assert [channel for channel, _, _ in stored(feed)] == ["feed_post", "story_post"]


def test_the_same_text_is_refused_unless_it_is_meant(feed: PublishingQueue):
    announce(TEXT, *TO_FEED)
    assert f"{content_id(feed)} says the same: --again announces it once more" in refused(TEXT, *TO_FEED)
    assert len(stored(feed)) == 1
    announce(TEXT, *TO_FEED, "--again")
    assert len(stored(feed)) == 2
    for (waiting,) in feed.rows("select content_id from content.posts_content order by 1"):
        assert run("review", "approve", waiting).exit_code == 0


def test_a_preview_and_a_refused_question_write_nothing(feed: PublishingQueue):
    shown = run("announce", TEXT, *TO_FEED, "--preview")
    assert (shown.exit_code, TEXT in shown.output) == (0, True)
    assert run("announce", TEXT, *TO_FEED, answer="n\n").exit_code == 1
    assert stored(feed) == []


def test_a_text_comes_from_a_file_or_standard_input(feed: PublishingQueue, tmp_path: Path):
    (tmp_path / "text.txt").write_text(f"{TEXT}\n")
    announce("--file", str(tmp_path / "text.txt"), *TO_FEED)
    result = run("announce", "--file", "-", *TO_FEED, "--yes", answer="Another text, for everybody who reads it.")
    assert result.exit_code == 0, result.output
    assert {text for _, _, text in stored(feed)} == {TEXT, "Another text, for everybody who reads it."}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("  ", *TO_FEED), "The text is empty"),
        ((TEXT, "--channel", "facebook"), "'facebook' is no channel"),
        ((TEXT, "--channel", "facebook/reel"), "facebook/reel gets no posts"),
        ((TEXT, *TO_FEED, "--link", "shop.example"), "is no URL"),
        ((TEXT, *TO_FEED, "--at", "2020-01-01T10:00Z"), "is over"),
        ((TEXT, *TO_FEED, "--at", "2090-01-01T10:00"), "names no time zone"),
        (("A kilt for £20 only!", *TO_FEED), "price_claims"),
        (("See https://other.example now, please.", *TO_FEED), "other_links"),
    ],
)
def test_a_refusal_says_why(arguments: tuple[str, ...], reason: str, feed: PublishingQueue):
    assert reason in refused(*arguments)
    assert stored(feed) == []


def test_a_paused_process_gets_no_announcements(feed: PublishingQueue):
    feed.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
        " values ('announcement', 'facebook', 'feed_post', 'Announcements', false)"
    )
    assert "the process announcement running" in refused(TEXT, *TO_FEED)


@pytest.mark.parametrize(
    ("text", "is_required", "written"),
    [
        ("Read this.", True, "Read this.\n\nhttps://shop.example/a"),
        ("Read https://shop.example/a now.", True, "Read https://shop.example/a now."),
        ("Read this. #Wool #Kilts", True, "Read this.\n\nhttps://shop.example/a\n\n#Wool #Kilts"),
        ("Read this.", False, "Read this."),
    ],
)
def test_the_link_is_added_where_the_channel_needs_it(text: str, is_required: bool, written: str):
    rules = ChannelRules(
        [Requirement("content", "link_required", True, None, None, None, "hard", "A link.")] if is_required else []
    )
    draft = draft_for(Announcement(text, [("facebook", "feed_post")], "https://shop.example/a"), rules)
    assert (draft.text_content, draft.link_url) == (written, "https://shop.example/a")
