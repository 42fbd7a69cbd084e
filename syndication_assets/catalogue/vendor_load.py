"""Loads one vendor's snapshots of a day: decides which to accept, then updates the tables from the accepted ones."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from psycopg import Cursor

from syndication_assets.catalogue.acceptance import SnapshotSummary, rejection_reasons
from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.catalogue_staging import Staging
from syndication_assets.catalogue.known_items import KnownItems
from syndication_assets.catalogue.known_items_table import read_known_items, write_known_items
from syndication_assets.catalogue.snapshot_candidates import Candidate, candidate_of
from syndication_assets.catalogue.snapshot_ledger import Snapshot, read_ledger, write_ledger
from syndication_assets.catalogue.snapshot_reading import SnapshotReading, read_snapshot
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection, analyze_room, run_file
from syndication_assets.landing.folder_locks import lock_folder
from syndication_assets.landing.landing_zone import LandedFilesMissingError, LandingZone


@dataclass(slots=True)
class VendorLoad:
    """What loading a day did for one vendor."""

    vendor: Vendor
    snapshots: list[Snapshot] = field(default_factory=list)
    """The snapshots that landed on the day."""
    counts: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)


@dataclass
class VendorLoader:
    """The part of one load that concerns one vendor: `read` decides, `merge` writes."""

    connection: Connection
    zone: LandingZone
    day: date
    vendor: Vendor
    staging: Staging
    vendors: list[Vendor]
    withdrawn: dict[str, date]
    """Withdrawn files, with the days on which they landed."""
    maximum_file_bytes: int
    ledger: dict[datetime, Snapshot] = field(init=False)
    """The vendor's snapshots as they were before this load."""
    result: VendorLoad = field(init=False)
    readings: dict[datetime, SnapshotReading] = field(init=False, default_factory=dict)
    """The snapshots of the day, by their time."""
    removed: set[datetime] = field(init=False, default_factory=set)
    """The times of the day's snapshots that are in the ledger, but were withdrawn or replaced."""
    decided: dict[datetime, Snapshot] = field(init=False, default_factory=dict)
    """The vendor's snapshots of all days, each accepted or rejected."""
    staged: set[datetime] = field(init=False, default_factory=set)
    has_changes: bool = field(init=False, default=False)
    """Whether changes were written or removed, other than the first changes of new products."""
    row_hashes: dict[str, bytes] = field(init=False, default_factory=dict)
    """The content hash of each product's row by sku, as of before this load: `_describe` updates the rows last."""
    known_by_snapshot: dict[datetime, KnownItems] = field(init=False, default_factory=dict)
    """The items of each snapshot that was read, to be kept for the next load."""

    def __post_init__(self) -> None:
        self.ledger = read_ledger(self.connection, self.vendor)
        self.result = VendorLoad(self.vendor)

    @cached_property
    def known(self) -> KnownItems:
        """The items that the last load kept."""
        return read_known_items(self.connection, self.vendor, SOURCES[self.vendor.source])

    def read(self, candidates: list[Candidate]) -> None:
        """Reads the day's snapshots and decides which snapshots of all days to accept."""
        self.readings = {candidate.observed_at: self._read(candidate) for candidate in candidates}
        self.removed = self._removed_snapshots()
        remaining = {moment: snapshot for moment, snapshot in self.ledger.items() if moment not in self.removed}
        self.decided = self._decide(
            remaining | {moment: Snapshot.of(reading) for moment, reading in self.readings.items()}
        )
        for moment, reading in self.readings.items():
            self.staging.add_files(reading, is_accepted=self.decided[moment].status == "accepted")

    def merge(self) -> VendorLoad:
        """Updates the vendor's tables from the accepted snapshots."""
        # It still holds the products of the vendor before this one.
        self.connection.execute("delete from staged_changed_products")
        merged = {moment for moment, snapshot in self.ledger.items() if snapshot.status == "accepted"}
        accepted = {moment for moment, snapshot in self.decided.items() if snapshot.status == "accepted"}

        no_longer_accepted = merged - accepted
        for moment in sorted(no_longer_accepted):
            self._merge_snapshot(moment, merged, is_accepted=False)
        for moment in sorted(accepted - merged | accepted & self.readings.keys()):
            self._stage(self.decided[moment], self.readings.pop(moment, None))
            self._merge_snapshot(moment, merged, is_accepted=True)
        changed = [snapshot for moment, snapshot in self.decided.items() if snapshot != self.ledger.get(moment)]
        write_ledger(self.connection, self.vendor, changed, sorted(self.removed))
        newest = max(accepted, default=None)
        self._describe(newest, has_newly_rejected=bool(no_longer_accepted))
        self._keep_known_items(newest)
        self.result.snapshots = [snapshot for snapshot in self.decided.values() if snapshot.landed_on == self.day]
        return self.result

    def _read(self, candidate: Candidate) -> SnapshotReading:
        reading = read_snapshot(self.zone, candidate, self.maximum_file_bytes, self.known)
        self.known_by_snapshot[candidate.observed_at] = reading.known
        before = self.ledger.get(candidate.observed_at)
        lost = [path for path in reading.missing if path not in self.withdrawn]
        if lost and before is not None and before.status == "accepted":
            raise LandedFilesMissingError(
                f"{len(lost)} file(s) of {candidate.path}, which was loaded before, are missing from {self.zone.url}; "
                f"the first is {lost[0]}. Restore them (landed files are immutable), or remove the manifest on purpose "
                "with `syndication withdraw`. Nothing was changed."
            )
        self.result.unknown_keys.update(reading.unknown_keys)
        return reading

    def _read_again(self, snapshot: Snapshot) -> SnapshotReading:
        """Reads a snapshot of another day under its folder's lock, so that its files cannot be withdrawn meanwhile."""
        path, day = snapshot.manifest_path, snapshot.landed_on
        lock_folder(self.connection, self.vendor.organization, self.vendor.source, day)
        reading = self._read(candidate_of(self.zone, path, day, self.vendors, self.maximum_file_bytes))
        self.staging.add_files(reading, is_accepted=True)
        self.staging.flush_files()
        return reading

    def _removed_snapshots(self) -> set[datetime]:
        """The day's snapshots in the ledger that were not found: withdrawn, or a file that a manifest lists now."""
        removed = {
            moment
            for moment, snapshot in self.ledger.items()
            if snapshot.landed_on == self.day and moment not in self.readings
        }
        for path in sorted(self.ledger[moment].manifest_path for moment in removed):
            if path not in self.withdrawn and not self.zone.exists(path):
                raise LandedFilesMissingError(
                    f"{path} was loaded before and is missing from {self.zone.url}. Restore it (landed files are "
                    "immutable), or remove it on purpose with `syndication withdraw`. Nothing was changed."
                )
        return removed

    def _decide(self, snapshots: dict[datetime, Snapshot]) -> dict[datetime, Snapshot]:
        """The snapshots with the status and the reason that the vendor's rules give them."""
        reasons = rejection_reasons(
            (
                SnapshotSummary(moment, snapshot.products, None if snapshot.is_complete else snapshot.reason)
                for moment, snapshot in snapshots.items()
            ),
            self.vendor.maximum_shrinkage,
        )
        return {
            moment: replace(snapshot, status="rejected" if reasons[moment] else "accepted", reason=reasons[moment])
            for moment, snapshot in snapshots.items()
        }

    def _stage(self, snapshot: Snapshot, reading: SnapshotReading | None = None) -> None:
        """Stages a snapshot once; without a reading, its files are read again."""
        if snapshot.observed_at in self.staged:
            return
        if reading is None:
            reading = self._read_again(snapshot)
        if not self.staged:
            self.row_hashes = dict(
                self.connection.execute(
                    "select sku, content_hash from catalogue.products where organization_id = %s and vendor = %s",
                    [self.vendor.organization_id, self.vendor.vendor],
                ).fetchall()
            )
        self.staging.add_catalogue(reading, self.row_hashes)
        self.staged.add(snapshot.observed_at)

    def _merge_snapshot(self, moment: datetime, merged: set[datetime], *, is_accepted: bool) -> None:
        """Adds a snapshot to the history of changes, or removes it if it is not accepted; keeps `merged` current."""
        merged.discard(moment)
        parameters = {
            "observed_at": moment,
            "next_observed_at": min((later for later in merged if later > moment), default=None),
        }
        counts = self.result.counts
        if is_accepted:
            new = self._run_file("new_products", **parameters).fetchall()[0]
            counts.update(new)
            if new["products_new"]:
                analyze_room(self.connection, "catalogue")
        changes = self._run("product_changes", **parameters, is_accepted=is_accepted)
        counts["changes"] += changes
        self.has_changes |= bool(changes)
        if is_accepted:
            merged.add(moment)

    def _keep_known_items(self, newest: datetime | None) -> None:
        """Keeps the items of the newest accepted snapshot, which the next one most resembles."""
        known = self.known_by_snapshot.get(newest) if newest is not None else None
        if known is not None and known.keys() != self.known.keys():
            write_known_items(self.connection, self.vendor, SOURCES[self.vendor.source], known)

    def _describe(self, newest: datetime | None, *, has_newly_rejected: bool) -> None:
        """Updates products, prices and categories from the history of changes."""
        counts = self.result.counts
        # Without changes the rows are current already, and so are those of new products.
        has_changes = has_newly_rejected or self.has_changes
        if has_changes:
            self._describe_products(newest, has_newly_rejected=has_newly_rejected)
        categories_new = self._run("categories", observed_at=newest)
        if counts["products_new"]:
            analyze_room(self.connection, "catalogue")
        if has_changes or counts["products_new"] or categories_new:
            counts["product_categories_changed"] += self._run(
                "product_categories", has_new_categories=bool(categories_new)
            )

    def _describe_products(self, newest: datetime | None, *, has_newly_rejected: bool) -> None:
        self._run("product_states")
        for row in self._run_file("snapshots_to_describe").fetchall():
            self._stage(self.decided[row["described_at"]])
        if newest is not None and has_newly_rejected:
            # Categories described by a rejected or withdrawn snapshot take the newest snapshot's description.
            self._stage(self.decided[newest])
        self.result.counts["products_updated"] += self._run("products")
        self.result.counts["prices_changed"] += self._run("product_prices")

    def _run(self, statement: str, **parameters: object) -> int:
        """Runs a SQL file for the vendor; returns the count that it selects, else the number of rows it wrote."""
        cursor = self._run_file(statement, **parameters)
        if cursor.description is None:
            return cursor.rowcount
        (count,) = cursor.fetchall()[0].values()
        return int(count)

    def _run_file(self, statement: str, **parameters: object) -> Cursor[dict[str, Any]]:
        owner = {"organization_id": self.vendor.organization_id, "vendor": self.vendor.vendor}
        return run_file(self.connection, f"catalogue/{statement}.sql", owner | parameters)
