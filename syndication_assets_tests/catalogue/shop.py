"""Lands and loads the small catalogues that the tests of the room are written with."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg

from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest, encode_manifest
from syndication_assets.catalogue.loading.catalogue_load import DayLoad, load_day
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.emptied_tables import delete_rows
from syndication_assets_tests.rows import DatabaseRows

MONDAY = date(2025, 11, 3)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
SOURCE = "clan_catalogue"
MAXIMUM_FILE_BYTES = 32 * 1024 * 1024
TREE = [{"id": 1, "name": "Kilts", "children": [{"id": 2, "name": "Casual Kilts", "children": []}]}]


def product(sku: str, price: Any = "10.00", *, name: str | None = None, categories: Any = (2,), **more: Any):
    """A list entry in the new shape."""
    return {
        "sku": sku,
        "product_id": 7,
        "title": name or f"Kilt {sku}",
        "price": price,
        "category_ids": categories,
    } | more


@dataclass
class CatalogueRoom(DatabaseRows):
    """A landing zone and a database with vendors: lands files, loads days, reads the tables."""

    url: str
    zone: LandingZone

    @property
    def root(self) -> Path:
        return Path(self.zone.url)

    def land(
        self,
        day: date,
        *products: Any,
        hour: int = 9,
        tree: Any = TREE,
        details: Sequence[dict[str, Any]] = (),
        is_complete: bool = True,
        vendor: str = "heritage",
    ) -> str:
        """Lands a snapshot as a fetch does, without a category tree if `tree` is None; returns the manifest's path."""
        observed_at = datetime.combine(day, time(hour), UTC)
        stamp = f"{vendor}_{observed_at:%Y-%m-%d_%H-%M-%S}-000"
        pages = [self.put(day, f"products_page_0001_{stamp}.json", json.dumps(list(products)).encode())]
        data = [
            self.put(
                day, f"product_data_{number:024}_{stamp}.json", json.dumps({"success": True, "data": detail}).encode()
            )
            for number, detail in enumerate(details)
        ]
        tree_path = None
        if tree is not None:
            tree_path = self.put(day, f"category_tree_{stamp}.json", json.dumps(tree).encode())
        manifest = Manifest(
            vendor=vendor,
            observed_at=observed_at,
            is_complete=is_complete,
            product_lists=pages,
            product_details=data,
            category_tree=tree_path,
            reasons=[] if is_complete else ["page 2 was cut off"],
        )
        return self.put(day, f"manifest_{stamp}.json", encode_manifest(manifest))

    def put(self, day: date, name: str, content: bytes, source: str = SOURCE) -> str:
        """Writes a file without the landing zone's checks; returns its path."""
        path = f"default/{source}/{day}/{name}"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)
        return path

    def load(self, *days: date) -> list[DayLoad]:
        return [load_day(self.url, self.zone, day, maximum_file_bytes=MAXIMUM_FILE_BYTES) for day in days]

    def prices(self, sku: str) -> list[tuple[str, str | None]]:
        """The history of a product's price, as weekdays and prices."""
        return [
            (day, None if price is None else str(price))
            for day, price in self.rows(
                "select to_char(r.observed_at, 'Dy'), r.price from catalogue.product_prices r"
                " join catalogue.products p using (organization_id, product_id) where p.sku = %s"
                " order by r.observed_at",
                [sku],
            )
        ]

    def active(self) -> str:
        """The skus of the active products, separated by spaces."""
        return self.value(
            "select coalesce(string_agg(sku, ' ' order by sku), '') from catalogue.products where is_active"
        )


def add_vendor(
    url: str, vendor: str = "heritage", *, source: str = SOURCE, placeholders: str = "{29.99}", slug: str = "default"
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into catalogue.vendors (organization_id, vendor, source, currency, placeholder_prices)"
            " select organization_id, %s, %s, 'GBP', %s from tenancy.organizations where slug = %s",
            [vendor, source, placeholders, slug],
        )


_SKU = "(select sku from catalogue.products p where p.product_id = t.product_id)"
_CATEGORY = "(select c.vendor_category_id from catalogue.categories c where c.category_id = t.{})"
FACTS = {
    "catalogue_snapshots": "landed_on, vendor, observed_at, status, is_complete, products, categories, reason",
    "products": "vendor, sku, vendor_product_id, name, description, price, currency, image_url, product_url,"
    " attributes, vendor_category_ids, is_active, observed_at, first_seen_at, deactivated_at",
    "categories": "vendor, vendor_category_id, name, description, url, parent_vendor_category_id, level, is_active,"
    f" observed_at, {_CATEGORY.format('parent_category_id')}",
    "product_observations": f"{_SKU}, observed_at, is_listed, price, currency, content_hash, facts",
    "product_prices": f"{_SKU}, observed_at, price, currency",
    "product_categories": f"{_SKU}, {_CATEGORY.format('category_id')}",
}
"""The columns of each table, without generated ids and times of writing."""


def facts(url: str) -> dict[str, list[str]]:
    """The sorted rows of each table, without generated ids and times of writing."""
    with psycopg.connect(url) as connection:
        connection.execute("set timezone = 'UTC'")
        return {
            table: sorted(row for (row,) in connection.execute(f"select row({columns})::text from catalogue.{table} t"))
            for table, columns in FACTS.items()
        }


def versions(url: str) -> dict[str, list[tuple[str, str]]]:
    """The place and the writing transaction of each row: a row that was written again has others."""
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(f"select ctid::text, xmin::text from catalogue.{table} order by 1").fetchall()
            for table in FACTS
        }


@contextmanager
def cleared(url: str) -> Iterator[None]:
    """Removes all rows of the room from the database at the end."""
    try:
        yield
    finally:
        delete_rows(url, ["catalogue.vendors", "landing.quarantine", "landing.files"])
