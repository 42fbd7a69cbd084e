"""Carries what was read of catalogues into the temporary staging tables of `sql/catalogue/staging.sql`, with COPY."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from syndication_assets import quarantine_staging
from syndication_assets.catalogue.category_tree import place_categories
from syndication_assets.catalogue.facts import Product
from syndication_assets.catalogue.known_items import KnownProduct
from syndication_assets.catalogue.reading import SnapshotReading
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.rejections import Rejected
from syndication_assets.resources.database import Connection, copy_rows

_encode = msgspec.json.Encoder().encode

_STATE_COLUMNS = "sku, price, currency, content_hash"
_DESCRIPTION_COLUMNS = "vendor_product_id, name, description, image_url, product_url, attributes, vendor_category_ids"
_CATEGORY_COLUMNS = "vendor_category_id, name, description, url, parent_vendor_category_id, placed_under, level"


class Staging:
    """Fills the staging tables of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._quarantined: set[tuple[str, int | None]] = set()
        """Places that are staged: a file may belong to several looks."""

    def add_catalogue(self, reading: SnapshotReading, described: Mapping[str, bytes]) -> None:
        """Stages the products and the categories of a look that is believed.

        `described` is the content hash of each sku's row as it is: what it says does not travel again.
        """
        vendor, observed_at = reading.candidate.vendor, reading.candidate.observed_at
        # Ready texts: psycopg would make one of the same values for every row.
        head = (vendor.organization_id, vendor.vendor, observed_at.isoformat())
        said: list[Sequence[Any]] = []
        told: list[str] = []
        for sku, product in reading.products.items():
            if described.get(sku) == product.content_hash:
                said.append((*head, *_state_of(product, vendor)))
            else:
                told.append(sku)
        self._copy("staged_products", _STATE_COLUMNS, said)
        rows = (
            (*head, *_state_of(product, vendor), *_description_of(product)) for product in map(reading.product, told)
        )
        self._copy("staged_products", f"{_STATE_COLUMNS}, {_DESCRIPTION_COLUMNS}", rows)
        places = place_categories(reading.categories)
        self._copy(
            "staged_categories",
            _CATEGORY_COLUMNS,
            (
                (
                    *head,
                    one.vendor_category_id,
                    one.name,
                    one.description,
                    one.url,
                    one.parent_vendor_category_id,
                    places[one.vendor_category_id].parent,
                    places[one.vendor_category_id].level,
                )
                for one in reading.categories
            ),
        )
        self._connection.execute(
            "analyze staged_products (organization_id, vendor, observed_at, sku), staged_categories"
        )

    def add_rejected(
        self, vendor: Vendor, version: int, paths: Iterable[str], rejected: list[tuple[str, Rejected]]
    ) -> None:
        """Stages what of the files that were read could not be loaded: one row a place, with all that is said of it."""
        self.add_files(vendor.organization_id, paths)
        by_place: dict[tuple[str, int | None], Rejected] = {}
        for path, one in rejected:
            first = by_place.get((path, one.position))
            said = one if first is None else Rejected(one.position, f"{first.reason}; {one.reason}", first.payload)
            by_place[path, one.position] = said
        quarantine_staging.stage_rejected(
            self._connection,
            (
                (vendor.organization_id, vendor.source, _day_of(path), path, one, version)
                for (path, position), one in by_place.items()
                if (path, position) not in self._quarantined
            ),
        )
        self._quarantined.update(by_place)

    def add_files(self, organization_id: str, paths: Iterable[str]) -> None:
        """Notes files that were read: what waited of them and is not rejected again is loaded now."""
        quarantine_staging.stage_files(self._connection, ((organization_id, path) for path in paths))

    def _copy(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        copy_rows(self._connection, table, f"organization_id, vendor, observed_at, {columns}", rows)


def _state_of(product: Product | KnownProduct, vendor: Vendor) -> tuple[str | None, ...]:
    """What a look says of every product: the vendor's rules are applied here."""
    price = None if product.price is None or product.price in vendor.placeholder_prices else str(product.price)
    currency = vendor.currency if price is not None else None
    return product.sku, price, currency, f"\\x{product.content_hash.hex()}"


def _description_of(product: Product) -> tuple[str | None, ...]:
    return (
        product.vendor_product_id,
        product.name,
        product.description,
        product.image_url,
        product.product_url,
        _encode(product.attributes).decode(),
        _array_of(product.vendor_category_ids),
    )


def _array_of(texts: Sequence[str]) -> str:
    """PostgreSQL's form of an array of texts."""
    escaped = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def _day_of(path: str) -> date:
    return date.fromisoformat(path.split("/")[2])
