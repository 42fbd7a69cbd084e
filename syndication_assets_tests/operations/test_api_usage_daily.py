"""What each day has used and cost: computed from the calls alone, in any order, any number of times."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.usage.usage_assets import CHECKS
from syndication_assets.sql_assets.checks import find_offenders
from syndication_assets_tests.operations.usage_rows import UsageRows

DAY = date(2026, 1, 31)


class Usage(UsageRows):
    def days(self) -> list[tuple[Any, ...]]:
        return self.rows("select * from operations.api_usage_daily order by 1, 2, 3, 4, 5")

    def offenders(self, name: str) -> int:
        (check,) = (check for check in CHECKS if (check.table, check.name) == ("api_usage_daily", name))
        with transaction(self.url) as connection:
            return find_offenders(
                connection, "operations", check, (DAY - timedelta(days=9), DAY + timedelta(days=9))
            ).count


@pytest.fixture
def usage(database_url: str) -> Usage:
    return Usage(database_url)


def fill(usage: Usage) -> None:
    for number in range(20):
        usage.call(
            f"2026-01-31 {number:02}:00Z", latency_ms=100 * (number + 1), cost=Decimal("0.01"), currency="USD",
            units=psycopg.types.json.Jsonb({"items": 10, "bytes": number}),
        )  # fmt: skip
    usage.call("2026-01-31 23:59:59Z", expected_cost=Decimal("0.05"), currency="USD", is_successful=None)
    usage.call("2026-01-31 22:00Z", is_successful=False, latency_ms=7)
    usage.call("2026-02-01 00:00Z", provider="youtube", operation="videos.list", quota_units=3)


def test_a_day_has_one_row_per_operation_and_currency(usage: Usage):
    fill(usage)
    usage.compute(DAY, 2)
    rows = usage.records("select * from operations.api_usage_daily order by activity_date, currency")
    paid, free, youtube = rows
    assert (paid["currency"], paid["calls"], paid["failures"], paid["unsettled"]) == ("USD", 21, 0, 1)
    assert (paid["cost"], paid["expected_cost"]) == (Decimal("0.2"), Decimal("0.05"))
    assert (paid["average_ms"], paid["p95_ms"]) == (Decimal(1050), Decimal(1905))
    assert paid["units"] == {"items": 200, "bytes": 190}
    assert paid["error_rate"] == 0
    assert (free["currency"], free["cost"], free["expected_cost"], free["error_rate"]) == ("XXX", None, None, 1)
    assert (youtube["activity_date"], youtube["quota_units"], youtube["units"]) == (date(2026, 2, 1), 3, {})


def test_any_order_and_any_number_of_times_give_the_same_rows(usage: Usage):
    fill(usage)
    usage.call("2026-01-30 12:00Z")
    days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)]
    usage.compute(days[0], 3)
    expected = usage.days()
    for order in itertools.permutations(days):
        usage.execute("delete from operations.api_usage_daily")
        for day in (*order, *order):
            usage.compute(day)
        assert usage.days() == expected
    assert usage.compute(DAY)["rows_written"] == 0


@pytest.mark.both_servers
def test_a_day_follows_calls_that_are_settled_later_or_released(usage: Usage):
    fill(usage)
    usage.compute(DAY, 2)
    assert usage.offenders("days_match_the_calls") == 0
    usage.execute(
        "update operations.api_usage set cost = 0.04, expected_cost = null, is_successful = true"
        " where is_successful is null"
    )
    usage.execute("delete from operations.api_usage where provider = 'youtube'")
    assert usage.offenders("days_match_the_calls") == 2
    assert usage.compute(DAY, 2)["rows_removed"] == 1
    assert usage.offenders("days_match_the_calls") == 0
    assert usage.value("select sum(cost) from operations.api_usage_daily") == Decimal("0.24")


@pytest.mark.both_servers
def test_an_operation_that_mostly_fails_is_found(usage: Usage):
    for number in range(20):
        usage.call(f"2026-01-31 {number:02}:00Z", is_successful=number < 10)
    usage.compute(DAY)
    assert usage.offenders("few_calls_fail") == 0
    usage.call("2026-01-31 20:00Z", is_successful=False)
    usage.compute(DAY)
    assert usage.offenders("few_calls_fail") == 1


def test_a_month_has_the_costs_of_its_days(usage: Usage):
    fill(usage)
    usage.compute(DAY, 2)
    months = usage.rows("select month, provider, currency, calls, cost from operations.monthly_costs order by 1, 2, 3")
    assert months == [
        (date(2026, 1, 1), "apify", "USD", 21, Decimal("0.2")),
        (date(2026, 1, 1), "apify", "XXX", 1, None),
        (date(2026, 2, 1), "youtube", "XXX", 1, None),
    ]


def test_a_post_has_the_costs_of_its_texts(usage: Usage):
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    usage.call(at.isoformat(), provider="openai", operation="write_post", model="small", cost=Decimal("0.002"),
               currency="USD", price_version=1, input_tokens=100, output_tokens=20)  # fmt: skip
    usage.execute(
        "set session_replication_role = replica; insert into ai.llm_calls"
        " (organization_id, post_core_id, attempt, model, prompt, response, usage_id) select organization_id,"
        " 'pst-00000001', 1, 'small', 'Write.', 'a post', usage_id from operations.api_usage"
    )
    assert usage.rows("select post_core_id, currency, calls, input_tokens, cost from content.post_costs") == [
        ("pst-00000001", "USD", 1, 100, Decimal("0.002"))
    ]
