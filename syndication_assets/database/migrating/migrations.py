"""Plain SQL migrations: `sql/migrations/NNNN_room_what.up.sql` and `.down.sql` are one of them.

Each runs in a transaction of its own, together with its row in the ledger `public.syndication_migrations`; only those
that build indexes online run before it (`online_indexes`). The ledger keeps the file's checksum, so that an edited file
is noticed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, connect
from syndication_assets.database.migrating import online_indexes
from syndication_assets.database.migrating.damage import DamageError, undamaged
from syndication_assets.database.migrating.lost_rows import lost_rows
from syndication_assets.database.migrating.migration_files import Migration, MigrationError, find_migrations
from syndication_assets.database.migrating.rejected_statements import line_of, message_of
from syndication_assets.database.sessions.locks import lock_table, users_of_tables

__all__ = [
    "Migration",
    "MigrationError",
    "MigrationStatus",
    "find_migrations",
    "migrate",
    "rollback",
    "rows_lost_by_rollback",
    "status",
]

_SECONDS_TO_WAIT = 60
_SECONDS_TO_READ = 10

_CONTRACT = "_contract_"
"""In the name of a migration that takes away what the version before needs."""

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


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One migration and when it was applied; None if it is pending."""

    migration: Migration
    applied_at: datetime | None


def migrate(url: str, migrations: list[Migration] | None = None) -> list[Migration]:
    """Applies what is pending and returns it. Safe to call from many processes at once.

    MigrationError if one fails, of which nothing stays. If one damages a database that is in use, those that were
    applied before it are undone, too.
    """
    with _locked(url) as connection:
        known = find_migrations() if migrations is None else migrations
        applied = _applied(connection, known)
        pending = [migration for migration in known if migration.revision not in applied]
        if pending and applied and pending[0].revision < max(applied):
            raise MigrationError(
                f"{pending[0].name} is not applied, but the newer {max(applied)} is: "
                "give it a number after the newest one."
            )
        done: list[Migration] = []
        for migration in pending:
            try:
                _apply(connection, migration, is_in_use=bool(applied))
            except DamageError as error:
                raise MigrationError(f"{error} {_take_back(connection, done, max(applied))}") from None
            done.append(migration)
        return pending


def _apply(connection: Connection, migration: Migration, *, is_in_use: bool) -> None:
    """Applies one migration, completely or not at all; DamageError if it damages a database that is in use."""
    is_online = online_indexes.is_online(migration.up_path)
    if is_online:
        online_indexes.build(connection, migration.up_path)
    with connection.transaction():
        if not is_online:
            with undamaged(connection, migration.up_path) if is_in_use else nullcontext():
                _run_file(connection, migration.up_path)
        connection.execute(
            "insert into public.syndication_migrations (revision, name, checksum) values (%s, %s, %s)",
            [migration.revision, migration.name, migration.checksum],
        )
        fault_points.reach(f"migrations.{migration.name}")
    logger.info("applied %s", migration.name)


def _take_back(connection: Connection, done: list[Migration], revision: str) -> str:
    """Undoes what was applied before a migration that damages, and says so."""
    for migration in reversed(done):
        _undo(connection, migration)
    names = ", ".join(migration.name for migration in reversed(done))
    return (f"Rolled back, too: {names}. " if names else "") + (
        f"The database is at {revision}, as before: keep using the version of the project that you had."
    )


def _undo(connection: Connection, migration: Migration) -> None:
    with connection.transaction():
        _run_file(connection, migration.down_path)
        connection.execute("delete from public.syndication_migrations where revision = %s", [migration.revision])
    logger.info("rolled back %s", migration.name)


def rollback(url: str, *, steps: int = 1, migrations: list[Migration] | None = None) -> list[Migration]:
    """Undoes the last `steps` applied migrations and returns them, the newest first; all of them or none."""
    with _locked(url) as connection:
        undone = _newest(connection, steps, migrations)
        with connection.transaction(force_rollback=True):
            for migration in undone:
                _run_file(connection, migration.down_path)
        for migration in undone:
            _undo(connection, migration)
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
        applied = _applied(connection, known, newer_may_run=True) if _has_ledger(connection) else {}
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


def _applied(
    connection: Connection, migrations: list[Migration], *, newer_may_run: bool = False
) -> dict[str, datetime]:
    """When each applied migration was applied, by its revision; each is checked against its file.

    With `newer_may_run`, a newer version may have expanded the database: this one still works with it.
    """
    known = {migration.revision: migration for migration in migrations}
    rows = connection.execute(
        "select revision, name, checksum, applied_at from public.syndication_migrations order by revision"
    ).fetchall()
    for revision, name, checksum, _ in rows:
        if newer_may_run and revision > max(known, default="") and _CONTRACT not in name:
            continue
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
    return {revision: applied_at for revision, _, _, applied_at in rows if revision in known}


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
