"""`unit_prices`: what one unit of a paid call costs, for APIs without models."""

from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Currency, Day, Entry, Number, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section, check_source

_KEY = ("provider", "operation", "unit", "valid_from")


class UnitPrice(Entry):
    """What one unit of a paid call costs from a day on: the budget that a call reserves before it is made."""

    provider: Text = Field(description="Provider of the calls, such as apify.")
    operation: Text = Field(description="The operation that is charged, as in operations.api_usage, such as run_actor.")
    unit: Text = Field(description="What is charged, such as items.")
    valid_from: Day = Field(description="First UTC day of the price.")
    currency: Currency
    amount: Annotated[Number, Field(ge=0, max_digits=14, decimal_places=8)] = Field(description="Price of one unit.")
    source_url: Text | None = Field(default=None, description="Page on which the provider states the price.")
    checked_on: Day | None = Field(default=None, description="Day on which a person read the price there.")


def _write(context: Context, price: UnitPrice) -> None:
    upsert(context.connection, "operations.api_unit_prices", _KEY, price.model_dump())


def _remove(context: Context, price: UnitPrice) -> None:
    delete(context.connection, "operations.api_unit_prices", {name: getattr(price, name) for name in _KEY})


UNIT_PRICES = Section(
    name="unit_prices",
    noun="price of a unit",
    removed="What was spent stays recorded.",
    entry=UnitPrice,
    permission="rules.edit",
    key=_KEY,
    read=reader(
        UnitPrice,
        "select provider, operation, unit, valid_from, currency, amount, source_url, checked_on"
        " from operations.api_unit_prices order by provider, operation, unit, valid_from",
    ),
    write=_write,
    remove=_remove,
    check=check_source,
)
