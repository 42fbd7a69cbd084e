"""`budgets`: what the organization may spend on paid calls."""

from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Currency, Entry, Number
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section


class Budget(Entry):
    """The most that paid calls may cost in a UTC day or month."""

    period: Literal["day", "month"]
    amount: Annotated[Number, Field(ge=0, max_digits=14, decimal_places=4)] = Field(
        description="The most that paid calls may cost in the period."
    )
    currency: Currency


def _write(context: Context, budget: Budget) -> None:
    values = {"organization_id": context.organization_id, **budget.model_dump()}
    upsert(context.connection, "operations.budgets", ("organization_id", "period"), values)


def _remove(context: Context, budget: Budget) -> None:
    key = {"organization_id": context.organization_id, "period": budget.period}
    delete(context.connection, "operations.budgets", key)


BUDGETS = Section(
    name="budgets",
    entry=Budget,
    permission="budgets.edit",
    key=("period",),
    read=reader(
        Budget,
        "select period, amount, currency from operations.budgets where organization_id = %(organization_id)s"
        " order by period",
    ),
    write=_write,
    remove=_remove,
)
