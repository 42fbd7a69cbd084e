"""The checks of quotas, unit prices and daily usage find what they are for, and nothing in intact rows."""

from datetime import date
from decimal import Decimal

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.usage.usage_assets import CHECKS
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders
from syndication_assets_tests.operations.usage_rows import UsageRows

DAY = date(2026, 1, 31)
OWN = [check for check in CHECKS if check.shared_file is None]
DAMAGES = {
    "paid_operations_have_a_price": "update operations.api_unit_prices set valid_from = '2026-02-01'",
    "quotas_name_their_source": "update operations.api_quotas set source_url = null where provider = 'youtube'",
    "days_match_the_calls": "update operations.api_usage set cost = cost + 0.01",
    "few_calls_fail": "update operations.api_usage_daily set calls = 20, failures = 11",
}


@pytest.mark.parametrize("check", OWN, ids=lambda check: check.name)
def test_a_check_finds_its_damage_and_nothing_else(check: SqlCheck, database_url: str):
    usage = UsageRows(database_url)
    usage.call("2026-01-31 12:00Z", cost=Decimal("0.05"), currency="USD")
    usage.price()
    usage.compute(DAY)

    def offenders() -> int:
        with transaction(database_url) as connection:
            return find_offenders(connection, "operations", check, (DAY, date(2026, 2, 1))).count

    assert offenders() == 0
    usage.execute(DAMAGES[check.name])
    assert offenders() > 0


def test_every_check_has_its_damage():
    assert {check.name for check in OWN} == DAMAGES.keys()
