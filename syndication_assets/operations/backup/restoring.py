"""Restores a backup into empty databases, and compares them with its manifest.

The files are checked before anything is written. Who may send what afterwards is not decided here: the command holds
the publishing queue.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from syndication_assets.database.connection import DatabaseError, connect, load_sql
from syndication_assets.database.connection_url import DATABASE_VARIABLE, without_secrets
from syndication_assets.database.migrating.migrations import find_migrations
from syndication_assets.operations.backup import client_programs, database_content
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.dagster_database import database_beside
from syndication_assets.operations.backup.manifest import BackupError, Manifest
from syndication_assets.operations.backup.progress import Report
from syndication_assets.operations.backup.taking import ROLES_FILE

_MOST_JOBS = 4


@contextmanager
def checked_files(store: BackupStore, manifest: Manifest, report: Report) -> Iterator[Path]:
    """A directory with the files of a backup, whose sizes and hashes are right; BackupError if one is not."""
    with tempfile.TemporaryDirectory(prefix="syndication-") as directory:
        yield store.fetch(manifest, Path(directory), report)


def require_known_migrations(manifest: Manifest) -> None:
    """BackupError if the backup has a migration that this version of the project does not."""
    known = {migration.name for migration in find_migrations()}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupError(
            f"The backup {manifest.name} is of version {manifest.project_version} and has the migration {unknown[0]}, "
            "which this version does not know: install that version, or a newer one."
        )


def make_database(url: str, variable: str = DATABASE_VARIABLE) -> None:
    """Creates the database of the URL if its server does not have it and lets this login create it.

    If that cannot be found out, the connection that follows says what is wrong.
    """
    parameters = conninfo_to_dict(url)
    name = str(parameters.get("dbname") or "")
    try:
        with psycopg.connect(database_beside(url, "postgres"), autocommit=True) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        raise BackupError(
            f"The server has no database {name}, and the login may not create it. Let an administrator run: "
            f'create database "{name}" owner "{parameters.get("user", "user")}";'
        ) from None
    except psycopg.OperationalError as error:
        reason = without_secrets(str(error).strip().splitlines()[0], url).rstrip(".")
        raise DatabaseError(f"Cannot connect to PostgreSQL: {reason}. Check {variable}.") from None


def require_empty(url: str, variable: str = DATABASE_VARIABLE) -> None:
    """BackupError if the database has a table: a restore replaces nothing."""
    with connect(url, variable=variable) as connection:
        tables = [table for (table,) in connection.execute(load_sql("operations/backups/tables.sql")).fetchall()]
        name = connection.info.dbname
    if tables:
        raise BackupError(
            f"The database {name} is not empty: it has {len(tables)} tables, such as {tables[0]}. A restore replaces "
            "nothing. Restore into another database, or drop this one yourself if nobody needs it."
        )


def restore_files(manifest: Manifest, folder: Path, urls: dict[str, str], report: Report) -> float:
    """Creates the roles and restores the dumps into the databases in `urls`, by `syndication` and `dagster`.

    Returns the seconds that it took. The databases are empty, and the files were checked.
    """
    started_at = time.monotonic()
    with connect(urls["syndication"], autocommit=True) as connection:
        report("creating roles")
        connection.execute((folder / ROLES_FILE).read_text(encoding="utf-8"))
    for content in manifest.databases:
        report(f"restoring {content.database}")
        with connect(urls[content.database]) as connection:
            server_version = connection.info.server_version // 10000
        client_programs.restore(
            folder / content.file,
            urls[content.database],
            server_version,
            jobs=min(os.cpu_count() or 1, _MOST_JOBS),
            with_owners=content.database == "syndication",
            report=report,
        )
    return time.monotonic() - started_at


def differences(manifest: Manifest, urls: dict[str, str], report: Report) -> list[str]:
    """How the restored databases differ from the manifest, as sentences; empty if they are the same."""
    return [
        problem
        for content in manifest.databases
        for problem in database_content.differences(content, urls[content.database], report)
    ]
