"""Channels that no account can publish in get no schedule, no selection, no text and no target."""

from datetime import date, timedelta

import pytest

from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.facebook.graph_publisher import CHANNELS, PUBLISHER
from syndication_assets.publishing.planning.posting_schedules import add_schedule
from syndication_assets.publishing.planning.slots import Schedule
from syndication_assets.publishing.publishers import registrations
from syndication_assets_tests.publishing.publishing_queue import DAILY, DAY, PublishingQueue

STORY = "story_post"


@pytest.fixture
def queue(queue: PublishingQueue) -> PublishingQueue:
    """With the rows that say what facebook_graph can publish."""
    queue.execute(
        "insert into channels.publisher_channels (publisher, channel_type) values ('facebook_graph', 'feed_post')"
    )
    return queue


def open_channels(queue: PublishingQueue) -> set[str]:
    rows = queue.rows(
        "select channel_type from publishing.open_channels where organization_id = %s and platform = 'facebook'",
        [queue.organization_id],
    )
    return {channel_type for (channel_type,) in rows}


def texts_to_write(queue: PublishingQueue) -> list[str]:
    with transaction(queue.url) as connection:
        rows = connection.execute(load_sql("content/posts_to_write.sql"), {"planned_on": DAY}).fetchall()
    return [channel_type for _, _, _, channel_type, *_ in rows]


def test_the_rows_say_what_the_publishers_can_do():
    rows = read_reference()["publisher_channels"]
    assert {channel for publisher, channel in rows if publisher == PUBLISHER} == CHANNELS
    assert {publisher for publisher, _ in rows} == registrations().keys() - {"dry_run"}
    for publisher, channel in rows:
        assert (publisher.partition("_")[0], channel) in read_reference()["platform_channels"]


def test_nothing_is_selected_or_written_for_a_channel_that_no_account_can_publish_in(queue: PublishingQueue):
    queue.post(channel_type=STORY)
    queue.post()
    assert open_channels(queue) == {"feed_post", STORY}, "without an account, people publish the texts"
    queue.page(publisher="facebook_graph")
    assert open_channels(queue) == {"feed_post"}
    assert texts_to_write(queue) == ["feed_post"]
    queue.page("trial")
    assert open_channels(queue) == {"feed_post", STORY}, "a dry run takes every kind"
    assert sorted(texts_to_write(queue)) == ["feed_post", STORY]


def test_a_text_gets_targets_on_the_accounts_that_can_publish_it_only(queue: PublishingQueue):
    real, simulated = queue.page(publisher="facebook_graph"), queue.page("trial")
    for account in (real, simulated):
        queue.schedule(account, channel_type=STORY)
    queue.approve(queue.text(queue.post(channel_type=STORY)))
    assert queue.plan(DAY, DAY + timedelta(1)).targets_written == 1
    assert queue.value("select account_id from publishing.post_targets") == simulated


def test_a_schedule_for_posts_that_its_account_cannot_make_is_rejected(queue: PublishingQueue):
    real = queue.page(publisher="facebook_graph")
    schedule = Schedule(DAILY, "UTC", date(2025, 1, 1))
    with pytest.raises(SyndicationError, match="facebook_graph cannot publish a story_post: choose from feed_post"):
        add_schedule(queue.url, "default", "stories", real, STORY, schedule)
    assert add_schedule(queue.url, "default", "posts", real, "feed_post", schedule).startswith("sch-")
    assert add_schedule(queue.url, "default", "stories", queue.page("trial"), STORY, schedule).startswith("sch-")
