"""`syndication usage`: last month's cost by provider, this month's projection, budgets and quotas."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.operations.usage.usage_report import read_usage

pytestmark = pytest.mark.one_server


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    return database_url


def call(url: str, used_at: datetime, **values: Any) -> None:
    values = {"provider": "apify", "operation": "run_actor", "is_successful": True, "used_at": used_at, **values}
    with psycopg.connect(url) as connection:
        connection.execute(
            "select operations.ensure_month_partitions('operations.api_usage', %s::date, %s::date)", [used_at, used_at]
        )
        names = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        connection.execute(
            f"insert into operations.api_usage (organization_id, {names})"  # type: ignore[arg-type]
            f" select organization_id, {places} from tenancy.organizations",
            list(values.values()),
        )


def usage(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["usage", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_last_months_cost_is_shown_by_provider(url: str):
    this_month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = this_month - timedelta(days=1)
    for cost in ("0.25", "0.50"):
        call(url, last_month, cost=cost, currency="USD")
    call(url, last_month, provider="youtube", operation="videos.list", is_successful=False)
    call(url, this_month, expected_cost="0.1", currency="USD")
    shown = usage()
    assert f"{last_month:%Y-%m}  default      apify            2 calls  0.7500 USD\n" in shown
    assert f"{last_month:%Y-%m}  default      youtube          1 call, 1 failed\n" in shown
    assert "1 call  0.0000 USD and 0.1000 reserved for calls of unknown cost, " in shown
    assert "projected for the month\n" in shown
    months = json.loads(usage("--json", "--month", f"{last_month:%Y-%m}"))["months"]
    assert [(row["provider"], row["currency"], row["calls"], row["cost"]) for row in months] == [
        ("apify", "USD", 2, "0.75000000"),
        ("youtube", None, 1, None),
    ]
    assert months[0]["projected_cost"] is None


def test_nothing_and_another_organization_are_a_sentence(url: str):
    call(url, datetime.now(UTC))
    assert usage("--organization", "other").startswith("No API was called in ")
    assert usage("--month", "2001-01").startswith("No API was called in 2001-01.")


def test_a_wrong_month_is_told(url: str):
    result = CliRunner().invoke(main, ["usage", "--month", "January"])
    assert (result.exit_code, "write it as 2026-01" in result.output) == (1, True)


def test_the_projection_is_the_cost_by_the_share_of_the_month_that_is_over(database_url: str):
    moment = datetime(2026, 6, 10, tzinfo=UTC)
    call(database_url, datetime(2026, 6, 3, tzinfo=UTC), cost="3", currency="USD")
    with psycopg.connect(database_url) as connection:
        first = moment.date().replace(day=1)
        (row,) = read_usage(connection, first, first, None, moment).months
    assert (row.month, row.projected_cost) == ("2026-06", 10)


def test_budgets_and_quotas_are_shown(url: str):
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into operations.budgets (organization_id, period, provider, amount, currency)"
            " select organization_id, 'month', 'apify', 10, 'USD' from tenancy.organizations"
        )
    call(url, datetime.now(UTC), cost="8", currency="USD")
    call(url, datetime.now(UTC), provider="youtube", operation="videos.list", quota_units=2500)
    shown = usage()
    assert "default      month for apify: 8.0000 of 10.0000 USD used (80 %), " in shown
    assert "installation youtube: 2,500 of 10,000 units in 86,400 seconds (25 %)" in shown
