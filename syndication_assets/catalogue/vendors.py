"""Vendors, the shops: the rules by which a catalogue is read, as rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.product_facts import read_price
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
    """Whether its organization is made up: it is never fetched."""
    shop_url: str | None = None
    """Where its open list of products is; None if it is not fetched from there."""


def list_vendors(connection: Connection) -> list[Vendor]:
    """All of them, by organization and name."""
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
    """Makes a vendor. SyndicationError if it is there already, or a value cannot be."""
    if source not in SOURCES:
        raise SyndicationError(f"There is no catalogue source {source!r}: there are {', '.join(sorted(SOURCES))}.")
    prices = [read_price(text) for text in placeholder_prices]
    if None in prices:
        raise SyndicationError("A placeholder price is a number above 0 with two decimals at most, as 29.99.")
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
                f"There is a vendor {vendor!r} of {organization} already: its row in catalogue.vendors may be changed."
            ) from None
        except psycopg.errors.CheckViolation:
            raise SyndicationError(
                f"{vendor!r} in {currency!r} cannot be a vendor: its name is lower-case letters, digits and '_', with "
                "a letter first, its currency an ISO 4217 code such as GBP."
            ) from None


def _require_open_list(source: str, shop_url: str) -> None:
    """Only shapes that a shop shows to everybody are fetched by a vendor's own URL."""
    fetched = sorted(name for name, one in SOURCES.items() if one.is_open_list)
    if source not in fetched:
        raise SyndicationError(
            f"A vendor of {source} has no URL of its own: only those of {', '.join(fetched)} are fetched by it."
        )
    try:
        parts = urlsplit(shop_url)
        is_shop = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        is_shop = False
    if not is_shop or parts.query or parts.fragment or any(sign.isspace() for sign in shop_url):
        raise SyndicationError(
            "The URL of a shop is https:// and its host, as in https://shop.example: without a password, a question "
            "mark, or /products.json, which is added."
        )
