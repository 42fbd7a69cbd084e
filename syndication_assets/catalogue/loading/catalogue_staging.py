"""Copies what a load read of catalogue snapshots into the temporary tables of `sql/catalogue/staging.sql`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from syndication_assets.catalogue.loading.snapshot_files import SnapshotFiles
from syndication_assets.catalogue.loading.snapshot_ledger import tree_hash
from syndication_assets.catalogue.loading.snapshot_parsing import SnapshotReading
from syndication_assets.catalogue.loading.vendor_day import VendorDay
from syndication_assets.catalogue.products.product_facts import Product
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection, copy_rows, run_file
from syndication_assets.landing.loading.file_staging import (
    StagedFile,
    StagedRejection,
    stage_files,
    stage_rejections,
    staged_rejection,
    unread_file,
)
from syndication_assets.landing.loading.rejections import Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile

_encode = msgspec.json.Encoder().encode
_FACTS = ("vendor_product_id", "name", "description", "image_url", "product_url", "attributes", "vendor_category_ids")


def stage_products(connection: Connection, days: Sequence[VendorDay]) -> None:
    """Stages the products of the snapshots to write, then the facts of those that the load changes."""
    _copy(connection, "loaded_vendors", "", ((*_key(day.vendor),) for day in days))
    _copy(
        connection,
        "staged_snapshots",
        "observed_at, part",
        (
            (*_key(day.vendor), moment, part)
            for day in days
            for part in ("written", "removed", "following")
            for moment in getattr(day.plan, part)
        ),
    )
    for day in days:
        for moment in day.plan.written:
            _stage_hashes(connection, day.vendor, moment, day.readings[moment])
        trees = {tree for reading in day.readings.values() if (tree := reading.tree) is not None}
        _copy(
            connection,
            "staged_trees",
            "tree_hash, categories",
            ((*_key(day.vendor), tree_hash(tree), tree.decode()) for tree in trees),
        )
    changed: dict[tuple[str, str], set[str]] = {}
    for row in run_file(connection, "catalogue/changed_products.sql", {}):
        changed.setdefault((row["organization_id"], row["vendor"]), set()).add(row["sku"])
    for day in days:
        _stage_facts(connection, day, changed.get(_key(day.vendor), set()))


def _stage_hashes(connection: Connection, vendor: Vendor, moment: datetime, reading: SnapshotReading) -> None:
    # Converted once: psycopg would convert the same values for every row.
    key = (*_key(vendor), moment.isoformat())
    _copy(
        connection,
        "staged_products",
        "observed_at, sku, content_hash",
        ((*key, sku, _hexadecimal(product.content_hash)) for sku, product in reading.products.items()),
    )


def _stage_facts(connection: Connection, day: VendorDay, skus: set[str]) -> None:
    products = {
        (sku, product.content_hash): product
        for moment in day.plan.written
        for sku, product in day.readings[moment].products.items()
        if sku in skus
    }
    key = _key(day.vendor)
    _copy(
        connection,
        "staged_facts",
        "sku, content_hash, price, currency, facts",
        ((*key, *_facts_of(product)) for product in products.values()),
    )


def _facts_of(product: Product) -> tuple[str | None, ...]:
    return (
        product.sku,
        _hexadecimal(product.content_hash),
        str(product.price) if product.price is not None else None,
        product.currency,
        _encode({name: getattr(product, name) for name in _FACTS}).decode(),
    )


def _copy(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    copy_rows(connection, table, ", ".join(filter(None, ("organization_id", "vendor", columns))), rows)


def _key(vendor: Vendor) -> tuple[str, str]:
    return vendor.organization_id, vendor.vendor


def _hexadecimal(content_hash: bytes) -> str:
    return f"\\x{content_hash.hex()}"


class FileStaging:
    """Stages the files of a load and their rejected items. A file may belong to several snapshots, but is staged once.

    `sizes` has the size of each of the day's files in bytes, by path.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes = sizes
        self._files: dict[str, StagedFile] = {}
        self._rejections: dict[tuple[str, int | None], StagedRejection] = {}

    def add_snapshot(
        self, files: SnapshotFiles, rejected: Sequence[tuple[str, Rejected]], *, is_accepted: bool
    ) -> None:
        """Adds a snapshot's files and their rejected items: one rejection per position, with all its reasons.

        Files of a rejected snapshot stay unsettled in the ledger of landed files, because a file that lands later may
        complete the snapshot.
        """
        candidate = files.candidate
        vendor, version = candidate.vendor, files.source.version
        rejections = _by_position(rejected)
        rejected_per_file = Counter(path for path, _ in rejections)
        hashes = {candidate.path: candidate.content_hash} | dict.fromkeys(files.unreadable, b"") | files.hashes
        for path, content_hash in hashes.items():
            first = self._files.get(path)
            self._files[path] = StagedFile(
                organization_id=vendor.organization_id,
                source=vendor.source,
                source_file_path=path,
                landed_on=_day_of(path),
                content_hash=content_hash,
                size_bytes=self._sizes.get(path, len(files.contents.get(path, b""))),
                observed_at=candidate.observed_at,
                items=int(is_accepted) if first is None else max(first.items, int(is_accepted)),
                items_quarantined=rejected_per_file[path],
                adapter_version=version,
                is_settled=is_accepted or (first is not None and first.is_settled),
            )
        for (path, position), item in rejections.items():
            self._rejections.setdefault(
                (path, position), staged_rejection(self._files[path], item, adapter_version=version)
            )

    def add_unreadable(self, file: LandedFile, organization_id: str, rejected: Rejected, version: int) -> None:
        """Adds a rejected file that belongs to no snapshot."""
        staged = unread_file(file, organization_id, adapter_version=version)
        self._files[file.path] = staged
        self._rejections[file.path, rejected.position] = staged_rejection(staged, rejected, adapter_version=version)

    def stage(self, connection: Connection) -> int:
        """Stages the files and the rejections; returns the number of rejections."""
        stage_files(connection, self._files.values())
        stage_rejections(connection, self._rejections.values())
        return len(self._rejections)


def _by_position(rejected: Iterable[tuple[str, Rejected]]) -> dict[tuple[str, int | None], Rejected]:
    by_position: dict[tuple[str, int | None], Rejected] = {}
    for path, latest in rejected:
        first = by_position.get((path, latest.position))
        by_position[path, latest.position] = (
            latest if first is None else Rejected(latest.position, f"{first.reason}; {latest.reason}", first.payload)
        )
    return by_position


def _day_of(path: str) -> date:
    return date.fromisoformat(path.split("/")[2])
