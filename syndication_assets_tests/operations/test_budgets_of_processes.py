"""Budgets hold for calls of language models, however many processes make them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest

from syndication_assets.operations.usage.api_usage import Reservation, reserve
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets_tests.rows import DatabaseRows

pytestmark = pytest.mark.one_server

PROCESSES, CALLS = 4, 6


def make_calls(url: str, organization_id: str, today: date) -> int:
    """What one process does, on a connection of its own: how many of its calls, of 0.01 each, the budget allowed."""
    made = 0
    with psycopg.connect(url) as connection:
        price = read_spending(connection, organization_id, "test", "small", today).price
        for _ in range(CALLS):
            call = Reservation(
                organization_id, "test", "write_post", "small", datetime.now(UTC), Decimal("0.01"), price
            )
            (usage_id,) = reserve(connection, [call])
            connection.commit()
            made += isinstance(usage_id, str)
    return made


@pytest.mark.parametrize("is_locked", [True, False])
def test_processes_together_spend_a_budget_and_not_more(database_url: str, is_locked: bool):
    rows = DatabaseRows()
    rows.url = database_url
    organization_id = rows.value("select organization_id from tenancy.organizations")
    rows.execute(
        "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price) values ('test', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2)"
    )
    rows.execute(
        "insert into operations.budgets (organization_id, period, amount, currency) values (%s, 'month', 0.1, 'USD')",
        [organization_id],
    )
    # The negative control takes no lock and waits before it writes.
    (definition,) = rows.rows("select pg_get_functiondef('operations.reserve_calls(jsonb)'::regprocedure)")[0]
    if not is_locked:
        unlocked = re.sub(r"perform pg_advisory_xact_lock\(.*\);", "null;", definition)
        definition = re.sub(
            r"if problem_found is null then\s+insert",
            "if problem_found is null then perform pg_sleep(0.05); insert",
            unlocked,
        )
        rows.execute(definition)
    today = datetime.now(UTC).date()
    with ThreadPoolExecutor(PROCESSES) as pool:
        work = [pool.submit(make_calls, database_url, organization_id, today) for _ in range(PROCESSES)]
        made = sum(each.result() for each in work)
    assert (made == 10) is is_locked, made
