"""Proves a backup: restores it into a scratch server of its own, compares all rows, and checks constraints and rights.

The scratch server is an embedded one below `SYNDICATION_LOCAL_DIR/backup_proof`. It is removed at the end, and after a
proof that was killed by the next one.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection import Connection, connect, database_url, load_sql, transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.database.schema.schema_rights import missing_rights
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup import backup_rows
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.dagster_database import database_beside
from syndication_assets.operations.backup.manifest import BackupError, Manifest
from syndication_assets.operations.backup.progress import Report
from syndication_assets.operations.backup.restoring import (
    checked_files,
    differences,
    require_known_migrations,
    restore_files,
)
from syndication_assets.operations.backup.table_origins import ORIGINS
from syndication_assets.settings import Settings

LOCK = "operations.backup_proof"
_SHOWN = 5
_LATE = timedelta(hours=12)
# The scratch server keeps nothing, so it need not survive a crash.
_FAST = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


class ScratchServerError(BackupError):
    """There is no server to restore into, which says nothing about the backup."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of a proof."""

    name: str
    manifest: Manifest | None
    """None if it cannot be read."""
    restore_seconds: float | None
    """None if nothing was restored."""
    seconds: float
    problems: list[str]
    """Sentences for people; empty if the backup is proven."""

    @property
    def problem(self) -> str | None:
        """The first problems in one text."""
        more = len(self.problems) - _SHOWN
        shown = " ".join(self.problems[:_SHOWN]) + (f" And {more} more." if more > 0 else "")
        return shown or None


def prove(settings: Settings, store: BackupStore, name: str, report: Report) -> Proof:
    """Restores a backup into a scratch server, and records the outcome. One proof runs at a time on a database.

    A backup that is not proven is no error of this function: the problems are in what it returns.
    ScratchServerError if there is no server to restore into; then nothing is recorded.
    """
    started_at = datetime.now(UTC)
    own_url = database_url(settings)
    with transaction(own_url, lock=LOCK) as connection:
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        manifest, restore_seconds, problems = None, None, []
        try:
            manifest, manifest_hash = store.read_manifest(name)
            recorded = backup_rows.recorded_hash(connection, name)
            backup_rows.require_recorded(name, recorded, manifest_hash)
            if recorded is None:
                backup_rows.record_backup(connection, manifest, manifest_hash, store.url)
            require_known_migrations(manifest)
            with checked_files(store, manifest, report) as folder, scratch_server(settings.local_directory) as urls:
                restore_seconds = restore_files(manifest, folder, urls, report)
                problems = [*differences(manifest, urls, report), *_broken_rules(urls["syndication"], report)]
        except ScratchServerError:
            raise
        except SyndicationError as error:
            problems = [str(error)]
        seconds = (datetime.now(UTC) - started_at).total_seconds()
        proof = Proof(name, manifest, restore_seconds, seconds, problems)
        backup_rows.record_proof(connection, name, restore_seconds, proof.problem)
    return proof


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether a backup is to be proven again, as the setting `backups.days_between_proofs` says.

    What failed is due at once. A proof that began a little late yesterday makes today's one no less due.
    """
    days = timedelta(days=read_setting(connection, "backups.days_between_proofs"))
    return not backup_rows.proven_since(connection, now - days + _LATE)


@contextmanager
def scratch_server(local_directory: Path) -> Iterator[dict[str, str]]:
    """The URLs of two empty databases, `syndication` and `dagster`, of a new server that is removed at the end.

    What the settings say about databases has no effect on it, so a proof cannot write anywhere else.
    """
    place = local_directory / "backup_proof"
    _remove(place)
    place.mkdir(parents=True)
    try:
        try:
            url = embedded_postgres.start(place)
        except (SyndicationError, subprocess.SubprocessError, OSError) as error:
            reason = str(error).rstrip(".") if isinstance(error, SyndicationError) else type(error).__name__
            raise ScratchServerError(
                f"The scratch server cannot be started in {place}, so the backup was not restored: {reason}."
            ) from None
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in _FAST:
                connection.execute(f"alter system set {setting}")
            connection.execute("select pg_reload_conf()")
        yield {"syndication": url, "dagster": database_beside(url, "dagster")}
    finally:
        _remove(place)


def _remove(place: Path) -> None:
    if place.exists():
        embedded_postgres.stop(place)
        shutil.rmtree(place)


def _broken_rules(url: str, report: Report) -> list[str]:
    """What a restored database lacks besides rows: constraints, rights and policies, migrations, isolation."""
    report("checking constraints, rights and policies")
    migrations.migrate(url)
    with connect(url) as connection:
        problems = [
            f"{table}: {kind} {name or ''} is {problem}."
            for checked in ORIGINS
            for table, kind, name, problem in connection.execute(
                load_sql("operations/constraints_are_valid.sql"), {"table_name": checked}
            ).fetchall()
        ]
        problems += [f"{right} is missing." for right in missing_rights(connection)]
    with transaction(url, role="syndication_reader") as connection:
        (seen,) = connection.execute("select count(*) from tenancy.organizations").fetchall()[0]
    return [*problems, *(["A reader without an organization sees rows."] if seen else [])]
