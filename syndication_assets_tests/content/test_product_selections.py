"""The selection of products: one per channel and day, fair, without repeats, and repeatable."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.random_histories import number_of_histories


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """One channel, and three categories of very different sizes."""
    shop.channel()
    for name, size in (("Kilts", 12), ("Tins", 2), ("Brooches", 5)):
        category = shop.category(name)
        for number in range(size):
            shop.product(f"{name.lower()}-{number}", category)
    return shop


def test_every_category_gets_its_turn_whatever_its_size(stocked: Shop):
    skus = stocked.select(days=6)
    categories = [sku.partition("-")[0] for sku in skus]
    assert Counter(categories) == {"kilts": 2, "tins": 2, "brooches": 2}
    assert set(categories[:3]) == set(categories[3:]) == {"kilts", "tins", "brooches"}


def test_a_channel_with_an_inactive_process_gets_no_product(stocked: Shop):
    process = (
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
        " values (%s, 'facebook', 'feed_post', 'a process', false)"
    )
    stocked.execute(process, ["blog_post"])
    assert len(stocked.select()) == 1, "only another process is inactive"
    stocked.execute(process, ["product_post"])
    assert len(stocked.select(FIRST_DAY + timedelta(1))) == 1
    stocked.execute("update publishing.content_processes set is_active = true")
    assert len(stocked.select(FIRST_DAY + timedelta(1))) == 2


def test_a_category_without_a_fresh_product_is_skipped(stocked: Shop):
    skus = stocked.select(days=19)
    assert len(set(skus)) == 19


def test_when_every_product_was_used_the_one_used_longest_ago_returns(stocked: Shop):
    skus = stocked.select(days=21)
    assert skus[19:] == skus[:2]
    repeats = stocked.execute(
        "select (factors -> 'rest' ->> 'is_repeat')::boolean from content.product_selections order by selected_on"
    )
    assert [is_repeat for (is_repeat,) in repeats] == [False] * 19 + [True] * 2


def test_a_range_and_single_days_give_the_same_products(stocked: Shop):
    in_one_range = stocked.select(days=12)
    stocked.execute("delete from content.product_selections")
    for number in range(12):
        by_single_days = stocked.select(FIRST_DAY + timedelta(number))
    assert by_single_days == in_one_range


def test_a_product_is_not_selected_for_days_while_it_was_not_listed(shop: Shop):
    shop.channel()
    kilts = shop.category("Kilts")
    away = shop.product("away", kilts)
    shop.product("plain", kilts)
    shop.prioritize(away, "0.99", FIRST_DAY - timedelta(1))
    for is_listed, seen_at in ((True, -9), (False, 0), (True, 3)):
        shop.insert("catalogue.product_observations", "product_id", product_id=away, is_listed=is_listed,
                    observed_at=datetime.combine(FIRST_DAY + timedelta(seen_at), datetime.min.time(), UTC),
                    content_hash=b"" if is_listed else None, facts="{}" if is_listed else None)  # fmt: skip
    assert shop.select() == ["plain"], "although it is listed again now"
    shop.execute("delete from content.product_selections")
    assert shop.select(FIRST_DAY + timedelta(3)) == ["away"]


def test_a_re_run_keeps_existing_selections_when_scores_have_changed(stocked: Shop):
    first = stocked.select(days=5)
    for sku in ("kilts-3", "tins-1"):
        product = stocked.value("select product_id from catalogue.products where sku = %s", [sku])
        stocked.prioritize(product, "0.99", FIRST_DAY - timedelta(1))
    assert stocked.select(days=5) == first


def test_days_in_any_order_give_no_repeat(stocked: Shop):
    for number in (7, 2, 9, 0, 5, 3, 8, 1, 4, 6):
        skus = stocked.select(FIRST_DAY + timedelta(number))
    assert len(set(skus)) == 10


def test_the_score_decides_within_the_category_whose_turn_it_is(shop: Shop):
    shop.channel()
    kilts = shop.category("Kilts")
    for sku, score in (("low", "0.2"), ("high", "0.9"), ("middle", "0.5")):
        shop.prioritize(shop.product(sku, kilts), score, FIRST_DAY - timedelta(1))
    assert shop.select(days=3) == ["high", "middle", "low"]


def test_a_day_uses_only_rankings_from_earlier_days(shop: Shop):
    shop.channel()
    products = {sku: shop.product(sku) for sku in ("a", "b")}
    for sku, day, score in (("a", -3, "0.9"), ("b", -3, "0.1"), ("a", 0, "0.1"), ("b", 0, "0.9")):
        shop.prioritize(products[sku], score, FIRST_DAY + timedelta(day))
    assert shop.select() == ["a"]
    factors = shop.value("select factors from content.product_selections")
    assert factors["recency"] == {"weight": 1, "value": 0.9}
    assert factors["choice"]["priorities_of"] == str(FIRST_DAY - timedelta(3))


def test_without_a_ranking_every_product_has_the_same_score(stocked: Shop):
    stocked.select(days=3)
    assert stocked.execute("select distinct score::text from content.product_selections") == [("0.500000",)]


def test_only_products_that_are_listed_on_the_day_and_have_a_page_are_selected(shop: Shop):
    shop.channel()
    later = datetime(2025, 11, 10, tzinfo=UTC)
    shop.product("no-page", product_url=None)
    shop.product("gone", is_active=False, deactivated_at=datetime(2025, 11, 2, tzinfo=UTC))
    shop.product("not-yet", first_seen_at=later, observed_at=later)
    assert shop.select() == []
    shop.product("left-later", is_active=False, deactivated_at=later)
    assert shop.select() == ["left-later"]
    assert shop.select(date(2025, 11, 10)) == ["left-later", "not-yet"]


def test_a_channel_needs_a_schedule_or_an_approval_rule(shop: Shop):
    shop.product("kilt")
    shop.channel("facebook", is_scheduled=False)
    shop.channel("linkedin", is_scheduled=False)
    shop.channel("twitter")
    assert shop.select() == ["kilt"]
    shop.approve_by_rule("linkedin")
    assert shop.select() == ["kilt", "kilt"]
    shop.execute("update publishing.publishing_schedules set is_active = false")
    shop.execute("update content.approval_rules set is_active = false")
    assert shop.select(FIRST_DAY + timedelta(1)) == ["kilt", "kilt"]


@pytest.mark.parametrize(
    "statement",
    [
        "update channels.platform_channels set status = 'not_implemented'",
        "update channels.platforms set status = 'inactive'",
        "update tenancy.organizations set is_active = false",
        "update publishing.publishing_schedules set starts_on = '2025-11-04'",
        "update content.content_templates set is_active = false",
    ],
)
def test_nothing_inactive_gets_a_product(stocked: Shop, statement: str):
    stocked.execute(statement)
    assert stocked.select() == []


def test_channels_of_the_same_day_are_independent(stocked: Shop):
    stocked.channel("linkedin")
    stocked.select(days=6)
    for platform in ("facebook", "linkedin"):
        rows = stocked.execute("select product_id from content.product_selections where platform = %s", [platform])
        assert len(set(rows)) == 6


def test_turns_belong_to_top_level_categories(shop: Shop):
    shop.channel()
    clothes, tins = shop.category("Clothes"), shop.category("Tins")
    for name in ("Kilts", "Scarves", "Hats"):
        shop.product(name.lower(), shop.category(name, clothes))
    shop.product("tin", tins)
    assert [sku == "tin" for sku in shop.select(days=4)].index(True) <= 1


def test_a_cycle_of_categories_does_not_block_the_selection(shop: Shop):
    shop.channel()
    kilts = shop.category("Kilts")
    hats = shop.category("Hats", kilts)
    shop.execute("update catalogue.categories set parent_category_id = %s where category_id = %s", [hats, kilts])
    shop.product("kilt", kilts)
    assert shop.select() == ["kilt"]


def test_a_product_gets_a_template_that_requires_only_known_facts(shop: Shop):
    shop.channel()
    shop.product("bare", description=None, price=None, currency=None)
    shop.select(days=3, no_repeat_days=1)
    bodies = shop.execute(
        "select distinct v.body from content.product_selections as s join content.content_template_versions as v"
        " using (organization_id, template_id)"
    )
    assert bodies
    assert not any("{category}" in body or "shelf" in body for (body,) in bodies)


def test_a_template_of_the_category_comes_first_then_one_of_the_platform(shop: Shop):
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.product("tin", shop.category("Tins"))
    for name, platform, category in (("of platform", "facebook", None), ("of category", None, "Kilts")):
        template = shop.insert(
            "content.content_templates", "template_id", template_name=name, template_kind="story", platform=platform,
            category_name=category,
        )  # fmt: skip
        shop.insert(
            "content.content_template_versions", "version", template_id=template, version=1, body="{product_name}"
        )
    shop.select(days=2)
    assert dict(
        shop.execute(
            "select p.sku, t.template_name from content.product_selections as s join content.content_templates as t"
            " using (organization_id, template_id) join catalogue.products as p using (organization_id, product_id)"
        )
    ) == {"kilt": "of category", "tin": "of platform"}


def test_templates_take_turns(shop: Shop):
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.select(days=6, no_repeat_days=1)
    rows = shop.execute("select template_id from content.product_selections order by selected_on")
    assert len(set(rows)) == 6


def test_a_broken_template_is_not_selected(shop: Shop):
    shop.channel()
    shop.product("kilt")
    shop.execute("update content.content_templates set is_active = false")
    template = shop.insert("content.content_templates", "template_id", template_name="broken", template_kind="story")
    shop.insert("content.content_template_versions", "version", template_id=template, version=1, body="{product_sku}")
    assert shop.select() == []
    shop.insert("content.content_template_versions", "version", template_id=template, version=2, body="{product_name}")
    assert shop.select() == ["kilt"]


@pytest.mark.both_servers
def test_the_number_of_variations_is_configurable(shop: Shop):
    shop.channel()
    shop.product("kilt")
    shop.rule("variations", value=3)
    shop.select()
    assert shop.value("select variations from content.product_selections") == 3


@settings(
    max_examples=number_of_histories(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    no_repeat_days=st.integers(1, 12),
    scores=st.lists(st.integers(0, 1000), min_size=24, max_size=24),
)
def test_any_catalogue_is_treated_fairly_and_repeatably(
    shop: Shop, sizes: list[int], no_repeat_days: int, scores: list[int]
):
    for table in ("content.product_selections", "engagement.priority_inputs", "catalogue.product_categories",
                  "catalogue.products", "catalogue.categories"):  # fmt: skip
        shop.execute(f"delete from {table}")
    if not shop.execute("select 1 from channels.platforms"):
        shop.channel()
    remaining = iter(scores)
    for number, size in enumerate(sizes):
        category = shop.category(f"Category {number}")
        for place in range(size):
            product = shop.product(f"{number}-{place}", category)
            shop.prioritize(product, f"{next(remaining) / 1000}", FIRST_DAY - timedelta(1))
    days = 8
    skus = shop.select(days=days, no_repeat_days=no_repeat_days)
    assert len(skus) == days
    _assert_no_avoidable_repeat(skus, sum(sizes), no_repeat_days)
    if no_repeat_days <= min(sizes):
        categories = [sku.partition("-")[0] for sku in skus]
        turns = Counter(categories)
        assert max(turns.values()) - min(turns[str(number)] for number in range(len(sizes))) <= 1
        assert len(sizes) == 1 or all(category != following for category, following in pairwise(categories))
    shop.execute("delete from content.product_selections")
    assert shop.select(days=days, no_repeat_days=no_repeat_days) == skus


def _assert_no_avoidable_repeat(skus: list[str], products: int, no_repeat_days: int) -> None:
    for day, sku in enumerate(skus):
        recent = skus[max(0, day - no_repeat_days + 1) : day]
        if len(set(recent)) < products:
            assert sku not in recent
