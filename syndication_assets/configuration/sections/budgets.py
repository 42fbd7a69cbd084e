"""`budgets`: what the organization may spend on the paid calls of all providers together."""

from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Currency, Entry, Number
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section

ALL_PROVIDERS = "all"
"""The provider in the rows of budgets that limit the calls of all of them together."""
Period = Literal["day", "month"]
Amount = Annotated[
    Number,
    Field(ge=0, max_digits=14, decimal_places=4, description="The most that paid calls may cost in the period."),
]


class Budget(Entry):
    """The most that paid calls may cost in a UTC day or month."""

    period: Period
    amount: Amount
    currency: Currency


def write_budget(context: Context, provider: str, budget: Entry) -> None:
    """Gives the organization this budget for the provider, or for `all`."""
    values = {"organization_id": context.organization_id, **budget.model_dump(), "provider": provider}
    upsert(context.connection, "operations.budgets", ("organization_id", "period", "provider"), values)


def remove_budget(context: Context, provider: str, period: str) -> None:
    key = {"organization_id": context.organization_id, "period": period, "provider": provider}
    delete(context.connection, "operations.budgets", key)


def _write(context: Context, budget: Budget) -> None:
    write_budget(context, ALL_PROVIDERS, budget)


def _remove(context: Context, budget: Budget) -> None:
    remove_budget(context, ALL_PROVIDERS, budget.period)


BUDGETS = Section(
    name="budgets",
    noun="budget",
    removed="What was spent stays recorded.",
    entry=Budget,
    permission="budgets.edit",
    key=("period",),
    read=reader(
        Budget,
        "select period, amount, currency from operations.budgets where organization_id = %(organization_id)s"
        " and provider = 'all' order by period",
    ),
    write=_write,
    remove=_remove,
)
