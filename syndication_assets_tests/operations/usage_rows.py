"""Calls of APIs, their prices and days, for tests."""

from datetime import date, timedelta
from typing import Any

from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.rows import DatabaseRows


class UsageRows(DatabaseRows):
    """The calls of the only organization of a database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")

    def call(self, at: str, **values: Any) -> None:
        """A successful actor run, unless the values say otherwise."""
        self.execute("select operations.ensure_month_partitions('operations.api_usage', %s::date, %s::date)", [at, at])
        values = {"provider": "apify", "operation": "run_actor", "is_successful": True, "used_at": at, **values}
        self.insert("operations.api_usage", "usage_id", **values)

    def price(self, amount: str = "0.005", currency: str = "USD") -> None:
        """The price of a scraped item."""
        self.execute(
            "insert into operations.api_unit_prices (provider, operation, unit, valid_from, currency, amount)"
            " values ('apify', 'run_actor', 'items', '2026-01-01', %s, %s)",
            [currency, amount],
        )

    def budget(self, amount: str, provider: str = "all", currency: str = "USD") -> None:
        """A budget of a month."""
        self.execute(
            "insert into operations.budgets (organization_id, period, provider, amount, currency)"
            " values (%s, 'month', %s, %s, %s)",
            [self.organization_id, provider, amount, currency],
        )

    def calls(self, columns: str = "*") -> list[dict[str, Any]]:
        """All calls, the oldest first."""
        return self.records(f"select {columns} from operations.api_usage order by used_at, usage_id")

    def compute(self, first: date, days: int = 1) -> dict[str, int]:
        """Materializes the days; returns the numbers of rows."""
        with transaction(self.url) as connection:
            return compute_rollup(connection, "operations", "api_usage_daily", first, first + timedelta(days=days))
