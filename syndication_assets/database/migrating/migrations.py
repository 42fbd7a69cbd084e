"""Plain SQL migrations: `sql/migrations/NNNN_room_what.up.sql` and `.down.sql` are one of them.

Each runs in a transaction of its own, together with its row in the ledger `public.syndication_migrations`; only those
that build indexes online run before it (`online_indexes`). The ledger keeps the file's checksum, so that an edited file
is noticed.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, connect
from syndication_assets.database.migrating import online_indexes
from syndication_assets.database.migrating.lost_rows import lost_rows
from syndication_assets.database.migrating.rejected_statements import line_of, message_of
from syndication_assets.database.sessions.locks import lock_table, users_of_tables
from syndication_assets.errors import SyndicationError

_SECONDS_TO_WAIT = 60
_SECONDS_TO_READ = 10

_LEDGER = """
create table public.syndication_migrations (
    revision text primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    applied_by text not null default session_user
)
"""

_START_OVER = (
    "If this is a development database, you may start over: `make clean` removes everything under .local, the landing "
    "zone included; with an empty database in SYNDICATION_DATABASE_URL, the landed files stay and can be loaded again."
)

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
    with _locked(url) as connection:
        known = find_migrations() if migrations is None else migrations
        applied = _applied(connection, known)
        pending = [migration for migration in known if migration.revision not in applied]
        if pending and applied and pending[0].revision < max(applied):
            raise MigrationError(
                f"{pending[0].name} is not applied, but the newer {max(applied)} is: "
                "give it a number after the newest one."
            )
        for migration in pending:
            is_online = online_indexes.is_online(migration.up_path)
            if is_online:
                online_indexes.build(connection, migration.up_path)
            with connection.transaction():
                if not is_online:
                    _run_file(connection, migration.up_path)
                connection.execute(
                    "insert into public.syndication_migrations (revision, name, checksum) values (%s, %s, %s)",
                    [migration.revision, migration.name, migration.checksum],
                )
            logger.info("applied %s", migration.name)
        return pending


def rollback(url: str, *, steps: int = 1, migrations: list[Migration] | None = None) -> list[Migration]:
    """Undoes the last `steps` applied migrations and returns them, the newest first; all of them or none."""
    with _locked(url) as connection:
        undone = _newest(connection, steps, migrations)
        with connection.transaction(force_rollback=True):
            for migration in undone:
                _run_file(connection, migration.down_path)
        for migration in undone:
            with connection.transaction():
                _run_file(connection, migration.down_path)
                connection.execute(
                    "delete from public.syndication_migrations where revision = %s", [migration.revision]
                )
            logger.info("rolled back %s", migration.name)
        return undone


def rows_lost_by_rollback(url: str, *, steps: int = 1, migrations: list[Migration] | None = None) -> dict[str, int]:
    """How many rows of each table `rollback` would lose; MigrationError if a migration refuses to be undone."""
    with _locked(url) as connection:
        undone = _newest(connection, steps, migrations)
        return lost_rows(
            connection,
            [migration.down_path for migration in undone],
            [migration.up_path for migration in reversed(undone)],
            _run_file,
        )


def _newest(connection: Connection, steps: int, migrations: list[Migration] | None) -> list[Migration]:
    """The last `steps` applied migrations, the newest first."""
    known = find_migrations() if migrations is None else migrations
    applied = _applied(connection, known)
    return [migration for migration in reversed(known) if migration.revision in applied][:steps]


def status(url: str, migrations: list[Migration] | None = None) -> list[MigrationStatus]:
    """Every migration, applied or pending, in order. Takes no lock that another session could hold for ever."""
    known = find_migrations() if migrations is None else migrations
    with connect(url, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{_SECONDS_TO_READ}s'")
        applied = _applied(connection, known) if _has_ledger(connection) else {}
        return [MigrationStatus(migration, applied.get(migration.revision)) for migration in known]


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """A connection, while another one locks the ledger against other migrators.

    Only who may write to the ledger can lock it; an advisory lock could be held by everybody who may connect.
    """
    with connect(url, autocommit=True) as connection, connect(url) as guard:
        try:
            connection.execute(f"set lock_timeout = '{_SECONDS_TO_WAIT}s'")
            _create_ledger(connection)
            guard.execute("set idle_in_transaction_session_timeout = 0")
            # Conflicts with itself, and not with the rows that the migrations add.
            lock_table(guard, "public.syndication_migrations", "share update exclusive", _SECONDS_TO_WAIT)
            yield connection
        except psycopg.errors.LockNotAvailable:
            others = users_of_tables(url, connection.info.backend_pid, guard.info.backend_pid)
            raise MigrationError(
                f"Waited {_SECONDS_TO_WAIT} seconds for {others}: run this again when they have finished."
            ) from None
        except psycopg.Error as error:
            raise MigrationError(f"PostgreSQL rejected the migration: {message_of(error)}") from None


def _has_ledger(connection: Connection) -> bool:
    return connection.execute("select to_regclass('public.syndication_migrations')").fetchone() != (None,)


def _create_ledger(connection: Connection) -> None:
    if _has_ledger(connection):
        return
    try:
        connection.execute(_LEDGER)
    except (psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation):
        return  # another migrator was faster
    except psycopg.errors.InsufficientPrivilege as error:
        user, database = connection.info.user, connection.info.dbname
        raise MigrationError(
            f"{user} may not make tables in the database {database} ({message_of(error)}). Let an administrator run: "
            f'alter database "{database}" owner to "{user}"; then migrate again.'
        ) from None


def _applied(connection: Connection, migrations: list[Migration]) -> dict[str, datetime]:
    """When each applied migration was applied, by its revision; each is checked against its file."""
    known = {migration.revision: migration for migration in migrations}
    rows = connection.execute(
        "select revision, name, checksum, applied_at from public.syndication_migrations order by revision"
    ).fetchall()
    for revision, name, checksum, _ in rows:
        if revision not in known:
            raise MigrationError(
                f"The database has migration {name}, which is not among the files: "
                f"check out a version of the project that has it, and run this again. {_START_OVER}"
            )
        if known[revision].checksum != checksum:
            raise MigrationError(
                f"{known[revision].up_path.name} was edited after it was applied: restore the file "
                f"(git checkout), and write the change as a new migration. {_START_OVER}"
            )
    return {revision: applied_at for revision, _, _, applied_at in rows}


def _run_file(connection: Connection, path: Path) -> None:
    try:
        # Without parameters psycopg sends all statements of a file as they are, `%` and `:` included.
        connection.execute(online_indexes.in_transaction(path.read_text(encoding="utf-8")))
    except psycopg.errors.LockNotAvailable:
        raise  # the caller knows whom it waited for
    except psycopg.Error as error:
        raise MigrationError(
            f"{path.name} failed, and nothing of it stays: {message_of(error)}{line_of(error, path)}"
        ) from None
    # Files work as `syndication_owner`; the ledger belongs to who connected.
    connection.execute("reset role")
