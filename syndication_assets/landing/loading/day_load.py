"""The one way to load a day: the shared steps around the parsing and merging of each room.

Lock, list, reject missing files, stage, reject changed files, write the ledger, merge, close or open quarantine: one
transaction. A load reads all files of its day, so re-runs, late files and fixed adapters need no special handling, and
days can be loaded in any order.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.landing.loading.archived_days import closed_organizations, known_paths, stage_closed
from syndication_assets.landing.retention.left_files import require_returned
from syndication_assets.landing.source_rooms import room_of
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone, readable
from syndication_assets.tenancy.organizations import organization_ids


@dataclass(slots=True)
class LandedDay:
    """The landed files of one day that a room loads, within the transaction of the load."""

    connection: Connection
    zone: LandingZone
    day: date
    organizations: dict[str, str]
    """Slug → organization_id."""
    files: list[LandedFile] = field(default_factory=list)
    withdrawn: dict[str, str] = field(default_factory=dict)
    """Path → source of the day's withdrawn files, including files that have landed again."""
    unknown_folders: list[str] = field(default_factory=list)
    """Top-level folders of the zone that belong to no organization."""
    unreadable_folders: list[str] = field(default_factory=list)
    """Folders that may contain files of the day, and why they could not be listed. The other folders are loaded."""
    archived: dict[str, str] = field(default_factory=dict)
    """Slug → organization_id of the organizations whose rows of the day are archived: their loaded files stay loaded,
    and are not among `files`."""
    late: list[LandedFile] = field(default_factory=list)
    """Their files that were never loaded, which are quarantined."""
    is_in_ledger: bool = False
    """Whether a file of the day was ever loaded, withdrawn or quarantined."""

    @property
    def sources(self) -> set[tuple[str, str]]:
        """(slug, source) of the present and the withdrawn files."""
        return {(file.organization, file.source) for file in self.files} | {
            (path.split("/", 1)[0], source) for path, source in self.withdrawn.items()
        }


@dataclass(frozen=True, slots=True)
class RoomLoad:
    """A room's own steps in the load of a day."""

    room: str
    stage: Callable[[LandedDay], None]
    """Reads the files into staging tables, including staged_files and staged_quarantine."""
    merge: Callable[[LandedDay], None]
    """Merges the staged rows into the room's tables. The ledger is already written."""
    on_listed: Callable[[LandedDay], None] = lambda _: None
    """Called with the listed files, before missing files can stop the load."""
    tables: tuple[str, ...] = ()
    """The tables that cannot be loaded while an archive has their month."""


def load_room_day(url: str, zone: LandingZone, day: date, load: RoomLoad) -> LandedDay:
    """Makes the room's rows of `day` match its landed files, in one transaction.

    Loads of one room run one after another, because posts, products and documents span days. Raises
    LandedFilesMissingError if previously loaded files of the day are missing without a withdrawal, LandedFilesLeftError
    if they left because they were kept long enough, and LandedFilesChangedError if one has another content than the
    rows that were loaded from it.
    """
    with transaction(url, lock=f"{load.room} load") as connection:
        landed = LandedDay(connection, zone, day, organization_ids(connection))
        sources = _lock_and_list(landed, load.room)
        present = {file.path for file in landed.files}
        _leave_archived_alone(landed, load.tables)
        load.on_listed(landed)
        if not landed.files and not landed.late and not landed.is_in_ledger:
            # Nothing to load and nothing to take back: most days of a long backfill.
            return landed
        known = connection.execute(load_sql("landing/loaded_paths.sql"), {"day": day, "sources": sorted(sources)})
        loaded = {path for (path,) in known if path.split("/", 1)[0] not in landed.archived}
        require_returned(connection, day, loaded - present)
        zone.reject_missing(day, loaded - present)
        connection.execute(load_sql("landing/staging.sql"))
        stage_closed(connection, landed.archived, landed.late)
        load.stage(landed)
        zone.reject_changed(day, connection.execute(load_sql("landing/changed_files.sql")).fetchall())
        connection.execute(load_sql("landing/withdrawn_files.sql"), {"day": day, "sources": sorted(sources)})
        fault_points.reach(f"{load.room}.staged")
        connection.execute(load_sql("landing/files/merge.sql"))
        load.merge(landed)
        fault_points.reach(f"{load.room}.merged")
        connection.execute(load_sql("landing/quarantine/merge.sql"))
        fault_points.reach(f"{load.room}.before_commit")
    fault_points.reach(f"{load.room}.after_commit")
    return landed


def _leave_archived_alone(landed: LandedDay, tables: tuple[str, ...]) -> None:
    landed.archived = closed_organizations(landed.connection, tables, landed.day)
    if not landed.archived:
        return
    known = known_paths(landed.connection, landed.archived.values(), landed.day)
    closed = [file for file in landed.files if file.organization in landed.archived]
    landed.late = [file for file in closed if file.path not in known]
    landed.files = [file for file in landed.files if file.organization not in landed.archived]
    landed.withdrawn = {
        path: source for path, source in landed.withdrawn.items() if path.split("/", 1)[0] not in landed.archived
    }


def _lock_and_list(landed: LandedDay, room: str) -> Collection[str]:
    """Locks the day's folders, lists their files and returns the room's sources."""
    folders = {(slug, readable(source)) for slug in landed.organizations for source in landed.zone.sources(slug)}
    ledger = landed.connection.execute(
        "select o.slug, f.source from landing.files as f"
        " inner join tenancy.organizations as o on f.organization_id = o.organization_id"
        " where f.landed_on = %s group by o.slug, f.source",
        [landed.day],
    ).fetchall()
    landed.is_in_ledger = any(room_of(source) == room for _, source in ledger)
    locked = sorted((slug, source) for slug, source in folders.union(ledger) if room_of(source) == room)
    for slug, source in locked:
        lock_folder(landed.connection, slug, source, landed.day)
    files = list(landed.zone.files(landed.day))
    landed.unknown_folders = sorted({file.organization for file in files} - landed.organizations.keys())
    landed.unreadable_folders = [str(error) for error in landed.zone.unreadable_folders(landed.day)]
    landed.files = [file for file in files if (file.organization, file.source) in locked]
    sources = {source for _, source in locked}
    landed.withdrawn = dict(
        landed.connection.execute(
            "select source_file_path, source from landing.files"
            " where landed_on = %s and source = any(%s) and withdrawn_at is not null",
            [landed.day, sorted(sources)],
        ).fetchall()
    )
    return sources
