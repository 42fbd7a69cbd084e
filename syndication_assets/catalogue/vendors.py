"""Vendors: the shops of each organization, with the rules for reading their catalogues, as rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.product_facts import ShopRules, read_price
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError

_VENDORS = """
select
    v.organization_id, o.slug, v.vendor, v.source, v.currency, v.placeholder_prices, v.maximum_shrinkage,
    v.is_active and o.is_active, coalesce(o.settings @> '{"is_sample": true}', false), v.shop_url
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
    """The URL of a shop with a public product list; None if the vendor is not fetched by its own URL."""

    @property
    def rules(self) -> ShopRules:
        return ShopRules(
            currency=self.currency, placeholder_prices=tuple(self.placeholder_prices), shop_url=self.shop_url
        )


def list_vendors(connection: Connection) -> list[Vendor]:
    """All vendors, by organization and name."""
    return [Vendor(*row) for row in connection.execute(_VENDORS)]


def add_vendor(
    url: str,
    organization: str,
    vendor: str,
    source: str,
    currency: str,
    placeholder_prices: Sequence[str],
    shop_url: str | None = None,
) -> None:
    """Adds a vendor. SyndicationError if the vendor exists, or a value is invalid."""
    if source not in SOURCES:
        raise SyndicationError(f"There is no catalogue source {source!r}. Use one of {', '.join(sorted(SOURCES))}.")
    prices = [read_price(text) for text in placeholder_prices]
    if None in prices:
        raise SyndicationError("A placeholder price is a number above 0 with at most two decimals, such as 29.99.")
    if shop_url is not None:
        _require_open_list(source, shop_url)
    with transaction(url) as connection:
        try:
            connection.execute(
                "insert into catalogue.vendors"
                " (organization_id, vendor, source, currency, placeholder_prices, shop_url)"
                " select organization_id, %s, %s, %s, %s::numeric[], %s from tenancy.organizations where slug = %s",
                [vendor, source, currency, prices, shop_url, organization],
            )
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(
                f"{organization} already has a vendor {vendor!r}. To change it, update its row in catalogue.vendors."
            ) from None
        except psycopg.errors.CheckViolation:
            raise SyndicationError(
                f"The vendor {vendor!r} with currency {currency!r} is invalid: use lower-case letters, digits and '_' "
                "for the name, beginning with a letter, and an ISO 4217 code such as GBP for the currency."
            ) from None


def _require_open_list(source: str, shop_url: str) -> None:
    """Allows a URL only for sources with a public product list, and only in the form that the fetch expects."""
    fetched = sorted(name for name, catalogue_source in SOURCES.items() if catalogue_source.is_open_list)
    if source not in fetched:
        raise SyndicationError(
            f"Vendors of {source} take no shop URL; only vendors of {', '.join(fetched)} are fetched by their own URL."
        )
    try:
        parts = urlsplit(shop_url)
        is_shop = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        is_shop = False
    if not is_shop or parts.query or parts.fragment or any(character.isspace() for character in shop_url):
        raise SyndicationError(
            "The URL of a shop is https:// and its host, as in https://shop.example, without a password, a query or "
            "/products.json, which the fetch adds."
        )
