"""One vendor's part of the load of a day: which of its looks are believed, and what the tables say after them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from psycopg import Cursor

from syndication_assets.catalogue.acceptance import Look, reasons_to_refuse
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
    """What loading a day did to one vendor."""

    vendor: Vendor
    snapshots: list[Snapshot] = field(default_factory=list)
    """The looks of the day."""
    counts: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)


@dataclass
class VendorDesk:
    """One vendor's part of one load."""

    connection: Connection
    zone: LandingZone
    day: date
    vendor: Vendor
    staging: Staging
    vendors: list[Vendor]
    withdrawn: dict[str, date]
    maximum_file_bytes: int
    ledger: dict[datetime, Snapshot] = field(init=False)
    result: VendorLoad = field(init=False)
    readings: dict[datetime, SnapshotReading] = field(init=False, default_factory=dict)
    """The day's snapshots, by their time."""
    gone: set[datetime] = field(init=False, default_factory=set)
    judged: dict[datetime, Snapshot] = field(init=False, default_factory=dict)
    staged: set[datetime] = field(init=False, default_factory=set)
    is_changed: bool = field(init=False, default=False)
    """Whether changes were written or removed, but for those of new products."""
    described: dict[str, bytes] = field(init=False, default_factory=dict)
    """The content hash of each product's row, by its sku; the rows are made right at the end only."""
    known_of_looks: dict[datetime, KnownItems] = field(init=False, default_factory=dict)
    """What will be known of the items of each look that was read."""

    def __post_init__(self) -> None:
        self.ledger = read_ledger(self.connection, self.vendor)
        self.result = VendorLoad(self.vendor)

    @cached_property
    def known(self) -> KnownItems:
        """What is known of the vendor's items before this load."""
        return read_known_items(self.connection, self.vendor, SOURCES[self.vendor.source])

    def read(self, candidates: list[Candidate]) -> None:
        """Reads the day's snapshots and decides which of all days are accepted."""
        self.readings = {candidate.observed_at: self._read(candidate) for candidate in candidates}
        self.gone = self._gone_looks(self.readings)
        known = {moment: snapshot for moment, snapshot in self.ledger.items() if moment not in self.gone}
        self.judged = self._judged(known | {moment: Snapshot.of(reading) for moment, reading in self.readings.items()})
        for moment, reading in self.readings.items():
            self.staging.add_files(reading, is_accepted=self.judged[moment].status == "loaded")

    def merge(self) -> VendorLoad:
        """Makes the tables follow what was accepted."""
        # What the vendor before this one left there is not this one's.
        self.connection.execute("delete from staged_changed")
        represented = {moment for moment, snapshot in self.ledger.items() if snapshot.status == "loaded"}
        believed = {moment for moment, snapshot in self.judged.items() if snapshot.status == "loaded"}

        doubted = represented - believed
        for moment in sorted(doubted):
            self._put_look(moment, represented, is_believed=False)
        for moment in sorted(believed - represented | believed & self.readings.keys()):
            self._stage(self.judged[moment], self.readings.pop(moment, None))
            self._put_look(moment, represented, is_believed=True)
        changed = [snapshot for moment, snapshot in self.judged.items() if snapshot != self.ledger.get(moment)]
        write_ledger(self.connection, self.vendor, changed, sorted(self.gone))
        newest = max(believed, default=None)
        self._describe(self.judged, newest, is_any_doubted=bool(doubted))
        self._keep_known_items(newest)
        self.result.snapshots = [snapshot for snapshot in self.judged.values() if snapshot.landed_on == self.day]
        return self.result

    def _read(self, candidate: Candidate) -> SnapshotReading:
        reading = read_snapshot(self.zone, candidate, self.maximum_file_bytes, self.known)
        self.known_of_looks[candidate.observed_at] = reading.known
        before = self.ledger.get(candidate.observed_at)
        lost = [path for path in reading.missing if path not in self.withdrawn]
        if lost and before is not None and before.status == "loaded":
            raise LandedFilesMissingError(
                f"{len(lost)} file(s) of {candidate.path}, which was loaded before, are gone from {self.zone.url}, the "
                f"first is {lost[0]}. Restore them (a landed file is immutable), or take the manifest back on purpose "
                "with `syndication withdraw`; nothing was changed."
            )
        self.result.unknown_keys.update(reading.unknown_keys)
        return reading

    def _read_again(self, snapshot: Snapshot) -> SnapshotReading:
        """Reads a snapshot of another day, behind the lock of its folder: nobody withdraws its files meanwhile."""
        path, day = snapshot.manifest_path, snapshot.landed_on
        lock_folder(self.connection, self.vendor.organization, self.vendor.source, day)
        reading = self._read(candidate_of(self.zone, path, day, self.vendors, self.maximum_file_bytes))
        self.staging.add_files(reading, is_accepted=True)
        self.staging.flush_files()
        return reading

    def _gone_looks(self, readings: dict[datetime, SnapshotReading]) -> set[datetime]:
        """The day's looks of the ledger that are none any more: withdrawn, or listed by a manifest by now."""
        gone = {m for m, one in self.ledger.items() if one.landed_on == self.day and m not in readings}
        for path in sorted(self.ledger[moment].manifest_path for moment in gone):
            if path not in self.withdrawn and not self.zone.exists(path):
                raise LandedFilesMissingError(
                    f"{path} was loaded before and is gone from {self.zone.url}. Restore it (a landed file is "
                    "immutable), or take it back on purpose with `syndication withdraw`; nothing was changed."
                )
        return gone

    def _judged(self, looks: dict[datetime, Snapshot]) -> dict[datetime, Snapshot]:
        reasons = reasons_to_refuse(
            (Look(moment, one.products, None if one.is_complete else one.reason) for moment, one in looks.items()),
            self.vendor.maximum_shrinkage,
        )
        return {
            moment: replace(one, status="refused" if reasons[moment] else "loaded", reason=reasons[moment])
            for moment, one in looks.items()
        }

    def _stage(self, snapshot: Snapshot, reading: SnapshotReading | None = None) -> None:
        """Stages a look; one of another day is read again."""
        if snapshot.observed_at in self.staged:
            return
        if reading is None:
            reading = self._read_again(snapshot)
        if not self.staged:
            self.described = dict(
                self.connection.execute(
                    "select sku, content_hash from catalogue.products where organization_id = %s and vendor = %s",
                    [self.vendor.organization_id, self.vendor.vendor],
                ).fetchall()
            )
        self.staging.add_catalogue(reading, self.described)
        self.staged.add(snapshot.observed_at)

    def _put_look(self, moment: datetime, represented: set[datetime], *, is_believed: bool) -> None:
        """Puts a look into the order of changes, or takes it out."""
        represented.discard(moment)
        place = {"observed_at": moment, "next_observed_at": min((m for m in represented if m > moment), default=None)}
        counts = self.result.counts
        if is_believed:
            new = self._run_file("new_products", **place).fetchall()[0]
            counts.update(new)
            if new["products_new"]:
                analyze_room(self.connection, "catalogue")
        changes = self._run("product_changes", **place, is_believed=is_believed)
        counts["changes"] += changes
        self.is_changed |= bool(changes)
        if is_believed:
            represented.add(moment)

    def _keep_known_items(self, newest: datetime | None) -> None:
        """Keeps what is known of the newest look: the next one is like it."""
        known = self.known_of_looks.get(newest) if newest is not None else None
        if known is not None and known.keys() != self.known.keys():
            write_known_items(self.connection, self.vendor, SOURCES[self.vendor.source], known)

    def _describe(self, judged: dict[datetime, Snapshot], newest: datetime | None, *, is_any_doubted: bool) -> None:
        """Makes products, prices and categories what the changes say."""
        counts = self.result.counts
        # Without a change the rows say already what the changes say; those that are new do, too.
        is_changed = is_any_doubted or self.is_changed
        if is_changed:
            self._describe_products(judged, newest, is_any_doubted=is_any_doubted)
        categories_new = self._run("categories", observed_at=newest)
        if counts["products_new"]:
            analyze_room(self.connection, "catalogue")
        if is_changed or counts["products_new"] or categories_new:
            counts["product_categories_changed"] += self._run(
                "product_categories", has_new_categories=bool(categories_new)
            )

    def _describe_products(
        self, judged: dict[datetime, Snapshot], newest: datetime | None, *, is_any_doubted: bool
    ) -> None:
        self._run("product_states")
        for look in self._run_file("looks_to_describe").fetchall():
            self._stage(judged[look["described_at"]])
        if newest is not None and is_any_doubted:
            # What a look said that is believed no more, the newest one may say too.
            self._stage(judged[newest])
        self.result.counts["products_updated"] += self._run("products")
        self.result.counts["prices_changed"] += self._run("product_prices")

    def _run(self, statement: str, **parameters: object) -> int:
        """Runs a file for the vendor; returns what it counts, or how many rows it wrote."""
        cursor = self._run_file(statement, **parameters)
        if cursor.description is None:
            return cursor.rowcount
        (count,) = cursor.fetchall()[0].values()
        return int(count)

    def _run_file(self, statement: str, **parameters: object) -> Cursor[dict[str, Any]]:
        owner = {"organization_id": self.vendor.organization_id, "vendor": self.vendor.vendor}
        return run_file(self.connection, f"catalogue/{statement}.sql", owner | parameters)
