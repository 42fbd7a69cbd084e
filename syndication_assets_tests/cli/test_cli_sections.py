"""`syndication sections`, as a person uses it."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.content.shop import FIRST_DAY
from syndication_assets_tests.documents.blog import Blog, post

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


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return " ".join(result.output.split())


def selected(blog: Blog, number: int) -> list[str]:
    """What the channel gets on a day: products by their sku, sections by their heading."""
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


def test_a_channel_gets_sections_besides_its_products_until_that_is_stopped(channel: Blog):
    assert "No channel gets sections" in said("list")
    assert selected(channel, 0) == ["kilt"]
    assert said(*ADD) == f"facebook feed_post of default gets a section a day from {FIRST_DAY} on"
    assert said("list") == f"default facebook feed_post from {FIRST_DAY}, besides products"
    assert selected(channel, 1) == ["kilt", "Heading 1.0"]
    said("stop", "facebook", "feed_post")
    assert said("list").endswith("(stopped)")
    assert selected(channel, 2) == ["kilt"]


def test_it_gets_them_instead_of_products_and_a_stopped_one_begins_again_as_said(channel: Blog):
    said(*ADD)
    said("stop", "facebook", "feed_post")
    said(*ADD[:-1], "2025-11-04", "--instead-of-products")
    assert said("list") == "default facebook feed_post from 2025-11-04, no products"
    assert selected(channel, 0) == ["kilt"]
    assert selected(channel, 1) == ["Heading 1.0"]


def test_every_step_is_in_the_audit_log(channel: Blog):
    said(*ADD)
    said("stop", "facebook", "feed_post")
    assert channel.shop.execute(
        "select action, new_values ->> 'is_active' from tenancy.audit_log"
        " where table_name = 'content.section_channels' order by occurred_at"
    ) == [("insert", "true"), ("update", "false")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "facebook", "hologram"), "There is no channel facebook hologram: look at `syndication channels`."),
        (("add", "facebook", "feed_post", "--organization", "acme"), "There is no organization 'acme'"),
        (("stop", "facebook", "feed_post"), "facebook feed_post gets no sections: look at `syndication sections list`"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(arguments: tuple[str, ...], message: str, channel: Blog):
    assert message in refused(*arguments)
    assert "No channel gets sections" in said("list")


def test_a_channel_that_gets_sections_is_not_added_again(channel: Blog):
    said(*ADD)
    assert "`syndication sections stop facebook feed_post` first" in refused(*ADD, "--instead-of-products")
    assert "besides products" in said("list")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("update channels.platform_channels set status = 'not_implemented'", "is not_implemented, so"),
        ("update channels.platforms set status = 'inactive'", "is of a platform that is inactive, so"),
    ],
)
def test_a_channel_that_nothing_is_written_for_is_not_added(channel: Blog, change: str, status: str):
    channel.shop.execute(change)
    assert status in refused(*ADD)


def test_the_list_says_which_channel_has_no_schedule(channel: Blog):
    said(*ADD)
    channel.shop.execute("update publishing.publishing_schedules set is_active = false")
    assert said("list").endswith("(without a schedule: its posts get no slot)")
