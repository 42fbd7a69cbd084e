"""Reads one vendor's snapshots of a day, decides which to accept, and which of them the load has to parse.

The result follows from the ledger and the files alone; the tables of products are not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from syndication_assets.catalogue.loading.acceptance import SnapshotSummary, rejection_reasons
from syndication_assets.catalogue.loading.snapshot_candidates import Candidate, candidate_of
from syndication_assets.catalogue.loading.snapshot_files import SnapshotFiles, read_files
from syndication_assets.catalogue.loading.snapshot_ledger import Snapshot
from syndication_assets.catalogue.loading.snapshot_parsing import SnapshotReading, parse_snapshot
from syndication_assets.catalogue.products.observation_plan import ObservationPlan, plan_observations
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.loading.day_load import LandedDay
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError


@dataclass(slots=True)
class VendorDay:
    """One vendor's part of the load of a day."""

    vendor: Vendor
    ledger: dict[datetime, Snapshot]
    """The vendor's snapshots as they were before this load."""
    files: dict[datetime, SnapshotFiles] = field(default_factory=dict)
    """The files of the snapshots that were read, by the snapshots' times."""
    readings: dict[datetime, SnapshotReading] = field(default_factory=dict)
    """Those that were parsed, too."""
    decided: dict[datetime, Snapshot] = field(default_factory=dict)
    """The vendor's snapshots of all days, each accepted or rejected."""
    plan: ObservationPlan = field(default_factory=lambda: ObservationPlan([], [], []))

    @property
    def changed_snapshots(self) -> list[Snapshot]:
        """The rows of the ledger to write."""
        return [snapshot for moment, snapshot in self.decided.items() if snapshot != self.ledger.get(moment)]

    @property
    def removed_snapshots(self) -> list[datetime]:
        """The times of the rows to delete: of snapshots that were withdrawn, or that a manifest lists now."""
        return sorted(self.ledger.keys() - self.decided.keys())

    def is_accepted(self, moment: datetime) -> bool:
        return self.decided[moment].status == "accepted"


@dataclass(frozen=True, slots=True)
class VendorDayReader:
    """Reads the parts of a day. `withdrawn` has the withdrawn files of all days."""

    landed: LandedDay
    vendors: Sequence[Vendor]
    withdrawn: Mapping[str, date]
    maximum_file_bytes: int

    def read(self, vendor: Vendor, ledger: dict[datetime, Snapshot], candidates: Sequence[Candidate]) -> VendorDay:
        """The day's snapshots, the decisions about all snapshots, and the parsed snapshots to write.

        LandedFilesMissingError if files of an accepted snapshot, or of one to accept, are missing.
        """
        day = VendorDay(vendor, ledger)
        found = {candidate.observed_at: self._summary(day, candidate) for candidate in candidates}
        removed = self._removed(day, found)
        remaining = {moment: snapshot for moment, snapshot in ledger.items() if moment not in removed}
        day.decided = _decide(remaining | found, vendor)
        day.plan = plan_observations(_accepted(ledger), _accepted(day.decided), found)
        for moment in day.plan.written:
            if moment not in day.files:
                day.files[moment] = self._read_again(day.decided[moment])
            if moment not in day.readings:
                day.readings[moment] = parse_snapshot(day.files[moment])
        return day

    def _summary(self, day: VendorDay, candidate: Candidate) -> Snapshot:
        """The row of a snapshot. It is parsed unless the ledger has one with the same content."""
        moment = candidate.observed_at
        files = day.files[moment] = read_files(self.landed.zone, candidate, self.maximum_file_bytes)
        before = day.ledger.get(moment)
        if before is not None and before.status == "accepted":
            self._reject_missing(files, {path for path in files.missing if path not in self.withdrawn})
        known = (before, *day.ledger.values()) if before is not None else day.ledger.values()
        for snapshot in known:
            if snapshot.describes_equals and snapshot.content_hash == files.content_hash:
                return snapshot.at(candidate)
        reading = day.readings[moment] = parse_snapshot(files)
        return Snapshot.of(reading)

    def _read_again(self, snapshot: Snapshot) -> SnapshotFiles:
        """Reads a snapshot of another day under its folder's lock, so that its files cannot be withdrawn meanwhile."""
        path = snapshot.manifest_path
        organization, source = path.split("/")[:2]
        lock_folder(self.landed.connection, organization, source, snapshot.landed_on)
        candidate = candidate_of(self.landed.zone, path, snapshot.landed_on, self.vendors, self.maximum_file_bytes)
        files = read_files(self.landed.zone, candidate, self.maximum_file_bytes)
        self._reject_missing(files, set(files.missing))
        return files

    def _reject_missing(self, files: SnapshotFiles, paths: set[str]) -> None:
        if paths:
            raise LandedFilesMissingError(
                f"{len(paths)} file(s) of {files.candidate.path}, which was loaded before, are missing from "
                f"{self.landed.zone.url}; the first is {min(paths)}. Restore them (landed files are immutable), or "
                "remove the manifest on purpose with `syndication withdraw`. Nothing was changed."
            )

    def _removed(self, day: VendorDay, found: Mapping[datetime, Snapshot]) -> set[datetime]:
        """The day's snapshots in the ledger that were not found: withdrawn, or a file that a manifest lists now."""
        removed = {
            moment
            for moment, snapshot in day.ledger.items()
            if snapshot.landed_on == self.landed.day and moment not in found
        }
        for path in sorted(day.ledger[moment].manifest_path for moment in removed):
            if path not in self.withdrawn and not self.landed.zone.exists(path):
                raise LandedFilesMissingError(
                    f"{path} was loaded before and is missing from {self.landed.zone.url}. Restore it (landed files "
                    "are immutable), or remove it on purpose with `syndication withdraw`. Nothing was changed."
                )
        return removed


def _decide(snapshots: Mapping[datetime, Snapshot], vendor: Vendor) -> dict[datetime, Snapshot]:
    """The snapshots with the status and the reason that the vendor's rules give them."""
    reasons = rejection_reasons(
        (
            SnapshotSummary(moment, snapshot.products, None if snapshot.is_complete else snapshot.reason)
            for moment, snapshot in snapshots.items()
        ),
        vendor.maximum_shrinkage,
    )
    return {
        moment: replace(snapshot, status="rejected" if reasons[moment] else "accepted", reason=reasons[moment])
        for moment, snapshot in snapshots.items()
    }


def _accepted(snapshots: Mapping[datetime, Snapshot]) -> dict[datetime, bytes]:
    return {moment: row.content_hash for moment, row in snapshots.items() if row.status == "accepted"}
