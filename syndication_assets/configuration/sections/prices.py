"""`prices`: what the models of language-model providers cost."""

from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Currency, Day, Entry, Number, Text
from syndication_assets.configuration.rows import reader
from syndication_assets.configuration.section import Context, Section, check_source

_Amount = Annotated[Number, Field(ge=0, max_digits=12, decimal_places=6)]


class Price(Entry):
    """The price of a model from a day on, per million tokens."""

    provider: Text = Field(description="Host name of the server, or openai for OpenAI itself.")
    model: Text = Field(description="The model's name as sent to the provider.")
    valid_from: Day = Field(description="First UTC day of the price.")
    currency: Currency
    input_price: _Amount = Field(description="Per million uncached input tokens.")
    cached_input_price: _Amount = Field(description="Per million cached input tokens.")
    output_price: _Amount = Field(description="Per million output tokens, thoughts included.")
    source_url: Text | None = Field(default=None, description="Page on which the provider states the price.")
    checked_on: Day | None = Field(default=None, description="Day on which a person read the price there.")


def _write(context: Context, price: Price) -> None:
    """A price that was used stays as it is: a correction is a new version, which counts from then on."""
    context.connection.execute(
        "with newest as ("
        "  select * from operations.api_prices where (provider, model, valid_from)"
        "  = (%(provider)s, %(model)s, %(valid_from)s) order by price_version desc limit 1"
        "), noted as ("
        "  update operations.api_prices as p set source_url = %(source_url)s, checked_on = %(checked_on)s from newest n"
        "  where (p.provider, p.model, p.price_version) = (n.provider, n.model, n.price_version)"
        "  and (n.currency, n.input_price, n.cached_input_price, n.output_price)"
        "  = (%(currency)s, %(input_price)s, %(cached_input_price)s, %(output_price)s) returning p.provider"
        ") insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price, source_url, checked_on)"
        " select %(provider)s, %(model)s, coalesce((select max(price_version) from operations.api_prices"
        "   where provider = %(provider)s and model = %(model)s), 0) + 1, %(valid_from)s, %(currency)s,"
        " %(input_price)s, %(cached_input_price)s, %(output_price)s, %(source_url)s, %(checked_on)s"
        " where not exists (select from noted)",
        price.model_dump(),
    )


def _remove(_: Context, price: Price) -> None:
    raise ValueError(f"a price is history: add one of {price.model} that is valid from a later day")


PRICES = Section(
    name="prices",
    noun="price",
    entry=Price,
    permission="rules.edit",
    key=("provider", "model", "valid_from"),
    read=reader(
        Price,
        "select distinct on (provider, model, valid_from) provider, model, valid_from, currency, input_price,"
        " cached_input_price, output_price, source_url, checked_on from operations.api_prices"
        " order by provider, model, valid_from, price_version desc",
    ),
    write=_write,
    remove=_remove,
    check=check_source,
    is_removable=False,
)
