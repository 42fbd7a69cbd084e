"""Loads the looks at shops' catalogues that landed on one day: one transaction, in any order of days.

A look is believed or refused as a whole. What products are follows from the believed looks in the order of their
times, so a day that is loaded late, again, or after one of its files was withdrawn ends in the same tables.
"""

from dataclasses import dataclass, field
from datetime import date

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.catalogue_staging import Staging
from syndication_assets.catalogue.snapshot_candidates import list_day
from syndication_assets.catalogue.snapshot_ledger import Snapshot
from syndication_assets.catalogue.vendor_load import VendorDesk, VendorLoad
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
    """What fetches landed that did not come to their manifests."""

    def total(self, name: str) -> int:
        return sum(vendor.counts[name] for vendor in self.vendors)

    @property
    def snapshots(self) -> list[Snapshot]:
        return [snapshot for vendor in self.vendors for snapshot in vendor.snapshots]

    @property
    def refused(self) -> list[tuple[Vendor, Snapshot]]:
        return [(load.vendor, one) for load in self.vendors for one in load.snapshots if one.status == "refused"]


def load_day(url: str, zone: LandingZone, day: date, *, maximum_file_bytes: int) -> DayLoad:
    """Makes the room's tables what the landed snapshots of all days contain, with those of `day` read again.

    All of it is committed, or nothing. LandedFilesMissingError if a snapshot that was accepted lacks files.
    """
    load = DayLoad(day)
    desks: list[VendorDesk] = []

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
            desk = VendorDesk(connection, zone, day, vendor, staging, vendors, withdrawn, maximum_file_bytes)
            candidates = [candidate for candidate in listing.candidates if candidate.vendor == vendor]
            if candidates or any(snapshot.landed_on == day for snapshot in desk.ledger.values()):
                desk.read(candidates)
                desks.append(desk)
        staging.flush_files()

    def merge(landed: LandedDay) -> None:
        for desk in desks:
            load.vendors.append(desk.merge())
            load.items_quarantined = desk.staging.items_quarantined
        if load.total("products_new"):
            analyze_room(landed.connection, "catalogue")

    load_room_day(url, zone, day, RoomLoad("catalogue", stage, merge))
    return load


def _withdrawn_paths(connection: Connection) -> dict[str, date]:
    """Withdrawn files of all days, with their days: a snapshot of another day may have to be read again."""
    return dict(
        connection.execute(
            "select source_file_path, landed_on from landing.files where source = any(%s) and withdrawn_at is not null",
            [list(SOURCES)],
        ).fetchall()
    )
