"""Loads the catalogue snapshots that landed on one day, in one transaction; the days may be loaded in any order.

A snapshot is accepted or rejected as a whole. Products are derived from the accepted snapshots in the order of their
times, so loading a day late, again, or after one of its files was withdrawn gives the same tables.
"""

from dataclasses import dataclass, field
from datetime import date

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.catalogue_staging import Staging
from syndication_assets.catalogue.snapshot_candidates import list_day
from syndication_assets.catalogue.snapshot_ledger import Snapshot
from syndication_assets.catalogue.vendor_load import VendorLoad, VendorLoader
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import Connection, analyze_room, load_sql
from syndication_assets.landing.day_load import LandedDay, RoomLoad, load_room_day
from syndication_assets.landing.landing_zone import LandingZone


@dataclass(slots=True)
class DayLoad:
    """What loading one day did."""

    day: date
    vendors: list[VendorLoad] = field(default_factory=list)
    items_quarantined: int = 0
    unlisted: list[str] = field(default_factory=list)
    """Files of fetches that died before they landed a manifest."""

    def total(self, name: str) -> int:
        return sum(vendor.counts[name] for vendor in self.vendors)

    @property
    def snapshots(self) -> list[Snapshot]:
        return [snapshot for vendor in self.vendors for snapshot in vendor.snapshots]

    @property
    def rejected(self) -> list[tuple[Vendor, Snapshot]]:
        return [
            (load.vendor, snapshot)
            for load in self.vendors
            for snapshot in load.snapshots
            if snapshot.status == "rejected"
        ]


def load_day(url: str, zone: LandingZone, day: date, *, maximum_file_bytes: int) -> DayLoad:
    """Reads the day's snapshots and updates the room's tables to what the accepted snapshots of all days say.

    Commits all of it or nothing. Raises LandedFilesMissingError if files of an accepted snapshot are missing.
    """
    load = DayLoad(day)
    loaders: list[VendorLoader] = []

    def stage(landed: LandedDay) -> None:
        connection = landed.connection
        vendors = list_vendors(connection)
        listing = list_day(zone, landed.files, vendors, maximum_file_bytes)
        load.unlisted = listing.unlisted
        connection.execute(load_sql("catalogue/staging.sql"))
        staging = Staging(connection, {file.path: file.size_bytes for file in landed.files})
        for file, rejected in listing.rejected:
            staging.add_unreadable(
                file, landed.organizations[file.organization], rejected, SOURCES[file.source].version
            )
        withdrawn = _withdrawn_paths(connection)
        for vendor in vendors:
            loader = VendorLoader(connection, zone, day, vendor, staging, vendors, withdrawn, maximum_file_bytes)
            candidates = [candidate for candidate in listing.candidates if candidate.vendor == vendor]
            if candidates or any(snapshot.landed_on == day for snapshot in loader.ledger.values()):
                loader.read(candidates)
                loaders.append(loader)
        staging.flush_files()

    def merge(landed: LandedDay) -> None:
        for loader in loaders:
            load.vendors.append(loader.merge())
            load.items_quarantined = loader.staging.items_quarantined
        if load.total("products_new"):
            analyze_room(landed.connection, "catalogue")

    load_room_day(url, zone, day, RoomLoad("catalogue", stage, merge))
    return load


def _withdrawn_paths(connection: Connection) -> dict[str, date]:
    """Withdrawn files of all days, with their days: the load may read snapshots of other days again."""
    return dict(
        connection.execute(
            "select source_file_path, landed_on from landing.files where source = any(%s) and withdrawn_at is not null",
            [list(SOURCES)],
        ).fetchall()
    )
