"""The engagement of a product's posts, and the ranking of products for the next post."""

from decimal import Decimal

import psycopg
import pytest

from syndication_assets.engagement.priorities import CHECKS
from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction
from syndication_assets_tests.engagement.published_products import Shop
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, History, day, moment, without

PERFORMANCE = "product_post_performance"
PRIORITIES = "content_priorities"


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(History(database_url))


def rank(shop: Shop, first: int, last: int | None = None) -> None:
    for table in ("post_engagement_daily", PERFORMANCE, PRIORITIES):
        shop.history.roll_up(table, first, last)


def value(shop: Shop, sku: str, factor: str, number: int) -> float | None:
    return shop.priorities(day(number))[sku]["factors"][factor]["value"]


def offenders(shop: Shop) -> dict[str, int]:
    """The failed checks, with their numbers of offenders."""
    with read_only_transaction(shop.history.url) as connection:
        found = {
            f"{check.table}__{check.name}": find_offenders(connection, "engagement", check, (FIRST_DAY, day(60))).count
            for check in CHECKS
        }
    return {name: count for name, count in found.items() if count}


def test_the_totals_of_a_product_are_the_sums_of_its_published_posts(shop: Shop):
    scarf = shop.product("scarf", moment(1))
    first, second = shop.publish(scarf, moment(1, "09:00")), shop.publish(scarf, moment(2, "09:00"))
    shop.history.daily(first, "reactions", {1: 3, 2: 10})
    shop.history.daily(second, "reactions", {2: 4})
    rank(shop, 1, 2)
    rows = {row["activity_date"]: row for row in shop.history.table_rows(PERFORMANCE)}
    assert {on: (row["posts_observed"], row["engagement_delta"]) for on, row in rows.items()} == {
        day(1): (1, 3),
        day(2): (2, 11),
    }
    assert {row["views_delta"] for row in rows.values()} == {None}, "views were not measured, which is not zero"
    assert offenders(shop) == {}


def test_a_product_that_was_delisted_for_some_days_is_not_ranked_for_them(shop: Shop):
    scarf = shop.product("scarf", moment(1))
    for number, is_listed in ((1, True), (3, False), (5, True)):
        shop.listed(scarf, moment(number), is_listed=is_listed)
    rank(shop, 1, 6)
    assert [number for number in range(1, 7) if shop.priorities(day(number))] == [1, 2, 5, 6]


def test_simulated_posts_have_rows_of_their_own_and_do_not_affect_the_ranking(shop: Shop):
    scarf, kilt = shop.product("scarf", moment(1)), shop.product("kilt", moment(1))
    sent = shop.publish(scarf, moment(1, "09:00"))
    simulated = shop.publish(kilt, moment(1, "10:00"), is_simulated=True)
    shop.history.daily(sent, "reactions", {1: 1})
    shop.history.daily(simulated, "reactions", {1: 1_000})
    rank(shop, 1)
    assert {(row["is_simulated"], row["reactions_delta"]) for row in shop.history.table_rows(PERFORMANCE)} == {
        (False, 1),
        (True, 1_000),
    }
    assert (value(shop, "scarf", "engagement", 1), value(shop, "kilt", "engagement", 1)) == (1, None)


def test_a_sample_organization_ranks_by_its_simulated_numbers(shop: Shop):
    shop.history.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    post = shop.publish(shop.product("kilt", moment(1)), moment(1, "10:00"), is_simulated=True)
    shop.history.daily(post, "reactions", {1: 5})
    rank(shop, 1)
    assert value(shop, "kilt", "engagement", 1) == 1


def test_recency_is_1_for_a_product_never_posted_and_0_for_one_posted_at_the_end_of_the_day(shop: Shop):
    shop.publish(shop.product("scarf", moment(1)), moment(2, "23:59:59.999999"))
    shop.product("kilt", moment(1))
    rank(shop, 1, 16)
    assert value(shop, "kilt", "recency", 16) == 1
    assert value(shop, "scarf", "recency", 2) == 0
    assert value(shop, "scarf", "recency", 16) == pytest.approx(0.5, abs=1e-6), "after one half-life"


def test_a_ranking_ignores_later_days(shop: Shop):
    scarf = shop.product("scarf", moment(1))
    shop.product("late", moment(3))
    rank(shop, 1, 2)
    before = without(shop.history.table_rows(PRIORITIES), "updated_at")
    post = shop.publish(scarf, moment(3, "09:00"))
    shop.history.daily(post, "reactions", {3: 50})
    rank(shop, 1, 3)
    after = [
        row for row in without(shop.history.table_rows(PRIORITIES), "updated_at") if row["calculated_on"] <= day(2)
    ]
    assert after == before
    assert shop.priorities(day(2)).keys() == {"scarf"}
    assert shop.priorities(day(3)).keys() == {"scarf", "late"}


def test_old_engagement_fades_and_the_most_engaging_product_has_rank_1(shop: Shop):
    old = shop.publish(shop.product("old", moment(1)), moment(1, "09:00"))
    new = shop.publish(shop.product("new", moment(1)), moment(40, "09:00"))
    shop.history.daily(old, "reactions", {1: 15})
    shop.history.daily(new, "reactions", {40: 10})
    rank(shop, 1, 40)
    assert (value(shop, "new", "engagement", 40), value(shop, "old", "engagement", 40)) == (1, 0.5)
    assert value(shop, "old", "engagement", 39) == 1


def test_success_rate_is_published_targets_out_of_published_and_failed_ones(shop: Shop):
    scarf = shop.product("scarf", moment(1))
    shop.end(shop.target(scarf, moment(1, "08:00")), "failed", moment(1, "08:01"))
    shop.publish(scarf, moment(1, "09:00"))
    shop.target(scarf, moment(1, "10:00"))
    rank(shop, 1)
    assert value(shop, "scarf", "success_rate", 1) == 0.5


