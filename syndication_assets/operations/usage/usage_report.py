"""What APIs have cost by month and provider, and what is used of budgets and quotas now."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql


class MonthOfProvider(NamedTuple):
    """A row of usage_by_month.sql."""

    organization: str
    month: str
    """As 2026-01."""
    provider: str
    currency: str | None
    """None for calls without a price."""
    calls: int
    failures: int
    quota_units: int
    cost: Decimal | None
    """Known cost; None if none is known."""
    expected_cost: Decimal | None
    """Reserved for calls whose cost is unknown."""
    projected_cost: Decimal | None
    """Of the whole month if it goes on like this; None for months that are over and calls without a price."""


class UsedBudget(NamedTuple):
    """A budget in this UTC day or month."""

    organization: str
    period: str
    provider: str
    amount: Decimal
    currency: str
    used: Decimal
    used_percent: Decimal | None
    projected: Decimal


class UsedQuota(NamedTuple):
    """A quota in its window; organization and account are None where calls of all are counted together."""

    provider: str
    unit: str
    window_seconds: int
    organization: str | None
    account_id: str | None
    amount: int
    used: int
    used_percent: Decimal


@dataclass(frozen=True, slots=True)
class UsageReport:
    """All of it."""

    months: list[MonthOfProvider]
    budgets: list[UsedBudget]
    quotas: list[UsedQuota]


def read_usage(
    connection: Connection, first_month: date, last_month: date, organization: str | None, moment: datetime
) -> UsageReport:
    """The months from one to another, given by their first days, of one organization by its slug, or of all."""
    months = connection.execute(
        load_sql("operations/usage_by_month.sql"),
        {"first_month": first_month, "last_month": last_month, "organization": organization, "moment": moment},
    ).fetchall()
    budgets = connection.execute(
        "select o.slug, b.period, b.provider, b.amount, b.currency, b.used, round(b.used_percent, 1),"
        " round(b.projected, 4) from operations.budgets_used(%s) as b join tenancy.organizations as o"
        " using (organization_id) where coalesce(o.slug = %s::text, true) order by 1, 2, 3",
        [moment, organization],
    ).fetchall()
    quotas = connection.execute(
        "select q.provider, q.unit, q.window_seconds, o.slug, q.account_id, q.amount, q.used, round(q.used_percent, 1)"
        " from operations.quotas_used(%s) as q left join tenancy.organizations as o using (organization_id)"
        " where coalesce(o.slug = %s::text, true) order by 1, 2, 3, 4, 5",
        [moment, organization],
    ).fetchall()
    return UsageReport(
        [MonthOfProvider(*row) for row in months],
        [UsedBudget(*row) for row in budgets],
        [UsedQuota(*row) for row in quotas],
    )
