"""`syndication usage`: what APIs have cost, and what is left of budgets and quotas."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url, month_of
from syndication_assets.cli.listing import SECONDS_TO_WAIT, printable
from syndication_assets.database.connection import transaction
from syndication_assets.database.sessions.locks import waiting_at_most
from syndication_assets.operations.usage.usage_report import (
    MonthOfProvider,
    UsageReport,
    UsedBudget,
    UsedQuota,
    read_usage,
)
from syndication_assets.settings import Settings


@click.command()
@click.option("--month", metavar="YYYY-MM", help="Only this month; default: last month and this month.")
@click.option("--organization", metavar="SLUG", help="Only this organization; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs.")
@command
def usage(month: str | None, organization: str | None, as_json: bool) -> None:
    """Shows what APIs have cost by month and provider, what this month will cost if it goes on like this, and how much
    of budgets and quotas is used now.
    """
    now = datetime.now(UTC)
    this_month = now.date().replace(day=1)
    first_month = last_month = month_of(month) if month else this_month
    if month is None:
        first_month = (this_month - timedelta(days=1)).replace(day=1)
    with (
        waiting_at_most(SECONDS_TO_WAIT),
        transaction(migrated_database_url(Settings.from_environment())) as connection,
    ):
        report = read_usage(connection, first_month, last_month, organization, now)
    if as_json:
        click.echo(json.dumps(_as_json(report), default=str, ensure_ascii=True, indent=2))
        return
    _show(report, first_month, last_month)


def _as_json(report: UsageReport) -> dict[str, Any]:
    return {
        "months": [row._asdict() for row in report.months],
        "budgets": [row._asdict() for row in report.budgets],
        "quotas": [row._asdict() for row in report.quotas],
    }


def _show(report: UsageReport, first_month: date, last_month: date) -> None:
    if not report.months:
        span = f"{first_month:%Y-%m}" if first_month == last_month else f"{first_month:%Y-%m} and {last_month:%Y-%m}"
        click.echo(f"No API was called in {span}.")
    for row in report.months:
        click.echo(printable(_month_line(row)))
    if report.budgets:
        click.echo("\nBudgets")
    for budget in report.budgets:
        click.echo(printable(f"  {_budget_line(budget)}"))
    if report.quotas:
        click.echo("\nQuotas")
    for quota in report.quotas:
        click.echo(printable(f"  {_quota_line(quota)}"))


def _month_line(row: MonthOfProvider) -> str:
    calls = f"{row.calls:,} call{'' if row.calls == 1 else 's'}"
    failed = f", {row.failures:,} failed" if row.failures else ""
    costs = ""
    if row.currency is not None:
        costs = f"  {row.cost or 0:.4f} {row.currency}"
        costs += f" and {row.expected_cost:.4f} reserved for calls of unknown cost" if row.expected_cost else ""
        costs += f", {row.projected_cost:.2f} projected for the month" if row.projected_cost is not None else ""
    return f"{row.month}  {row.organization:12} {row.provider:16} {calls}{failed}{costs}"


def _budget_line(budget: UsedBudget) -> str:
    provider = "" if budget.provider == "all" else f" for {budget.provider}"
    share = "" if budget.used_percent is None else f" ({budget.used_percent:.0f} %)"
    return (
        f"{budget.organization:12} {budget.period}{provider}: {budget.used:.4f} of {budget.amount:f} {budget.currency} "
        f"used{share}, {budget.projected:.2f} projected"
    )


def _quota_line(quota: UsedQuota) -> str:
    whose = " ".join(filter(None, [quota.organization, quota.account_id])) or "installation"
    return (
        f"{whose:12} {quota.provider}: {quota.used:,} of {quota.amount:,} {quota.unit} in "
        f"{quota.window_seconds:,} seconds ({quota.used_percent:.0f} %)"
    )
