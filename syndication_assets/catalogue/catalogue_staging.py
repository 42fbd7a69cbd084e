"""Copies what was read of catalogue snapshots into the temporary tables of `sql/catalogue/staging.sql`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from syndication_assets.catalogue.category_tree import place_categories
from syndication_assets.catalogue.known_items import KnownProduct
from syndication_assets.catalogue.product_facts import Product
from syndication_assets.catalogue.snapshot_reading import SnapshotReading
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection, copy_rows
from syndication_assets.landing.file_staging import (
    StagedFile,
    StagedRejection,
    stage_files,
    stage_rejections,
    staged_rejection,
)
from syndication_assets.landing.landing_zone import LandedFile
from syndication_assets.landing.rejections import Rejected

_encode = msgspec.json.Encoder().encode

_STATE_COLUMNS = "sku, price, currency, content_hash"
_DESCRIPTION_COLUMNS = "vendor_product_id, name, description, image_url, product_url, attributes, vendor_category_ids"
_CATEGORY_COLUMNS = "vendor_category_id, name, description, url, parent_vendor_category_id, placed_under, level"


class Staging:
    """Fills the staging tables of one transaction."""

    def __init__(self, connection: Connection, sizes: Mapping[str, int]) -> None:
        self._connection = connection
        self._sizes = sizes
        """Size of each of the day's files in bytes, by path."""
        # A file may belong to several snapshots, but is staged once.
        self._files: dict[str, StagedFile] = {}
        self._rejections: dict[tuple[str, int | None], StagedRejection] = {}
        self._sent_files: set[str] = set()
        self._sent_rejections: set[tuple[str, int | None]] = set()

    def add_catalogue(self, reading: SnapshotReading, row_hashes: Mapping[str, bytes]) -> None:
        """Stages the products and the categories of an accepted snapshot.

        `row_hashes` holds the content hash of each product's row by sku. Products whose row already has their content
        are staged without their description.
        """
        vendor, observed_at = reading.candidate.vendor, reading.candidate.observed_at
        # Converted once: psycopg would convert the same values for every row.
        key = (vendor.organization_id, vendor.vendor, observed_at.isoformat())
        unchanged_rows: list[Sequence[Any]] = []
        changed_skus: list[str] = []
        for sku, product in reading.products.items():
            if row_hashes.get(sku) == product.content_hash:
                unchanged_rows.append((*key, *_state_of(product, vendor)))
            else:
                changed_skus.append(sku)
        self._copy("staged_products", _STATE_COLUMNS, unchanged_rows)
        changed_rows = (
            (*key, *_state_of(product, vendor), *_description_of(product))
            for product in map(reading.product, changed_skus)
        )
        self._copy("staged_products", f"{_STATE_COLUMNS}, {_DESCRIPTION_COLUMNS}", changed_rows)
        places = place_categories(reading.categories)
        self._copy(
            "staged_categories",
            _CATEGORY_COLUMNS,
            (
                (
                    *key,
                    category.vendor_category_id,
                    category.name,
                    category.description,
                    category.url,
                    category.parent_vendor_category_id,
                    places[category.vendor_category_id].parent,
                    places[category.vendor_category_id].level,
                )
                for category in reading.categories
            ),
        )
        self._connection.execute(
            "analyze staged_products (organization_id, vendor, observed_at, sku), staged_categories"
        )

    def add_files(self, reading: SnapshotReading, *, is_accepted: bool) -> None:
        """Adds a snapshot's files and their rejected items: one rejection per position, with all its reasons.

        Files of a rejected snapshot stay unsettled in the ledger of landed files, because a file that lands later may
        complete the snapshot.
        """
        candidate = reading.candidate
        vendor, version = candidate.vendor, reading.source.version
        rejections = _rejected_by_position(reading.rejected)
        rejected_per_file = Counter(path for path, _ in rejections)
        hashes = {candidate.path: candidate.content_hash, **reading.content_hashes}
        for path, content_hash in hashes.items():
            first = self._files.get(path)
            self._files[path] = StagedFile(
                organization_id=vendor.organization_id,
                source=vendor.source,
                source_file_path=path,
                landed_on=_day_of(path),
                content_hash=content_hash,
                size_bytes=self._sizes.get(path, 0),
                observed_at=candidate.observed_at,
                items=int(is_accepted) if first is None else max(first.items, int(is_accepted)),
                items_quarantined=rejected_per_file[path],
                adapter_version=version,
                is_settled=is_accepted or (first is not None and first.is_settled),
            )
        self._rejections.update(
            {
                (path, position): staged_rejection(self._files[path], rejected, adapter_version=version)
                for (path, position), rejected in rejections.items()
                if path in self._files and (path, position) not in self._rejections
            }
        )

    def add_unreadable(self, file: LandedFile, organization_id: str, rejected: Rejected, version: int) -> None:
        """Adds a rejected file that belongs to no snapshot."""
        staged = StagedFile(
            organization_id=organization_id,
            source=file.source,
            source_file_path=file.path,
            landed_on=file.landed_on,
            content_hash=b"",
            size_bytes=file.size_bytes,
            items_quarantined=1,
            adapter_version=version,
        )
        self._files[file.path] = staged
        self._rejections[file.path, rejected.position] = staged_rejection(staged, rejected, adapter_version=version)

    def flush_files(self) -> None:
        """Stages the files and rejections that were added since the last call."""
        stage_files(self._connection, (file for path, file in self._files.items() if path not in self._sent_files))
        stage_rejections(
            self._connection, (row for key, row in self._rejections.items() if key not in self._sent_rejections)
        )
        self._sent_files.update(self._files)
        self._sent_rejections.update(self._rejections)

    @property
    def items_quarantined(self) -> int:
        return len(self._rejections)

    def _copy(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        copy_rows(self._connection, table, f"organization_id, vendor, observed_at, {columns}", rows)


def _state_of(product: Product | KnownProduct, vendor: Vendor) -> tuple[str | None, ...]:
    """The columns that are staged for every product, with the vendor's placeholder prices and currency applied."""
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
    """An array of texts as a PostgreSQL literal."""
    escaped = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def _rejected_by_position(rejected: Iterable[tuple[str, Rejected]]) -> dict[tuple[str, int | None], Rejected]:
    by_position: dict[tuple[str, int | None], Rejected] = {}
    for path, latest in rejected:
        first = by_position.get((path, latest.position))
        by_position[path, latest.position] = (
            latest if first is None else Rejected(latest.position, f"{first.reason}; {latest.reason}", first.payload)
        )
    return by_position


def _day_of(path: str) -> date:
    return date.fromisoformat(path.split("/")[2])
