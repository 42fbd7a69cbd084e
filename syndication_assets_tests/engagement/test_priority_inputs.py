"""The ranking is stored by its inputs: few rows, any order of days, and the score of each day as it always was."""

from random import Random
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.database.migrating import migrations
from syndication_assets_tests.engagement.published_products import Shop
from syndication_assets_tests.engagement.snapshots import History, day, moment

DAYS = 12
# The factors of a day as they were computed before the inputs were stored: from the products and targets themselves.
_MODEL = """
with ended as (
    select c.product_id, t.published_at, coalesce(t.published_at, a.finished_at) as ended_at
    from publishing.post_targets as t
    left join (
        select target_id, max(finished_at) as finished_at from publishing.publish_attempts group by target_id
    ) as a using (target_id)
    inner join content.posts_content as x using (organization_id, content_id)
    inner join content.posts_core as c
        on x.organization_id = c.organization_id and x.post_core_id = c.post_core_id
    where t.state in ('published', 'failed') and not t.is_simulated
),
known as (
    select
        p.product_id,
        d.day,
        (d.day + 1)::timestamp at time zone 'utc' as until,
        p.first_seen_at
    from catalogue.products as p
    cross join generate_series(0, %(days)s - 1) as n
    cross join lateral (select %(first_day)s::date + n as day) as d
    where p.first_seen_at < (d.day + 1)::timestamp at time zone 'utc'
)
select
    k.product_id,
    k.day,
    round(
        coalesce(1 - power(0.5, extract(epoch from k.until - t.last) / extract(epoch from r.half_life)), 1), 6
    ) as recency,
    round(power(0.5, extract(epoch from k.until - k.first_seen_at) / extract(epoch from f.half_life)), 6) as freshness,
    round(t.published::numeric / nullif(t.ended, 0), 6) as success_rate
from known as k
left join lateral (
    select max(published_at) as last, count(published_at) as published, count(*) as ended
    from ended as e where e.product_id = k.product_id and e.ended_at < k.until
) as t on true
cross join (select half_life from engagement.priority_factors where factor_name = 'recency') as r
cross join (select half_life from engagement.priority_factors where factor_name = 'freshness') as f
"""


@pytest.fixture
def shop(database_url: str) -> Shop:
    """Products of different days, two of them published, one target failed."""
    shop = Shop(History(database_url))
    scarf, kilt = shop.product("scarf", moment(1)), shop.product("kilt", moment(1, "07:30"))
    for number in range(2, 6):
        shop.product(f"rug-{number}", moment(number))
    post = shop.publish(scarf, moment(3, "09:00"))
    shop.end(shop.target(kilt, moment(4, "08:00")), "failed", moment(4, "08:01"))
    shop.history.daily(post, "reactions", {3: 1, 4: 9, 6: 12})
    shop.publish(kilt, moment(7, "09:00"))
    for table in ("post_engagement_daily", "product_post_performance"):
        shop.history.roll_up(table, 1, DAYS)
    return shop


def priorities(shop: Shop) -> list[dict[str, Any]]:
    columns = "product_id, platform, channel_type, calculated_on, score, factors"
    rows = shop.history.execute(
        f"select {columns} from engagement.content_priorities"
        " order by product_id, platform, channel_type, calculated_on"
    )
    return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]


def inputs(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.history.execute(
        "select platform, channel_type, product_id, inputs_key, days::text from engagement.priority_inputs"
        " order by 1, 2, 3, 4"
    )


@pytest.mark.both_servers
def test_every_day_has_the_factors_that_the_model_computes(shop: Shop):
    shop.history.roll_up("content_priorities", 1, DAYS)
    expected = {
        (product_id, on): {"recency": recency, "freshness": freshness, "success_rate": success_rate}
        for product_id, on, recency, freshness, success_rate in shop.history.execute(
            _MODEL, {"first_day": day(1), "days": DAYS}
        )
    }
    found = priorities(shop)
    assert {(row["product_id"], row["calculated_on"]) for row in found} == expected.keys()
    for row in found:
        for factor, value in expected[row["product_id"], row["calculated_on"]].items():
            stored = row["factors"][factor]["value"]
            assert stored == (None if value is None else pytest.approx(float(value), abs=1e-9)), (factor, row)


def test_products_that_nothing_happens_to_have_one_row_for_all_days(shop: Shop):
    shop.history.roll_up("content_priorities", 1, DAYS)
    rows = shop.history.value(
        "select count(*) from engagement.priority_inputs inner join catalogue.products using (product_id)"
        " where last_published_at is null and success_rate is null and engagement_rank is null and sku like 'rug%'"
    )
    assert rows == 4
    assert len(inputs(shop)) * 3 < len(priorities(shop))


def test_days_in_any_order_and_again_give_the_same_rows(shop: Shop):
    shop.history.roll_up("content_priorities", 1, DAYS)
    clean, clean_inputs = priorities(shop), inputs(shop)
    again = shop.history.roll_up("content_priorities", 4, 6)
    assert (again["rows_written"], again["rows_removed"]) == (0, 0)
    shop.history.execute("delete from engagement.priority_inputs")
    numbers = list(range(1, DAYS + 1))
    Random(7).shuffle(numbers)
    for number in numbers:
        shop.history.roll_up("content_priorities", number)
    assert (priorities(shop), inputs(shop)) == (clean, clean_inputs)


def test_a_day_whose_inputs_changed_leaves_its_row(shop: Shop):
    shop.history.roll_up("content_priorities", 1, DAYS)
    shop.history.execute("update engagement.priority_factors set factor_weight = 0.9 where factor_name = 'freshness'")
    before = priorities(shop)
    shop.history.roll_up("content_priorities", 5)
    for old, new in zip(before, priorities(shop), strict=True):
        assert (old == new) == (new["calculated_on"] != day(5))


def test_rankings_of_the_release_before_keep_every_score_in_both_directions(shop: Shop):
    """The migration finds the inputs of products that were never posted, and keeps the factors of all others."""
    shop.history.roll_up("content_priorities", 1, DAYS)
    before, stored = priorities(shop), len(inputs(shop))
    migrations.rollback(shop.history.url, steps=_steps_to_0018())
    assert priorities(shop) == before
    migrations.migrate(shop.history.url)
    assert priorities(shop) == before
    kept = shop.history.value("select count(*) from engagement.priority_inputs where known_score is not null")
    assert 0 < kept < len(before)
    assert stored < len(inputs(shop)) < len(before)
    with transaction(shop.history.url) as connection:
        assert connection.execute("select count(*) from engagement.priority_inputs").fetchall()[0][0] > 0


def _steps_to_0018() -> int:
    return sum(name >= "0019" for name in _names())


def _names() -> list[str]:
    from syndication_assets.database.connection import SQL_DIRECTORY  # noqa: PLC0415

    return sorted(path.name for path in (SQL_DIRECTORY / "migrations").glob("*.up.sql"))


def test_a_reader_sees_the_rankings_of_its_organization_only(shop: Shop):
    shop.history.roll_up("content_priorities", 1)
    with psycopg.connect(shop.history.url) as connection:
        connection.execute("set role syndication_reader")
        assert connection.execute("select count(*) from engagement.content_priorities").fetchall() == [(0,)]
        connection.execute("select set_config('app.organization_id', %s, false)", [shop.history.organization_id])
        assert connection.execute("select count(*) from engagement.content_priorities").fetchall() != [(0,)]