def test_the_score_is_the_weighted_mean_of_the_known_factors(shop: Shop):
    shop.product("scarf", moment(1, "00:00"))
    rank(shop, 1)
    row = shop.priorities(day(1))["scarf"]
    freshness = Decimal(str(row["factors"]["freshness"]["value"]))
    assert row["factors"]["engagement"] == {"weight": 0.4, "value": None}
    assert row["score"] == pytest.approx(
        (Decimal("0.3") + Decimal("0.2") * freshness) / Decimal("0.5"), abs=Decimal("0.000002")
    )


def test_a_changed_weight_counts_at_the_next_run(shop: Shop):
    shop.product("scarf", moment(1))
    shop.history.execute("update engagement.priority_factors set is_active = false where factor_name <> 'recency'")
    rank(shop, 1)
    row = shop.priorities(day(1))["scarf"]
    assert (row["score"], set(row["factors"])) == (1, {"recency"})


def test_delisted_products_and_channels_without_a_schedule_are_not_ranked(shop: Shop):
    shop.product("gone", moment(1), deactivated_at=moment(2))
    rank(shop, 1, 2)
    assert shop.priorities(day(1)).keys() == {"gone"}
    assert shop.priorities(day(2)) == {}
    shop.history.execute("update publishing.publishing_schedules set is_active = false")
    rank(shop, 1, 2)
    assert shop.history.table_rows(PRIORITIES) == []


def test_a_second_run_writes_nothing_and_days_may_come_in_any_order(shop: Shop):
    post = shop.publish(shop.product("scarf", moment(1)), moment(1, "09:00"))
    shop.product("kilt", moment(2))
    shop.history.daily(post, "reactions", {1: 1, 2: 5, 3: 9})
    rank(shop, 1, 3)
    expected = {table: without(shop.history.table_rows(table), "updated_at") for table in (PERFORMANCE, PRIORITIES)}
    for table in (PERFORMANCE, PRIORITIES):
        assert shop.history.roll_up(table, 1, 3)["rows_written"] == 0
    shop.history.execute(f"delete from engagement.{PERFORMANCE}")
    shop.history.execute("delete from engagement.priority_inputs")
    for number in (3, 1, 2):
        shop.history.roll_up(PERFORMANCE, number)
    for number in (2, 3, 1):
        shop.history.roll_up(PRIORITIES, number)
    assert {
        table: without(shop.history.table_rows(table), "updated_at") for table in (PERFORMANCE, PRIORITIES)
    } == expected


def test_a_late_file_changes_the_totals_of_its_product(shop: Shop):
    post = shop.publish(shop.product("scarf", moment(1)), moment(1, "09:00"))
    shop.history.daily(post, "reactions", {1: 1, 3: 9})
    rank(shop, 1, 3)
    shop.history.daily(post, "reactions", {2: 5})
    rank(shop, 2)
    deltas = {row["activity_date"]: row["engagement_delta"] for row in shop.history.table_rows(PERFORMANCE)}
    assert deltas == {day(1): 1, day(2): 4, day(3): 4}, "the day after the late file too"


@pytest.mark.both_servers
@pytest.mark.parametrize(
    ("damage", "check_name"),
    [
        (
            "update engagement.product_post_performance set engagement_delta = 7",
            "product_post_performance__totals_equal_their_posts",
        ),
        ("delete from engagement.product_post_performance", "product_post_performance__totals_equal_their_posts"),
        (
            """update engagement.priority_inputs set first_seen_at = null, known_score = 0.9,
            known_factors = '{"recency": {"weight": 1, "value": 0.1}}'""",
            "content_priorities__scores_are_weighted_means",
        ),
        (
            """insert into engagement.priority_inputs (organization_id, platform, channel_type, product_id, inputs_key,
            days, weights, first_seen_at) select organization_id, platform, channel_type, product_id, 'another', days,
            weights, first_seen_at from engagement.priority_inputs""",
            "content_priorities__each_day_has_one_row",
        ),
        (
            "insert into engagement.priority_factors values ('moon', 0.5, null, 'Phase of the moon.')",
            "priority_factors__every_factor_is_computed",
        ),
    ],
)
def test_each_check_detects_its_damage(shop: Shop, damage: str, check_name: str):
    post = shop.publish(shop.product("scarf", moment(1)), moment(1, "09:00"))
    shop.history.daily(post, "reactions", {1: 3})
    rank(shop, 1)
    assert offenders(shop) == {}
    with psycopg.connect(shop.history.url, autocommit=True) as connection:
        connection.execute(damage)
    assert check_name in offenders(shop)


def test_the_posts_about_one_variant_count_for_all_variants_on_its_page(shop: Shop):
    page = "https://shop.example/kilt"
    red, blue = (shop.product(sku, moment(1), product_url=f"{page}#{sku}") for sku in ("red", "blue"))
    shop.product("scarf", moment(1), product_url="https://shop.example/scarf")
    first, second = shop.publish(red, moment(1, "09:00")), shop.publish(blue, moment(2, "09:00"))
    shop.history.daily(first, "reactions", {1: 3, 2: 10})
    shop.history.daily(second, "reactions", {2: 4})
    rank(shop, 1, 3)
    ranked = shop.priorities(day(3))
    assert ranked["red"]["score"] == ranked["blue"]["score"] != ranked["scarf"]["score"]
    assert value(shop, "red", "recency", 3) == value(shop, "blue", "recency", 3) < value(shop, "scarf", "recency", 3)
    assert value(shop, "red", "engagement", 3) == 1
