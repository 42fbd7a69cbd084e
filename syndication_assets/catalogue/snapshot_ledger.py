"""Reads and writes `catalogue.catalogue_snapshots`, the ledger of catalogue snapshots."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal, Self

from syndication_assets.catalogue.snapshot_reading import SnapshotReading
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection, load_sql

_LEDGER = """
select
    observed_at, landed_on, manifest_path, status::text, is_complete, has_category_tree, products, products_rejected,
    categories, prices_placeholder, prices_unread, reason
from catalogue.catalogue_snapshots
where organization_id = %s and vendor = %s
order by observed_at
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row of the ledger."""

    observed_at: datetime
    landed_on: date
    manifest_path: str
    status: Literal["accepted", "rejected"]
    is_complete: bool
    """Whether it may be accepted: every page arrived, and the category tree."""
    has_category_tree: bool
    products: int
    products_rejected: int
    categories: int
    prices_placeholder: int
    prices_unread: int
    reason: str | None

    @classmethod
    def of(cls, reading: SnapshotReading) -> Self:
        """The row of a snapshot that was read, accepted if it is complete; its shrinkage is checked afterwards."""
        candidate = reading.candidate
        placeholders = set(candidate.vendor.placeholder_prices)
        return cls(
            observed_at=candidate.observed_at,
            landed_on=candidate.landed_on,
            manifest_path=candidate.path,
            status="rejected" if reading.reasons else "accepted",
            is_complete=not reading.reasons,
            has_category_tree=reading.has_category_tree,
            products=len(reading.products),
            products_rejected=len(reading.rejected),
            categories=len(reading.categories),
            prices_placeholder=sum(product.price in placeholders for product in reading.products.values()),
            prices_unread=reading.unread_prices,
            reason="; ".join(dict.fromkeys(reading.reasons)) or None,
        )


def read_ledger(connection: Connection, vendor: Vendor) -> dict[datetime, Snapshot]:
    """The snapshots of a vendor's catalogue, by their time."""
    rows = connection.execute(_LEDGER, [vendor.organization_id, vendor.vendor])
    return {row[0]: Snapshot(*row) for row in rows}


def write_ledger(
    connection: Connection, vendor: Vendor, snapshots: Sequence[Snapshot], removed: Sequence[datetime]
) -> None:
    """Writes the rows of `snapshots`, and deletes those observed at the times in `removed`."""
    owner = {"organization_id": vendor.organization_id, "vendor": vendor.vendor}
    for snapshot in snapshots:
        connection.execute(load_sql("catalogue/catalogue_snapshots.sql"), owner | asdict(snapshot))
    connection.execute(
        "delete from catalogue.catalogue_snapshots"
        " where organization_id = %(organization_id)s and vendor = %(vendor)s and observed_at = any(%(removed)s)",
        owner | {"removed": list(removed)},
    )
