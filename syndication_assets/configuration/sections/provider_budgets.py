"""`provider_budgets`: what the organization may spend on the paid calls of one provider."""

from pydantic import Field

from syndication_assets.configuration.entry import Currency, Entry, Text
from syndication_assets.configuration.rows import reader
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.configuration.sections.budgets import (
    ALL_PROVIDERS,
    Amount,
    Period,
    remove_budget,
    write_budget,
)


class ProviderBudget(Entry):
    """The most that paid calls of one provider may cost in a UTC day or month."""

    provider: Text = Field(description="Provider of the calls, as `syndication usage` names it, such as apify.")
    period: Period
    amount: Amount
    currency: Currency


def _check(_: Context, budget: ProviderBudget) -> list[Finding]:
    if budget.provider == ALL_PROVIDERS:
        return [Finding("provider", "all providers together have their budgets in `budgets`")]
    return []


def _write(context: Context, budget: ProviderBudget) -> None:
    write_budget(context, budget.provider, budget)


def _remove(context: Context, budget: ProviderBudget) -> None:
    remove_budget(context, budget.provider, budget.period)


PROVIDER_BUDGETS = Section(
    name="provider_budgets",
    noun="budget for one provider",
    removed="What was spent stays recorded.",
    entry=ProviderBudget,
    permission="budgets.edit",
    key=("provider", "period"),
    read=reader(
        ProviderBudget,
        "select provider, period, amount, currency from operations.budgets"
        " where organization_id = %(organization_id)s and provider <> 'all' order by provider, period",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
