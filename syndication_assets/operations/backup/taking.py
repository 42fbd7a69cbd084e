"""Takes a backup of both databases: dumps of one moment each, with a manifest of what they contain.

Dagster's database is read first. So what it calls materialized is in the project's database, which is read after it.
"""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, database_url, transaction
from syndication_assets.database.connection_url import BACKUP_VARIABLE, DATABASE_VARIABLE, STORAGE_VARIABLE, checked_url
from syndication_assets.operations.backup import backup_rows, client_programs, database_content
from syndication_assets.operations.backup.backup_store import BackupStore, UnfinishedBackup, new_name
from syndication_assets.operations.backup.dagster_database import existing_dagster_url
from syndication_assets.operations.backup.manifest import BackupError, BackupFile, DatabaseContent, Manifest
from syndication_assets.operations.backup.progress import Report
from syndication_assets.operations.backup.roles_script import roles_script
from syndication_assets.settings import Settings

ROLES_FILE = "roles.sql"
LOCK = "operations.backups"

_FIRST_MIGRATION = "0014_operations_backups"
"""Makes the record of backups. A database that lacks later ones can be backed up before they are applied."""
_LOGIN_IN_URL = re.compile(r"(?<=://).*@")


@dataclass(frozen=True, slots=True)
class TakenBackup:
    """A complete backup and its row."""

    backup_id: str
    manifest: Manifest
    removed: list[str]
    """The names of the older backups that it replaces."""

    @property
    def seconds(self) -> float:
        return (self.manifest.finished_at - self.manifest.started_at).total_seconds()


def take_backup(settings: Settings, store: BackupStore, report: Report) -> TakenBackup:
    """Takes a backup, records it, and removes the backups that are too many. One runs at a time.

    BackupError if it is not complete, then nothing of it is kept; or if the place belongs to another database.
    """
    own_url = database_url(settings)
    source_url, variable = own_url, DATABASE_VARIABLE
    if settings.backup_database_url is not None:
        variable = BACKUP_VARIABLE
        source_url = checked_url(settings.backup_database_url.get_secret_value(), variable)
    with transaction(own_url, lock=LOCK) as connection:
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        manifest, manifest_hash = _write(settings, store, own_url, source_url, variable, report)
        backup_id = backup_rows.record_backup(connection, manifest, manifest_hash, store.url)
        removed = too_many(store.names(), settings.backups_kept, backup_rows.newest_proven(connection))
        for name in removed:
            report(f"removing {name}")
            store.remove(name)
        backup_rows.mark_removed(connection, removed)
    return TakenBackup(backup_id, manifest, removed)


def too_many(names: list[str], kept: int, proven: str | None) -> list[str]:
    """The backups to remove, of all names with the newest first."""
    return [name for name in names[kept:] if name != proven] if kept else []


def _write(
    settings: Settings, store: BackupStore, own_url: str, url: str, variable: str, report: Report
) -> tuple[Manifest, str]:
    dagster_url = existing_dagster_url(settings, url)
    started_at = datetime.now(UTC)
    with ExitStack() as stack:
        dagster = None
        if dagster_url is not None:
            dagster_variable = variable if settings.dagster_storage_url is None else STORAGE_VARIABLE
            dagster = stack.enter_context(database_content.snapshot(dagster_url, variable=dagster_variable))
        source, source_snapshot = stack.enter_context(database_content.snapshot(url, variable=variable))
        _require_sight_of_all_rows(source, variable)
        migrations = database_content.migrations_of(source)
        if _FIRST_MIGRATION not in migrations:
            raise BackupError("The database has no record of backups yet: run `syndication migrate` first.")
        store.claim(own_url)
        store.remove_unfinished(started_at)
        roles = database_content.roles_of(source)
        landing_zone = database_content.landing_zone_of(source, settings.landing_url)
        key_ids = database_content.secret_key_ids_of(source)
        server_version = source.info.server_version // 10000
        name = new_name(started_at)
        backup = stack.enter_context(store.new_backup(name))
        files = [backup.write(ROLES_FILE, [roles_script(roles).encode()], report)]
        contents = []
        if dagster is not None and dagster_url is not None:
            contents.append(_dump("dagster", dagster_url, *dagster, backup, files, report))
        contents.append(_dump("syndication", url, source, source_snapshot, backup, files, report))
        fault_points.reach("backup.before_manifest")
        manifest = Manifest(
            name=name,
            project_version=version("syndication-assets"),
            server_version=str(server_version),
            migrations=migrations,
            started_at=started_at,
            finished_at=datetime.now(UTC),
            files=files,
            databases=contents,
            roles=roles,
            landing_zone=landing_zone,
            sent_url=_LOGIN_IN_URL.sub("", settings.sent_url),
            secret_key_ids=key_ids,
        )
        return manifest, backup.finish(manifest, report)


def _dump(
    database: str,
    url: str,
    connection: Connection,
    snapshot: str,
    backup: UnfinishedBackup,
    files: list[BackupFile],
    report: Report,
) -> DatabaseContent:
    """Dumps one database, adds its file, and returns what it contains."""
    server_version = connection.info.server_version // 10000
    client_programs.program("pg_dump", server_version)
    content = database_content.read_content(connection, database, f"{database}.dump", report)
    report(f"dumping {database}")
    chunks = client_programs.dump(url, server_version, snapshot=snapshot)
    files.append(backup.write(content.file, chunks, report))
    return content


def _require_sight_of_all_rows(connection: Connection, variable: str) -> None:
    """BackupError if row-level security would hide rows from this login."""
    (may_read,) = connection.execute(
        "select rolsuper or (rolbypassrls and pg_has_role(oid, 'pg_read_all_data', 'usage'))"
        " from pg_roles where rolname = current_user"
    ).fetchall()[0]
    if not may_read:
        raise BackupError(
            f"Row-level security hides rows from {connection.info.user}, the login of {variable}. Let an administrator "
            "run: create role backup login bypassrls in role pg_read_all_data; and set SYNDICATION_BACKUP_DATABASE_URL "
            "to a URL with that login (docs/backup.md)."
        )
