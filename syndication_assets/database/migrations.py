"""Plain SQL migrations, run by Alembic.

`sql/migrations/NNNN_room_what.up.sql` and `.down.sql` are one revision. Alembic keeps the version
(`public.syndication_version`) and runs each revision in a transaction of its own; beside it
`public.syndication_migrations` keeps the checksum of each applied file, so that an edited one is noticed.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import psycopg
import sqlalchemy
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script.base import Script
from alembic.script.revision import RevisionMap
from sqlalchemy.pool import NullPool

from syndication_assets.database.connection import SQL_DIRECTORY, connect
from syndication_assets.errors import SyndicationError

_LEDGER = """
create table public.syndication_migrations (
    revision text primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    applied_by text not null default session_user
)
"""

logger = logging.getLogger(__name__)


class MigrationError(SyndicationError):
    """The database and the migration files do not fit together, or a migration failed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One pair of SQL files."""

    revision: str
    name: str
    up_path: Path
    down_path: Path

    @property
    def checksum(self) -> str:
        """Of the file's text: a checkout that ends its lines the other way has not edited it."""
        return hashlib.sha256(self.up_path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One migration and when it was applied; None if it is pending."""

    migration: Migration
    applied_at: datetime | None


def find_migrations(directory: Path = SQL_DIRECTORY / "migrations") -> list[Migration]:
    """The migrations in order. Each needs both directions and a number of its own."""
    migrations: list[Migration] = []
    for up_path in sorted(directory.glob("*.up.sql")):
        name = up_path.name.removesuffix(".up.sql")
        if re.fullmatch(r"\d{4}_[a-z0-9_]+", name) is None:
            raise MigrationError(f"{up_path.name} is not named NNNN_room_what.up.sql: rename it.")
        migration = Migration(name.split("_")[0], name, up_path, directory / f"{name}.down.sql")
        if not migration.down_path.exists():
            raise MigrationError(f"{up_path.name} has no {migration.down_path.name}: write how to undo it.")
        if migrations and migrations[-1].revision == migration.revision:
            raise MigrationError(f"{migrations[-1].name} and {name} have the same number: renumber the newer one.")
        migrations.append(migration)
    known_down_paths = {migration.down_path for migration in migrations}
    for down_path in sorted(directory.glob("*.down.sql")):
        if down_path not in known_down_paths:
            raise MigrationError(f"{down_path.name} undoes nothing: there is no .up.sql of its name.")
    return migrations


def migrate(url: str, migrations: list[Migration] | None = None) -> list[Migration]:
    """Applies what is pending and returns it. Safe to call from many processes at once."""
    with _MigrationSession.open(url, migrations) as session:
        pending = [m for m in session.migrations if m.revision not in session.applied]
        if pending and session.applied and pending[0].revision < max(session.applied):
            raise MigrationError(
                f"{pending[0].name} is not applied, but the newer {max(session.applied)} is: "
                "give it a number after the newest one."
            )
        session.run([MigrationStep.upgrade_from_script(session.revision_map, session.script(m)) for m in pending])
        return pending


def rollback(url: str, *, steps: int = 1, migrations: list[Migration] | None = None) -> list[Migration]:
    """Undoes the last `steps` applied migrations and returns them, the newest first."""
    with _MigrationSession.open(url, migrations) as session:
        undone = [m for m in reversed(session.migrations) if m.revision in session.applied][:steps]
        session.run([MigrationStep.downgrade_from_script(session.revision_map, session.script(m)) for m in undone])
        return undone


def status(url: str, migrations: list[Migration] | None = None) -> list[MigrationStatus]:
    """Every migration, applied or pending, in order."""
    with _MigrationSession.open(url, migrations) as session:
        return [MigrationStatus(m, session.applied.get(m.revision)) for m in session.migrations]


class _MigrationSession:
    """A connection that holds the migration lock, and what Alembic needs to know of the files."""

    def __init__(self, connection: sqlalchemy.Connection, migrations: list[Migration]) -> None:
        self.connection = connection
        self.migrations = migrations
        self.scripts = {m.revision: _script(m, previous, connection) for previous, m in _with_previous(migrations)}
        self.revision_map = RevisionMap(self.scripts.values)
        _ = self.revision_map.heads  # Alembic links the revisions when they are first asked for
        self.applied = self._read_ledger()

    @classmethod
    @contextmanager
    def open(cls, url: str, migrations: list[Migration] | None) -> Iterator["_MigrationSession"]:
        with connect(url):
            pass  # a server that cannot be reached is told as everywhere else
        engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("select pg_advisory_lock(hashtext('syndication migrations'))")
                _make_ledger(connection)
                # Closing the connection releases the lock, also when a migration fails.
                yield cls(connection, find_migrations() if migrations is None else migrations)
        except sqlalchemy.exc.DBAPIError as error:
            raise MigrationError(f"PostgreSQL refused to migrate: {_message(error)}") from None

    def script(self, migration: Migration) -> Script:
        return self.scripts[migration.revision]

    def run(self, steps: list[Any]) -> None:
        context = MigrationContext.configure(
            self.connection,
            opts={
                "fn": lambda _heads, _context: steps,
                "version_table": "syndication_version",
                "version_table_schema": "public",
                "transaction_per_migration": True,
                "on_version_apply": [self._write_ledger],
            },
        )
        context.run_migrations()
        self.connection.commit()

    def _read_ledger(self) -> dict[str, datetime]:
        rows = self.connection.exec_driver_sql(
            "select revision, name, checksum, applied_at from public.syndication_migrations order by revision"
        ).all()
        self.connection.commit()
        known = {migration.revision: migration for migration in self.migrations}
        for revision, name, checksum, _ in rows:
            if revision not in known:
                raise MigrationError(
                    f"The database has migration {name}, which is not among the files: "
                    "check out a version of the project that has it, and run this again."
                )
            if known[revision].checksum != checksum:
                raise MigrationError(
                    f"{known[revision].up_path.name} was edited after it was applied: restore the file "
                    "(git checkout), and write the change as a new migration."
                )
        return {revision: applied_at for revision, _, _, applied_at in rows}

    def _write_ledger(self, *, step: Any, **_: Any) -> None:
        revision = step.up_revision_id
        migration = next(m for m in self.migrations if m.revision == revision)
        if step.is_upgrade:
            statement = "insert into public.syndication_migrations (revision, name, checksum) values (%s, %s, %s)"
            self.connection.exec_driver_sql(statement, (revision, migration.name, migration.checksum))
        else:
            self.connection.exec_driver_sql(
                "delete from public.syndication_migrations where revision = %s", (revision,)
            )
        logger.info("%s %s", "applied" if step.is_upgrade else "rolled back", migration.name)


def _make_ledger(connection: sqlalchemy.Connection) -> None:
    if connection.exec_driver_sql("select to_regclass('public.syndication_migrations')").scalar() is None:
        try:
            connection.exec_driver_sql(_LEDGER)
        except sqlalchemy.exc.ProgrammingError as error:
            if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise
            connection.rollback()
            user, database = connection.exec_driver_sql("select session_user, current_database()").one()
            raise MigrationError(
                f"{user} may not make tables in the database {database} ({_message(error)}). Let an administrator run: "
                f'alter database "{database}" owner to "{user}"; then migrate again.'
            ) from None
    connection.commit()


def _message(error: sqlalchemy.exc.DBAPIError) -> str:
    """What PostgreSQL said and hinted, without the DETAIL and CONTEXT, which may quote rows."""
    if not isinstance(error.orig, psycopg.Error) or error.orig.diag.message_primary is None:
        return str(error.orig).strip().splitlines()[0]
    diagnosis = error.orig.diag
    return " ".join(filter(None, [f"{diagnosis.message_primary} ({diagnosis.sqlstate})", diagnosis.message_hint]))


def _line_of(error: sqlalchemy.exc.DBAPIError, path: Path) -> str:
    """Where in the file PostgreSQL stumbled, as far as it says so."""
    position = error.orig.diag.statement_position if isinstance(error.orig, psycopg.Error) else None
    if position is None:
        return ""
    line = path.read_text(encoding="utf-8").count("\n", 0, int(position) - 1) + 1
    return f" (line {line})"


def _with_previous(migrations: list[Migration]) -> list[tuple[str | None, Migration]]:
    return list(zip([None, *(m.revision for m in migrations)], migrations, strict=False))


def _script(migration: Migration, previous: str | None, connection: sqlalchemy.Connection) -> Script:
    """Alembic's idea of a revision is a Python module; this makes one out of two SQL files."""

    def execute(path: Path) -> None:
        # A file has many statements, `%` and `:` in it: the driver must not look for parameters.
        unparametrized = connection.execution_options(no_parameters=True)
        try:
            unparametrized.exec_driver_sql(path.read_text(encoding="utf-8"))
        except sqlalchemy.exc.DBAPIError as error:
            raise MigrationError(
                f"{path.name} failed, and nothing of it stays: {_message(error)}{_line_of(error, path)}"
            ) from None
        # Files work as `syndication_owner`; Alembic's own tables belong to who connected.
        unparametrized.exec_driver_sql("reset role")

    module = cast(Any, ModuleType(migration.name))
    module.revision = migration.revision
    module.down_revision = previous
    module.upgrade = lambda: execute(migration.up_path)
    module.downgrade = lambda: execute(migration.down_path)
    return Script(module, migration.revision, str(migration.up_path))
