"""Loads the looks at shops' catalogues that landed on one day: one transaction, in any order of days.

A look is believed or refused as a whole. What products are follows from the believed looks in the order of their
times, so a day that is loaded late, again, or after one of its files was withdrawn ends in the same tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from syndication_assets import fault_points, quarantine_staging
from syndication_assets.catalogue.candidates import DayListing, list_day
from syndication_assets.catalogue.snapshots import Snapshot
from syndication_assets.catalogue.sources import SOURCES
from syndication_assets.catalogue.staging import Staging
from syndication_assets.catalogue.vendor_load import VendorDesk, VendorLoad
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.organizations import organization_ids
from syndication_assets.resources.database import Connection, analyze_room, load_sql, transaction
from syndication_assets.resources.landing_zone import LandingZone

LOAD_LOCK = "catalogue load"


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
    """Makes the room's tables what the landed looks of all days say, with those of `day` read again.

    All of it is committed, or nothing. LandedFilesMissingError if a look that was believed lacks files.
    """
    load = DayLoad(day)
    with transaction(url, lock=LOAD_LOCK) as connection:
        vendors = list_vendors(connection)
        # Listed behind the lock: another load of the day may have seen more files than there were before.
        listing = list_day(zone, day, vendors, maximum_file_bytes)
        load.unlisted = listing.unlisted
        withdrawn = _withdrawn_paths(connection)
        connection.execute(load_sql("catalogue/staging.sql"))
        quarantine_staging.begin(connection)
        staging = Staging(connection)
        _stage_rejected_files(connection, staging, listing, withdrawn)
        for vendor in vendors:
            desk = VendorDesk(connection, zone, day, vendor, staging, vendors, withdrawn, maximum_file_bytes)
            looks = [one for one in listing.candidates if one.vendor == vendor]
            if looks or any(snapshot.landed_on == day for snapshot in desk.ledger.values()):
                load.vendors.append(desk.load(looks))
        fault_points.reach("catalogue.merged")
        quarantine_staging.merge(connection)
        load.items_quarantined = int(connection.execute("select count(*) from staged_quarantine").fetchall()[0][0])
        if load.total("products_new"):
            analyze_room(connection, "catalogue")
        fault_points.reach("catalogue.before_commit")
    fault_points.reach("catalogue.after_commit")
    return load


def _withdrawn_paths(connection: Connection) -> dict[str, date]:
    """Files that somebody took back on purpose, with their days."""
    return dict(
        connection.execute(
            "select source_file_path, landed_on from scraping.landed_files"
            " where source = any(%s) and withdrawn_at is not null",
            [list(SOURCES)],
        ).fetchall()
    )


def _stage_rejected_files(
    connection: Connection, staging: Staging, listing: DayListing, withdrawn: Iterable[str]
) -> None:
    organizations = organization_ids(connection)
    quarantine_staging.stage_rejected(
        connection,
        (
            (
                organizations[file.organization],
                file.source,
                file.landed_on,
                file.path,
                one,
                SOURCES[file.source].version,
            )
            for file, one in listing.rejected
            # The landing zone's own check tells of a folder that is no organization's.
            if file.organization in organizations
        ),
    )
    for path in withdrawn:
        slug = path.split("/", 1)[0]
        if slug in organizations:
            staging.add_files(organizations[slug], [path])
