"""The results of compared variations: measured values only, and NULL for everything else."""

from datetime import timedelta
from typing import Any

import pytest

from syndication_assets_tests.content.shop_in_tables import Row, Shop
from syndication_assets_tests.engagement.snapshots import COUNTERS, History, day, moment

NOT_MEASURED = dict.fromkeys(COUNTERS)


class Comparison:
    """One post with variations to compare, and two pages to publish and measure them on."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.history = History(shop.url)
        shop.channel()
        self.page = str(shop.value("select account_id from channels.social_accounts"))
        self.other_page = shop.insert(
            "channels.social_accounts", "account_id", platform="facebook", remote_account_id="2", display_name="Other"
        )
        self.post_core_id = shop.insert(
            "content.posts_core",
            "post_core_id",
            post_kind="product",
            product_id=shop.product("kilt"),
            platform="facebook",
            channel_type="feed_post",
            planned_on=day(1),
        )
        self._minutes = 0

    def text(self, variation: int, version: int = 1) -> str:
        text = f"Text {variation}.{version}"
        return self.shop.insert(
            "content.posts_content",
            "content_id",
            post_core_id=self.post_core_id,
            variation=variation,
            version=version,
            text_content=text,
            generator="template",
            content_hash=text.encode(),
        )

    def publish(self, content_id: str, *, page: str | None = None, is_simulated: bool = False) -> str:
        """Publishes a text; returns the scraped post that its insights belong to."""
        self._minutes += 1
        published_at = moment(1) + timedelta(minutes=self._minutes)
        target_id = self.shop.insert(
            "publishing.post_targets",
            "target_id",
            content_id=content_id,
            content_hash=b"",
            account_id=page or self.page,
            platform="facebook",
            channel_type="feed_post",
            state="scheduled",
            scheduled_at=published_at,
            is_simulated=is_simulated,
        )
        self.shop.execute(
            "update publishing.post_targets set state = 'publishing', leased_by = 'test', leased_until = now()"
            " where target_id = %s",
            [target_id],
        )
        self.shop.execute(
            "update publishing.post_targets set state = 'published', leased_by = null, leased_until = null,"
            " published_at = %s, platform_post_id = target_id where target_id = %s",
            [published_at, target_id],
        )
        post_id = self.history.post(platform="facebook", posted_at=published_at)
        self.shop.execute("update scraping.posts set urn = %s where post_id = %s", [target_id, post_id])
        return post_id

    def measure(self, post_id: str, number: int, **counters: int) -> None:
        """Adds the counters of a day and rolls up all days of the comparison."""
        self.history.snapshot(post_id, moment(number, "18:00"), **counters)
        self.history.roll_up("post_engagement_daily", 1, 9)

    def results(self) -> list[Row]:
        return self.shop.records(
            "select * from content.variation_results where post_core_id = %s order by variation, is_simulated",
            [self.post_core_id],
        )


@pytest.fixture
def comparison(shop: Shop) -> Comparison:
    return Comparison(shop)


def counters(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in COUNTERS}


def test_each_variation_has_the_newest_measured_values_of_its_own_post(comparison: Comparison):
    texts = [comparison.text(1), comparison.text(2)]
    first, second = (comparison.publish(text) for text in texts)
    comparison.measure(first, 1, reactions=3, comments=0, reach=100)
    comparison.measure(second, 1, reactions=5)
    comparison.measure(first, 3, reactions=9)
    rows = comparison.results()
    assert [(row["variation"], row["content_id"]) for row in rows] == [(1, texts[0]), (2, texts[1])]
    assert counters(rows[0]) == NOT_MEASURED | {"reactions": 9, "comments": 0, "reach": 100}
    assert counters(rows[1]) == NOT_MEASURED | {"reactions": 5}
    assert [row["measured_at"] for row in rows] == [moment(3, "18:00"), moment(1, "18:00")]
    assert {(row["is_simulated"], row["targets_published"], row["targets_measured"]) for row in rows} == {(False, 1, 1)}
    assert {(row["platform"], row["channel_type"]) for row in rows} == {("facebook", "feed_post")}


def test_counters_of_several_accounts_are_added_except_reach(comparison: Comparison):
    text = comparison.text(1)
    posts = [comparison.publish(text), comparison.publish(text, page=comparison.other_page)]
    comparison.measure(posts[0], 1, reactions=3, views=10, reach=8)
    (row,) = comparison.results()
    assert (row["targets_published"], row["targets_measured"]) == (2, 1)
    assert counters(row) == NOT_MEASURED | {"reactions": 3, "views": 10, "reach": 8}
    comparison.measure(posts[1], 1, reactions=4, reach=8)
    (row,) = comparison.results()
    assert (row["targets_published"], row["targets_measured"]) == (2, 2)
    assert counters(row) == NOT_MEASURED | {"reactions": 7, "views": 10}


def test_a_simulated_post_has_no_values_and_is_kept_apart_from_real_ones(comparison: Comparison):
    text = comparison.text(1)
    real_post = comparison.publish(text)
    simulated_post = comparison.publish(text, page=comparison.other_page, is_simulated=True)
    comparison.measure(real_post, 1, reactions=3)
    comparison.measure(simulated_post, 1, reactions=1_000, reach=1_000)
    real, simulated = comparison.results()
    assert (real["is_simulated"], real["targets_published"], real["reactions"]) == (False, 1, 3)
    assert (simulated["is_simulated"], simulated["targets_published"], simulated["targets_measured"]) == (True, 1, 0)
    assert counters(simulated) == NOT_MEASURED
    assert simulated["measured_at"] is None


def test_a_text_that_is_not_published_or_not_measured_has_no_values(comparison: Comparison):
    comparison.publish(comparison.text(1))
    comparison.text(2)
    published, waiting = comparison.results()
    assert (published["is_simulated"], published["targets_published"], published["targets_measured"]) == (False, 1, 0)
    assert (waiting["is_simulated"], waiting["targets_published"], waiting["published_at"]) == (None, 0, None)
    assert counters(published) == counters(waiting) == NOT_MEASURED


def test_the_published_version_counts_and_before_publishing_the_newest(comparison: Comparison):
    first, second = comparison.text(1), comparison.text(1, version=2)
    assert [row["content_id"] for row in comparison.results()] == [second]
    comparison.publish(first)
    assert [row["content_id"] for row in comparison.results()] == [first]


def test_a_post_that_we_did_not_publish_counts_for_no_variation(comparison: Comparison):
    comparison.text(1)
    foreign_post = comparison.history.post(platform="facebook", posted_at=moment(1))
    comparison.measure(foreign_post, 1, reactions=7)
    (row,) = comparison.results()
    assert counters(row) == NOT_MEASURED
