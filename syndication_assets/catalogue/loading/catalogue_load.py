"""Loads the catalogue snapshots that landed on one day, in one transaction; the days may be loaded in any order.

A snapshot is accepted or rejected as a whole. Whatever an accepted snapshot says that is new about a product is an
observation, and the other tables are derived from these. So loading a day late, again, or after one of its files was
withdrawn gives the same tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.loading.catalogue_staging import FileStaging, stage_products
from syndication_assets.catalogue.loading.snapshot_candidates import list_day
from syndication_assets.catalogue.loading.snapshot_ledger import Snapshot, read_ledger, write_ledger
from syndication_assets.catalogue.loading.vendor_day import VendorDay, VendorDayReader
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import Connection, analyze_room, load_sql, run_file
from syndication_assets.landing.loading.day_load import LandedDay, RoomLoad, load_room_day
from syndication_assets.landing.zone.landing_zone import LandingZone

_TABLES_OF_PRODUCTS = ("product_observations", "products", "product_prices")
_TABLES_OF_CATEGORIES = ("category_trees", "categories", "product_categories")


@dataclass(slots=True)
class DayLoad:
    """What loading one day did."""

    day: date
    by_vendor: list[tuple[Vendor, Snapshot]] = field(default_factory=list)
    """The snapshots that landed on the day, with their vendors."""
    counts: Counter[str] = field(default_factory=Counter)
    """Rows written and removed, by the names that the SQL files give them."""
    items_quarantined: int = 0
    unlisted: list[str] = field(default_factory=list)
    """Files of fetches that died before they landed a manifest."""

    @property
    def snapshots(self) -> list[Snapshot]:
        return [snapshot for _, snapshot in self.by_vendor]

    @property
    def rejected(self) -> list[tuple[Vendor, Snapshot]]:
        return [(vendor, snapshot) for vendor, snapshot in self.by_vendor if snapshot.status == "rejected"]

    @property
    def unknown_keys(self) -> Counter[str]:
        """Number of items with each key that no parser reads."""
        keys: Counter[str] = Counter()
        for snapshot in self.snapshots:
            keys.update(snapshot.unknown_keys)
        return keys


def load_day(url: str, zone: LandingZone, day: date, *, maximum_file_bytes: int) -> DayLoad:
    """Reads the day's snapshots and updates the room's tables to what the accepted snapshots of all days say.

    Commits all of it or nothing. Raises LandedFilesMissingError if files of an accepted snapshot are missing.
    """
    load = DayLoad(day)
    days: list[VendorDay] = []

    def stage(landed: LandedDay) -> None:
        days.extend(_read(landed, load, maximum_file_bytes))
        landed.connection.execute(load_sql("catalogue/staging.sql"))
        stage_products(landed.connection, days)

    def merge(landed: LandedDay) -> None:
        for vendor_day in days:
            write_ledger(
                landed.connection, vendor_day.vendor, vendor_day.changed_snapshots, vendor_day.removed_snapshots
            )
            load.by_vendor.extend(
                (vendor_day.vendor, snapshot) for snapshot in vendor_day.decided.values() if snapshot.landed_on == day
            )
        for table in (*_TABLES_OF_PRODUCTS, *_TABLES_OF_CATEGORIES):
            load.counts.update(_merge(landed.connection, table))
            if load.counts["products_new"]:
                analyze_room(landed.connection, "catalogue")

    load_room_day(url, zone, day, RoomLoad("catalogue", stage, merge))
    return load


def _read(landed: LandedDay, load: DayLoad, maximum_file_bytes: int) -> list[VendorDay]:
    """Reads the snapshots of each vendor, and stages the files of the day for the ledger and the quarantine."""
    vendors = list_vendors(landed.connection)
    listing = list_day(landed.zone, landed.files, vendors, maximum_file_bytes)
    load.unlisted = listing.unlisted
    files = FileStaging({file.path: file.size_bytes for file in landed.files})
    for file, rejected in listing.rejected:
        files.add_unreadable(file, landed.organizations[file.organization], rejected, SOURCES[file.source].version)
    reader = VendorDayReader(landed, vendors, _withdrawn_paths(landed.connection), maximum_file_bytes)
    days = []
    for vendor in vendors:
        ledger = read_ledger(landed.connection, vendor)
        candidates = [candidate for candidate in listing.candidates if candidate.vendor == vendor]
        if not candidates and all(snapshot.landed_on != landed.day for snapshot in ledger.values()):
            continue
        day = reader.read(vendor, ledger, candidates)
        for moment, of_snapshot in day.files.items():
            reading = day.readings.get(moment)
            rejected_items = reading.rejected if reading is not None else ()
            files.add_snapshot(of_snapshot, rejected_items, is_accepted=day.is_accepted(moment))
        days.append(day)
    load.items_quarantined = files.stage(landed.connection)
    return days


def _merge(connection: Connection, table: str) -> dict[str, int]:
    """Runs a table's SQL file; returns the counts that its last statement selects."""
    cursor = run_file(connection, f"catalogue/{table}/merge.sql", {})
    return cursor.fetchall()[0] if cursor.description is not None else {}


def _withdrawn_paths(connection: Connection) -> dict[str, date]:
    """Withdrawn files of all days, with their days: the load may read snapshots of other days again."""
    return dict(
        connection.execute(
            "select source_file_path, landed_on from landing.files where source = any(%s) and withdrawn_at is not null",
            [list(SOURCES)],
        ).fetchall()
    )
