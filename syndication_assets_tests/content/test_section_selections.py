"""The selection of sections: which section a channel gets on a day, and how it becomes an approved text."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.planning.targets import plan_targets
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.settings import Settings
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY
from syndication_assets_tests.documents.blog import SITE, Blog, entry, post
from syndication_assets_tests.given_settings import give_setting

MONDAY = FIRST_DAY
DAYS = [MONDAY + timedelta(number) for number in range(12)]
LANDED = MONDAY - timedelta(1)


@pytest.fixture
def channel(blog: Blog) -> Blog:
    """A blog with one channel that gets sections."""
    blog.shop.channel()
    blog.show(starts_on=MONDAY)
    return blog


def land_and_load(blog: Blog, *posts: dict[str, object], day: date = LANDED) -> None:
    blog.land(day, *posts)
    blog.load(day)


def headings(blog: Blog) -> list[str]:
    return [heading.removeprefix("Heading ") for _, heading in blog.selected()]


def test_sections_come_in_order_and_newer_posts_before_older_ones(channel: Blog):
    land_and_load(channel, post(1, "a", "b"), post(3, "c", "d"), post(2, "e"))
    counts = channel.select(*DAYS[:6])
    assert headings(channel) == ["3.0", "3.1", "2.0", "1.0", "1.1"]
    assert counts[-1] == {"channels_waiting": 1, "rows_written": 0}


def test_a_newer_post_comes_before_the_rest_of_an_older_one(channel: Blog):
    land_and_load(channel, post(1, "a", "b", "c"))
    land_and_load(channel, post(5, "d"), day=DAYS[1])
    channel.select(*DAYS[:4])
    assert headings(channel) == ["1.0", "5.0", "1.1", "1.2"]


def test_re_runs_and_days_in_another_order_repeat_no_section(channel: Blog):
    land_and_load(channel, post(1, "a", "b", "c"))
    channel.select(DAYS[2], DAYS[0], DAYS[1], DAYS[0], DAYS[2])
    assert sorted(headings(channel)) == ["1.0", "1.1", "1.2"]


def test_a_backfill_gives_the_same_sections_after_later_files(channel: Blog):
    land_and_load(channel, post(1, "a", "b"), post(2, "c"))
    channel.select(*DAYS[:3])
    first = channel.selected()
    channel.shop.execute("delete from content.section_selections")
    # Later files: a newer post, a section more, a post that was taken down.
    land_and_load(channel, post(4, "later"), post(1, "new", "a", "b"), post(2, "c", status="deleted"), day=DAYS[5])
    channel.select(*DAYS[:3])
    assert channel.selected() == first


def test_a_backfill_gives_the_same_sections_if_the_newer_file_was_loaded_first(channel: Blog):
    channel.land(LANDED, post(1, "a", "b"))
    channel.land(DAYS[5], post(1, "a", sections=[{"id": 99, "heading": "Heading 9.9", "text": "Other."}]))
    channel.load(DAYS[5], LANDED)
    channel.select(DAYS[0], DAYS[1], DAYS[5])
    assert headings(channel) == ["1.0", "1.1", "9.9"]


def test_unpublished_posts_and_posts_without_a_page_are_not_selected(channel: Blog):
    land_and_load(
        channel,
        post(1, status="draft"),
        post(2, published_at="2025-11-04T00:00:00Z"),
        post(3, url=None),
    )
    channel.select(DAYS[0], DAYS[1])
    assert channel.selected() == [("04", "Heading 2.0")]


def test_a_post_without_a_date_counts_from_its_first_observation(channel: Blog):
    land_and_load(channel, post(1, published_at=None), day=DAYS[0])
    land_and_load(channel, post(2), day=DAYS[0])
    channel.select(*DAYS[:2])
    assert headings(channel) == ["1.0", "2.0"]


def test_a_page_in_both_the_export_and_the_feed_is_selected_once(channel: Blog):
    channel.land(LANDED, post(1, "a", url=f"{SITE}/7"))
    channel.land_feed(LANDED, entry(7, "a as the feed has it"))
    channel.load(LANDED)
    channel.select(*DAYS[:3])
    assert headings(channel) == ["1.0"]


def test_each_channel_with_a_row_progresses_on_its_own_from_its_first_day_on(channel: Blog):
    channel.shop.channel("instagram")
    channel.shop.channel("linkedin")
    channel.show(platform="instagram", starts_on=DAYS[1])
    land_and_load(channel, post(1, "a", "b"))
    channel.select(*DAYS[:2])
    assert channel.shop.execute(
        "select s.platform, to_char(selected_on, 'DD'), position, attempt, sections_left"
        " from content.section_selections as s join documents.source_sections using (organization_id, section_id)"
        " order by 2, 1"
    ) == [("facebook", "03", 0, 1, 1), ("facebook", "04", 1, 1, 0), ("instagram", "04", 0, 1, 1)]


def test_a_page_selected_from_the_feed_is_not_selected_again_from_the_export(channel: Blog):
    channel.land_feed(LANDED, entry(7, "<h2>Wool</h2>Warm."))
    channel.load(LANDED)
    channel.select(DAYS[0])
    land_and_load(channel, post(1, "Warm.", url=f"{SITE}/7"), day=DAYS[1])
    channel.select(DAYS[1], DAYS[2])
    assert channel.selected() == [("03", "Wool")]


@pytest.mark.both_servers
def test_a_channel_for_sections_only_gets_no_products_from_its_first_day_on(blog: Blog):
    blog.shop.channel()
    blog.show(starts_on=DAYS[1], instead_of_products=True)
    blog.shop.product("kilt", blog.shop.category("Kilts"))
    blog.shop.product("sporran", blog.shop.category("Sporrans"))
    blog.shop.select(MONDAY, days=3)
    assert blog.shop.execute("select to_char(selected_on, 'DD') from content.product_selections") == [("03",)]


def test_an_inactive_channel_gets_no_section(channel: Blog):
    land_and_load(channel, post(1))
    channel.shop.execute("update content.section_channels set is_active = false")
    assert channel.select(MONDAY) == [{"channels_waiting": 0, "rows_written": 0}]


def write(blog: Blog, day: date) -> list[dict[str, object]]:
    """Writes a day and decides on its texts; returns the texts about sections."""
    blog.shop.write(day)
    blog.shop.decide(day)
    return [text for text in blog.shop.texts() if text["planned_on"] == day and text["product_id"] is None]


def set_target_state(blog: Blog, day: date, state: str, changed_on: date) -> None:
    """Adds a target for the post of a day that reached a state on `changed_on`."""
    with psycopg.connect(blog.shop.url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into publishing.post_targets (organization_id, content_id, content_hash, post_core_id, variation,"
            " account_id, platform, channel_type, state, scheduled_at, is_simulated, updated_at, published_at,"
            " error_message, platform_post_id)"
            " select c.organization_id, c.content_id, c.content_hash, c.post_core_id, 1, a.account_id, 'facebook',"
            " 'feed_post', %(state)s, %(day)s, true, %(changed_on)s::date + time '18:00',"
            " case when %(state)s = 'published' then now() end, 'rejected',"
            " case when %(state)s = 'published' then 'x' end"
            " from content.posts_core as p join content.posts_content as c using (organization_id, post_core_id)"
            " cross join channels.social_accounts as a where p.planned_on = %(day)s",
            {"state": state, "day": day, "changed_on": changed_on},
        )


@pytest.fixture
def one_section(channel: Blog) -> Blog:
    """A channel with one section and the text about it on Monday."""
    land_and_load(channel, post(1))
    channel.shop.approve_by_rule()
    channel.select(MONDAY)
    write(channel, MONDAY)
    return channel


@pytest.mark.parametrize("state", ["scheduled", "published", "cancelled", "needs_reconcile"])
def test_a_scheduled_published_or_cancelled_section_is_not_selected_again(one_section: Blog, state: str):
    set_target_state(one_section, MONDAY, state, MONDAY)
    one_section.select(DAYS[1])
    assert headings(one_section) == ["1.0"]


def test_a_section_that_a_person_rejected_is_not_selected_again(one_section: Blog):
    one_section.shop.execute("update content.posts_content set state = 'rejected'")
    one_section.select(DAYS[1])
    assert headings(one_section) == ["1.0"]


def test_a_section_that_the_platform_rejected_is_selected_three_times_in_total(one_section: Blog):
    for number, day in enumerate(DAYS[:5]):
        one_section.select(day)
        if number:
            write(one_section, day)
        if one_section.shop.value("select count(*) from content.posts_core where planned_on = %s", [day]):
            set_target_state(one_section, day, "failed", day)
    assert headings(one_section) == ["1.0", "1.0", "1.0"]
    assert one_section.shop.execute("select attempt from content.section_selections order by selected_on") == [
        (1,), (2,), (3,),
    ]  # fmt: skip


def test_a_rejection_counts_from_its_own_day_on(one_section: Blog):
    set_target_state(one_section, MONDAY, "failed", DAYS[3])
    assert [counts["rows_written"] for counts in one_section.select(DAYS[1], DAYS[2], DAYS[3])] == [0, 0, 1]


def test_a_section_becomes_an_approved_text_with_its_own_link_besides_the_days_product(channel: Blog):
    channel.shop.product("kilt", channel.shop.category("Kilts"))
    channel.shop.approve_by_rule()
    land_and_load(
        channel, post(1, "<p>Wool keeps a walker warm in the rain. It dries slowly. Sheep carry it all year.</p>")
    )
    channel.shop.select()
    channel.select(MONDAY)
    (text,) = write(channel, MONDAY)
    assert (text["state"], text["generator"], text["link_url"]) == (
        "approved", "template", f"{SITE}/post-1?section=10",
    )  # fmt: skip
    assert "Heading 1.0" in text["text_content"]
    assert "Wool keeps a walker warm in the rain." in text["text_content"]
    assert text["text_content"].count("https://") == 1
    assert len(channel.shop.texts()) == 2


def test_a_section_is_scheduled_and_published_once_like_a_product(one_section: Blog):
    plan_targets(one_section.shop.url, MONDAY, DAYS[1])
    give_setting(one_section.shop.url, "publishing.maximum_delay_hours", 10**6)
    for _ in range(2):
        publish_due(
            one_section.shop.url,
            Settings.from_environment(),
            datetime(2025, 11, 3, 23, tzinfo=UTC),
            {"dry_run": DryRun()},
        )
    assert one_section.shop.execute(
        "select t.state::text, t.is_simulated, p.post_kind::text from publishing.post_targets as t"
        " join content.posts_core as p using (organization_id, post_core_id)"
    ) == [("published", True, "blog_post")]


def publish(blog: Blog, now: datetime) -> list[str]:
    """Publishes what is due; returns the states of all targets."""
    give_setting(blog.shop.url, "publishing.maximum_delay_hours", 10**6)
    publish_due(blog.shop.url, Settings.from_environment(), now, {"dry_run": DryRun()})
    return [state for (state,) in blog.shop.execute("select state::text from publishing.post_targets")]


@pytest.mark.both_servers
@pytest.mark.parametrize("later", [{"status": "deleted"}, {"sections": [{"id": 99, "text": "Something else."}]}])
def test_a_section_removed_after_the_approval_is_not_published(one_section: Blog, later: dict[str, object]):
    plan_targets(one_section.shop.url, MONDAY, DAYS[1])
    land_and_load(one_section, post(1, **later), day=MONDAY)
    assert publish(one_section, datetime(2025, 11, 3, 23, tzinfo=UTC)) != ["published"]


def test_a_section_removed_later_is_published_before(one_section: Blog):
    plan_targets(one_section.shop.url, MONDAY, DAYS[1])
    land_and_load(one_section, post(1, status="deleted"), day=DAYS[1])
    assert publish(one_section, datetime(2025, 11, 3, 23, tzinfo=UTC)) == ["published"]


def test_a_run_before_the_first_file_withdraws_nothing(one_section: Blog):
    """A rehearsal of past days starts with such a run."""
    plan_targets(one_section.shop.url, MONDAY, DAYS[1])
    assert publish(one_section, datetime(2025, 10, 1, 23, tzinfo=UTC)) == ["scheduled"]
    assert publish(one_section, datetime(2025, 11, 3, 23, tzinfo=UTC)) == ["published"]


def test_a_price_that_only_the_section_states_needs_review(channel: Blog):
    """A price in a blog is not a fact from the catalogue: a person decides."""
    channel.shop.approve_by_rule()
    land_and_load(channel, post(1, "The kilt of the year costs £420. It lasts a life."))
    channel.select(MONDAY)
    (text,) = write(channel, MONDAY)
    if "£420" in text["text_content"]:
        assert text["state"] == "needs_review"


def test_a_text_about_a_removed_post_needs_review(channel: Blog):
    channel.shop.approve_by_rule()
    land_and_load(channel, post(1))
    channel.select(MONDAY)
    land_and_load(channel, post(1, status="deleted"), day=MONDAY)
    (text,) = write(channel, MONDAY)
    assert text["state"] == "needs_review"
    assert "is_available" in channel.shop.broken_rules(str(text["content_id"]))


def test_sections_of_consecutive_days_use_different_templates(channel: Blog):
    land_and_load(channel, post(1, "Wool is warm.", "Silk is cool.", "Linen is light."))
    channel.select(*DAYS[:3])
    texts = [text for day in DAYS[:3] for text in write(channel, day)]
    assert len({text["template_id"] for text in texts}) == 3
