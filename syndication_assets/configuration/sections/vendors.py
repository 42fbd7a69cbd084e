"""`vendors`: the shops whose catalogues are loaded."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.new_vendors import why_no_vendor
from syndication_assets.configuration.entry import ACTIVE, Currency, Entry, Name, Number, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section


class Vendor(Entry):
    """A shop, and the rules for reading its catalogue."""

    name: Name = Field(description="Name of the shop: lower-case letters, digits and _.")
    source: Text = Field(description=f"Input format of its catalogue: {' or '.join(sorted(SOURCES))}.")
    currency: Currency
    placeholder_prices: list[Annotated[Number, Field(gt=0, max_digits=12, decimal_places=2)]] = Field(
        default=[], description="Prices that the shop shows where it has none; they are stored as NULL."
    )
    maximum_shrinkage: Annotated[Number, Field(ge=0, le=1, decimal_places=3)] = Field(
        default=Decimal("0.2"), description="Share of its products that a snapshot may lack and still be accepted."
    )
    shop_url: Text | None = Field(
        default=None, description="URL of a shop with a public product list, without /products.json."
    )
    api_url: Text | None = Field(default=None, description="Base URL of the shop's catalogue API.")
    api_fallback_url: Text | None = Field(
        default=None, description="Another server of the same API, used when the first does not answer."
    )
    is_active: bool = ACTIVE


def _check(_: Context, vendor: Vendor) -> Iterable[Finding]:
    reasons = why_no_vendor(vendor.source, vendor.shop_url, vendor.api_url, vendor.api_fallback_url)
    return (Finding(field, reason) for field, reason in reasons)


def _write(context: Context, vendor: Vendor) -> None:
    values = vendor.model_dump()
    values = {"organization_id": context.organization_id, "vendor": values.pop("name"), **values}
    upsert(context.connection, "catalogue.vendors", ("organization_id", "vendor"), values)


def _remove(context: Context, vendor: Vendor) -> None:
    key = {"organization_id": context.organization_id, "vendor": vendor.name}
    delete(context.connection, "catalogue.vendors", key)


VENDORS = Section(
    name="vendors",
    noun="shop",
    paused="its catalogue is not fetched; landed files are still loaded",
    removed="Its landed files stay.",
    entry=Vendor,
    permission="vendors.edit",
    key=("name",),
    read=reader(
        Vendor,
        "select vendor as name, source, currency, placeholder_prices, maximum_shrinkage, shop_url, api_url,"
        " api_fallback_url, is_active from catalogue.vendors where organization_id = %(organization_id)s"
        " order by vendor",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    in_use="it has catalogues or products",
)
