"""Vendors: the shops of each organization, with the rules for reading their catalogues, as rows."""

from decimal import Decimal
from typing import NamedTuple

from syndication_assets.catalogue.products.product_facts import ShopRules
from syndication_assets.database.connection import Connection

_VENDORS = """
select
    v.organization_id, o.slug, v.vendor, v.source, v.currency, v.placeholder_prices, v.maximum_shrinkage,
    v.is_active and o.is_active, coalesce(o.settings @> '{"is_sample": true}', false), v.shop_url, v.api_url,
    v.api_fallback_url
from catalogue.vendors as v
inner join tenancy.organizations as o on v.organization_id = o.organization_id
order by o.slug, v.vendor
"""


class Vendor(NamedTuple):
    """One row of catalogue.vendors, with the slug of its organization."""

    organization_id: str
    organization: str
    vendor: str
    source: str
    currency: str
    placeholder_prices: list[Decimal]
    maximum_shrinkage: Decimal
    is_active: bool
    is_sample: bool
    """Whether its organization holds generated sample data, which is never fetched."""
    shop_url: str | None = None
    """The URL of a shop with a public product list; None if the vendor has none."""
    api_url: str | None = None
    """The base URL of the shop's catalogue API; None if its files land by hand."""
    api_fallback_url: str | None = None
    """Another server of the same API."""

    @property
    def rules(self) -> ShopRules:
        return ShopRules(
            currency=self.currency, placeholder_prices=tuple(self.placeholder_prices), shop_url=self.shop_url
        )


def list_vendors(connection: Connection) -> list[Vendor]:
    """All vendors, by organization and name."""
    return [Vendor(*row) for row in connection.execute(_VENDORS)]
