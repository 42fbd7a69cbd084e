"""Reads and writes `catalogue.catalogue_snapshots`, the ledger of catalogue snapshots."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Literal, Self

from psycopg.types.json import Jsonb

from syndication_assets.catalogue.loading.snapshot_candidates import Candidate
from syndication_assets.catalogue.loading.snapshot_parsing import SnapshotReading
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.text.lines import tidy

_MOST_UNKNOWN_KEYS = 50


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row of the ledger."""

    observed_at: datetime
    landed_on: date
    manifest_path: str
    status: Literal["accepted", "rejected"]
    is_complete: bool
    """Whether it may be accepted: every page arrived, and the category tree."""
    content_hash: bytes
    has_category_tree: bool
    tree_hash: bytes | None
    products: int
    products_rejected: int
    categories: int
    prices_placeholder: int
    prices_unread: int
    unknown_keys: dict[str, int]
    reason: str | None

    @classmethod
    def of(cls, reading: SnapshotReading) -> Self:
        """The row of a snapshot that was parsed, accepted if it is complete; its shrinkage is checked afterwards."""
        candidate = reading.files.candidate
        return cls(
            observed_at=candidate.observed_at,
            landed_on=candidate.landed_on,
            manifest_path=candidate.path,
            status="rejected" if reading.reasons else "accepted",
            is_complete=not reading.reasons,
            content_hash=reading.files.content_hash,
            has_category_tree=reading.has_category_tree,
            tree_hash=tree_hash(reading.tree),
            products=len(reading.products),
            products_rejected=len(reading.rejected),
            categories=reading.categories,
            prices_placeholder=sum(product.has_placeholder_price for product in reading.products.values()),
            prices_unread=sum(product.has_unread_price for product in reading.products.values()),
            unknown_keys={tidy(key): count for key, count in reading.unknown_keys.most_common(_MOST_UNKNOWN_KEYS)},
            reason="; ".join(dict.fromkeys(reading.reasons)) or None,
        )

    @property
    def describes_equals(self) -> bool:
        """Whether a snapshot with the same content hash has the same numbers, and nothing in it was rejected."""
        return bool(self.content_hash) and self.is_complete and not self.products_rejected

    def at(self, candidate: Candidate) -> Self:
        """The row of another snapshot with the same content."""
        return replace(
            self, observed_at=candidate.observed_at, landed_on=candidate.landed_on, manifest_path=candidate.path
        )


def tree_hash(tree: bytes | None) -> bytes | None:
    """BLAKE2b-128 of a category tree; None without one."""
    return hashlib.blake2b(tree, digest_size=16).digest() if tree is not None else None


_COLUMNS = ", ".join("status::text" if field.name == "status" else field.name for field in fields(Snapshot))


def read_ledger(connection: Connection, vendor: Vendor) -> dict[datetime, Snapshot]:
    """The snapshots of a vendor's catalogue, by their time."""
    rows = connection.execute(
        f"select {_COLUMNS} from catalogue.catalogue_snapshots"  # noqa: S608 - the names of the fields above
        " where organization_id = %s and vendor = %s order by observed_at",
        [vendor.organization_id, vendor.vendor],
    )
    return {row[0]: Snapshot(*row) for row in rows}


def write_ledger(
    connection: Connection, vendor: Vendor, snapshots: Sequence[Snapshot], removed: Sequence[datetime]
) -> None:
    """Writes the rows of `snapshots`, and deletes those observed at the times in `removed`."""
    owner = {"organization_id": vendor.organization_id, "vendor": vendor.vendor}
    for snapshot in snapshots:
        row = asdict(snapshot) | {"unknown_keys": Jsonb(snapshot.unknown_keys)}
        connection.execute(load_sql("catalogue/catalogue_snapshots/merge.sql"), owner | row)
    connection.execute(
        "delete from catalogue.catalogue_snapshots"
        " where organization_id = %(organization_id)s and vendor = %(vendor)s and observed_at = any(%(removed)s)",
        owner | {"removed": list(removed)},
    )
