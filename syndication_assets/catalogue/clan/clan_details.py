"""Which landed details of products a fetch need not request again.

The name of a details file holds a hash of the product's list entry, so a later fetch, also one after an interrupted
fetch, finds them by their names.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from syndication_assets.catalogue.clan.clan_parser import SOURCE, entry_of
from syndication_assets.catalogue.products.product_facts import ProductItem
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.zone.landing_zone import LandingZone

DETAIL_MAXIMUM_AGE = timedelta(days=7)
"""Older details are fetched again, because the list does not show every change (its old shape has no price)."""
_DETAIL_NAME = re.compile(r"product_data_(?P<entry>[0-9a-f]{24})_")


def entry_hash(item: ProductItem) -> str:
    return hashlib.blake2b(entry_of(item), digest_size=12).hexdigest()


def known_details(zone: LandingZone, vendor: Vendor) -> tuple[dict[str, str], dict[str, str]]:
    """The newest details of each list entry by its hash: up to DETAIL_MAXIMUM_AGE old, and up to twice that age."""
    now = datetime.now(UTC)
    young_since = (now - DETAIL_MAXIMUM_AGE).date()
    days = [(now - timedelta(days=number)).date() for number in range(2 * DETAIL_MAXIMUM_AGE.days, -1, -1)]
    young: dict[str, str] = {}
    older: dict[str, str] = {}
    for day in days:
        for file in zone.files(day):
            match = _DETAIL_NAME.match(file.name)
            if match and (file.organization, file.source) == (vendor.organization, SOURCE):
                older[match["entry"]] = file.path
                if day > young_since:
                    young[match["entry"]] = file.path
    return young, older
