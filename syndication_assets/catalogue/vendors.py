"""Vendors, the shops: the rules by which a catalogue is read, as rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import psycopg

from syndication_assets.catalogue.facts import read_price
from syndication_assets.catalogue.sources import SOURCES
from syndication_assets.errors import SyndicationError
from syndication_assets.resources.database import Connection, transaction

_VENDORS = """
select
    v.organization_id, o.slug, v.vendor, v.source, v.currency, v.placeholder_prices, v.maximum_shrinkage,
    v.is_active and o.is_active, coalesce(o.settings @> '{"is_sample": true}', false)
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


def list_vendors(connection: Connection) -> list[Vendor]:
    """All of them, by organization and name."""
    return [Vendor(*row) for row in connection.execute(_VENDORS)]


def add_vendor(
    url: str, organization: str, vendor: str, source: str, currency: str, placeholder_prices: Sequence[str]
) -> None:
    """Makes a vendor. SyndicationError if it is there already, or a value cannot be."""
    if source not in SOURCES:
        raise SyndicationError(f"There is no catalogue source {source!r}: there are {', '.join(sorted(SOURCES))}.")
    prices = [read_price(text) for text in placeholder_prices]
    if None in prices:
        raise SyndicationError("A placeholder price is a number above 0 with two decimals at most, as 29.99.")
    with transaction(url) as connection:
        try:
            connection.execute(
                "insert into catalogue.vendors (organization_id, vendor, source, currency, placeholder_prices)"
                " select organization_id, %s, %s, %s, %s::numeric[] from tenancy.organizations where slug = %s",
                [vendor, source, currency, prices, organization],
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
