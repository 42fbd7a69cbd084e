"""`syndication sections` from the user's point of view."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY
from syndication_assets_tests.documents.blog import Blog, post

pytestmark = pytest.mark.one_server

ADD = ("add", "facebook", "feed_post", "--starts-on", FIRST_DAY.isoformat())


@pytest.fixture
def channel(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> Blog:
    """A blog with two sections, a shop with a product, and a channel that gets products only."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", blog.shop.url)
    blog.shop.channel()
    blog.shop.product("kilt")
    blog.land(FIRST_DAY - timedelta(1), post(1, "a", "b"))
    blog.load(FIRST_DAY - timedelta(1))
    return blog


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sections", *arguments])


def output_of(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def error_of(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return " ".join(result.output.split())


def selected(blog: Blog, number: int) -> list[str]:
    """The selections of a day: products by sku, sections by heading."""
    day = FIRST_DAY + timedelta(number)
    blog.select(day)
    blog.shop.select(day, no_repeat_days=0)
    return [
        name
        for (name,) in blog.shop.execute(
            "select p.sku from content.product_selections s join catalogue.products p using (organization_id,"
            " product_id) where selected_on = %(day)s union all select heading from content.section_selections"
            " join documents.source_sections using (organization_id, section_id) where selected_on = %(day)s",
            {"day": day},
        )
    ]


def test_a_channel_gets_sections_in_addition_to_its_products_until_paused(channel: Blog):
    assert "No channel gets sections" in output_of("list")
    assert selected(channel, 0) == ["kilt"]
    assert output_of(*ADD) == f"facebook feed_post of default gets a section per day from {FIRST_DAY} on."
    assert output_of("list") == f"default facebook feed_post from {FIRST_DAY}, in addition to products"
    assert selected(channel, 1) == ["kilt", "Heading 1.0"]
    output_of("pause", "facebook", "feed_post")
    assert output_of("list").endswith("(paused)")
    assert selected(channel, 2) == ["kilt"]


def test_a_channel_gets_sections_instead_of_products_and_can_be_restarted_that_way(channel: Blog):
    output_of(*ADD)
    output_of("pause", "facebook", "feed_post")
    output_of(*ADD[:-1], "2025-11-04", "--instead-of-products")
    assert output_of("list") == "default facebook feed_post from 2025-11-04, no products"
    assert selected(channel, 0) == ["kilt"]
    assert selected(channel, 1) == ["Heading 1.0"]


def test_the_former_name_of_pause_works_and_says_the_new_one(channel: Blog):
    output_of(*ADD)
    output = output_of("stop", "facebook", "feed_post")
    assert "Its name is `pause` now." in output
    assert "facebook/feed_post is paused." in output
    assert output_of("list").endswith("(paused)")
    assert " stop " not in output_of("--help")


def test_every_change_is_in_the_audit_log(channel: Blog):
    output_of(*ADD)
    output_of("pause", "facebook", "feed_post")
    assert channel.shop.execute(
        "select action, new_values ->> 'is_active' from tenancy.audit_log"
        " where table_name = 'content.section_channels' order by occurred_at"
    ) == [("insert", "true"), ("update", "false")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "facebook", "hologram"), "There is no channel facebook hologram: `syndication channels` lists them."),
        (("add", "facebook", "feed_post", "--organization", "acme"), "There is no organization 'acme'"),
        (
            ("pause", "facebook", "feed_post"),
            "default has no sections/facebook/feed_post; there are none.",
        ),
    ],
)
def test_the_error_of_a_mistake_says_what_to_do(arguments: tuple[str, ...], message: str, channel: Blog):
    assert message in error_of(*arguments)
    assert "No channel gets sections" in output_of("list")


def test_a_channel_that_gets_sections_is_not_added_again(channel: Blog):
    output_of(*ADD)
    assert "change it with `syndication sections edit facebook feed_post`" in error_of(*ADD, "--instead-of-products")
    assert "in addition to products" in output_of("list")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("update channels.platform_channels set status = 'not_implemented'", "is not_implemented, so"),
        ("update channels.platforms set status = 'inactive'", "is of a platform that is inactive, so"),
    ],
)
def test_a_channel_that_is_not_written_for_is_not_added(channel: Blog, change: str, status: str):
    channel.shop.execute(change)
    assert status in error_of(*ADD)


def test_the_list_marks_channels_without_a_schedule(channel: Blog):
    output_of(*ADD)
    channel.shop.execute("update publishing.publishing_schedules set is_active = false")
    assert output_of("list").endswith("(without a schedule: its posts get no slot)")
