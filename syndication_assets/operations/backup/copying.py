"""Copies backups to a second place, so that neither a lost disk nor a lost region takes all of them.

The second place keeps as many backups as the first, counted by itself: what is lost at the first stays at the second.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, database_url, transaction
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.operations.backup import backup_rows
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.manifest import MANIFEST_FILE, BackupError, Manifest
from syndication_assets.operations.backup.progress import Report
from syndication_assets.operations.backup.taking import too_many
from syndication_assets.operations.stores.private_store import UNFINISHED
from syndication_assets.settings import Settings
from syndication_assets.settings.environment import checked_store_url

SETTING = "backups.copy_url"
LOCK = "operations.backup_copies"


class CopyStore(BackupStore):
    """The second place of the backups of one database."""

    if_not_written = "Make room or make the place writable, and run `syndication backup copy` again."
    if_not_read = f"Make the place readable, or name another one with the setting {SETTING}."
    variable = f"the setting {SETTING}"

    @classmethod
    def of_database(cls, connection: Connection) -> "CopyStore | None":
        """The second place that the installation has named; None without one."""
        url = read_setting(connection, SETTING)
        if url is None:
            return None
        try:
            return cls(checked_store_url(url, f"The setting {SETTING}"))
        except ValueError as error:
            raise BackupError(str(error)) from None

    def receive(self, source: BackupStore, manifest: Manifest, report: Report) -> None:
        """Copies a backup, and reads what was written again. It is complete at the end, or no backup yet.

        Files that an interrupted copy has completed are not copied again. BackupError if the source is damaged, or if
        what was written is not what is read.
        """
        self._require_claim()
        name = manifest.name
        folder = f"{UNFINISHED}{name}" if self._is_local else name
        with self._errors("written"):
            self._make_folder(folder, is_new=False)
        for file in manifest.files:
            with self._errors(f"read ({name}/{file.name})"):
                if self.damage(folder, file) is None:
                    continue
            self._remove_file(f"{folder}/{file.name}")
            report(f"copying {name}/{file.name} ({file.size_bytes:,} bytes)")
            if self.write(f"{folder}/{file.name}", source.chunks(name, file.name), report) != file:
                self._remove_file(f"{folder}/{file.name}")
                raise BackupError(
                    f"The backup {name} in {source.url} is damaged: {file.name} was changed, so it is not copied. "
                    "Use another backup."
                )
            with self._errors(f"read ({name}/{file.name})"):
                damage = self.damage(folder, file)
            if damage is not None:
                raise BackupError(
                    f"{self.url} does not keep what is written there: {damage}, just after it was copied."
                )
            fault_points.reach("backup.copied_file")
        self._remove_file(f"{folder}/{MANIFEST_FILE}")
        # As it is, and not as this version would write it: the database knows its hash.
        self.write(f"{folder}/{MANIFEST_FILE}", source.chunks(name, MANIFEST_FILE), report)
        self.put_in_place(folder, name)

    def remove_abandoned(self, kept: Collection[str]) -> None:
        """Removes what interrupted copies have left of backups that are kept no more."""
        complete = {*self.names()}
        for folder in self._folders():
            name = folder.removeprefix(UNFINISHED)
            if self.is_name(name) and name not in kept and (folder != name or name not in complete):
                self._require_claim()
                with self._errors(f"removed ({folder})"):
                    self._filesystem.rm(self._path(folder), recursive=True)

    def _remove_file(self, path: str) -> None:
        with self._errors("written"), suppress(FileNotFoundError):
            self._filesystem.rm_file(self._path(path))


@dataclass(frozen=True, slots=True)
class Copied:
    """What one look at the second place has done."""

    url: str
    copied: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why a backup was not copied, as sentences."""


def copy_backups(settings: Settings, report: Report) -> Copied | None:
    """Copies the backups that are kept and that the second place lacks, the newest first, and removes there what is too
    many. None if there is no second place. One runs at a time on a database.

    A backup that cannot be copied keeps no other from being copied. BackupError if the place belongs to another
    database.
    """
    own_url = database_url(settings)
    source = BackupStore(settings.backup_url)
    with transaction(own_url, lock=LOCK) as connection:
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        target = CopyStore.of_database(connection)
        if target is None:
            return None
        if target.url == source.url:
            raise BackupError(f"The setting {SETTING} names the place of the backups themselves: name another one.")
        target.claim(own_url)
        kept = source.names()[: settings.backups_kept or None]
        target.remove_abandoned(kept)
        done = Copied(target.url)
        damaged = backup_rows.damaged_copies(connection, target.url)
        there = {*target.names()} - {*damaged}
        for name in kept:
            try:
                if name not in there:
                    _copy(connection, source, target, name, report, is_again=name in damaged)
                    done.copied.append(name)
                # On its own: what is copied stays copied, whatever becomes of the next one.
                with transaction(own_url) as recording:
                    backup_rows.record_copy(recording, name, target.url)
            except BackupError as error:
                done.problems.append(str(error))
        done.removed.extend(too_many(target.names(), settings.backups_kept, backup_rows.newest_proven(connection)))
        for name in done.removed:
            report(f"removing {name}")
            target.remove(name)
        backup_rows.mark_copies_removed(connection, done.removed)
    return done


def _copy(
    connection: Connection, source: BackupStore, target: CopyStore, name: str, report: Report, *, is_again: bool
) -> None:
    manifest, manifest_hash = source.read_manifest(name)
    recorded = backup_rows.recorded_hash(connection, name)
    if recorded not in {None, manifest_hash}:
        raise BackupError(f"The manifest of {name} was changed after the backup, so it is not copied.")
    if is_again and name in target.names():
        target.remove(name)
    target.receive(source, manifest, report)
