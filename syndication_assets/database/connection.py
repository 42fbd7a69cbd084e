"""The project's database: its URL, the one way to open a transaction on it, and running SQL files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import ClientCursor, sql
from psycopg.rows import dict_row

from syndication_assets.database import embedded_postgres
from syndication_assets.database.acting import settings_of_session
from syndication_assets.database.connection_url import DATABASE_VARIABLE, checked_url, invalid_url, without_secrets
from syndication_assets.database.sessions import kept_sessions, locks
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import PROJECT_DIRECTORY, Settings

Connection = psycopg.Connection[tuple[Any, ...]]

_SQL_IN_WHEEL = Path(__file__).resolve().parent.parent / "sql"
SQL_DIRECTORY = _SQL_IN_WHEEL if _SQL_IN_WHEEL.is_dir() else PROJECT_DIRECTORY / "sql"


class DatabaseError(SyndicationError):
    """An error of PostgreSQL, without the failing row, which may contain secrets and payloads."""


def database_url(settings: Settings | None = None) -> str:
    """The URL of the project's database; starts the embedded server when none is configured.

    InvalidUrlError, which does not quote the setting, if it is not the URL of a PostgreSQL database.
    """
    settings = settings or Settings.from_environment()
    if settings.database_url is None:
        return embedded_postgres.start(settings.local_directory)
    return checked_url(settings.database_url.get_secret_value())


@cache
def load_sql(relative_path: str) -> str:
    """The text of a file below `sql/`, e.g. `engagement/post_cohorts/query.sql`."""
    return (SQL_DIRECTORY / relative_path).read_text(encoding="utf-8")


def run_file(connection: Connection, relative_path: str, parameters: Mapping[str, Any]) -> psycopg.Cursor[Any]:
    """Runs all statements of a file; the cursor has the result of the last one, with rows as dictionaries."""
    cursor = connection.cursor(row_factory=dict_row).execute(load_sql(relative_path), parameters)
    while cursor.nextset():
        pass
    return cursor


def copy_rows(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Copies rows into a table; `columns` are separated by commas.

    Own code on COPY instead of dlt: its merge of 100,000 products took 1.4 times as long as a first load here, into a
    third of the tables, and 133 times as long as an unchanged one (`make bench`).
    """
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), sql.SQL(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def connect(url: str, *, autocommit: bool = False, variable: str = DATABASE_VARIABLE) -> Iterator[Connection]:
    """A connection whose errors carry SQLSTATE, message and constraint, but never the failing row.

    `variable` is the setting that a message about the URL names.
    """
    with _described(url, open_connection(url, autocommit=autocommit, variable=variable)) as connection, connection:
        for setting in settings_of_session() if autocommit else []:
            connection.execute("select set_config(%s, %s, false)", setting)
        yield connection


@contextmanager
def _described(url: str, connection: Connection) -> Iterator[Connection]:
    """Raises the errors of a connection as DatabaseError."""
    process_id = connection.info.backend_pid
    try:
        yield connection
    except psycopg.errors.LockNotAvailable:
        raise DatabaseError(
            f"A table is locked by {locks.users_of_tables(url, process_id)}: run this again when they have finished."
        ) from None
    except locks.StrangerHoldsLockError as error:
        raise DatabaseError(str(error)) from None
    except psycopg.Error as error:
        raise DatabaseError(describe(error)) from None


def open_connection(url: str, *, autocommit: bool, variable: str = DATABASE_VARIABLE) -> Connection:
    """A connection in whose session nothing is set. DatabaseError, without a password, if there is no server."""
    try:
        return psycopg.connect(url, autocommit=autocommit, cursor_factory=ClientCursor, application_name="syndication")
    except (psycopg.ProgrammingError, UnicodeError):  # of an option in the URL, or of a name that no host can have
        raise invalid_url(variable) from None
    except psycopg.OperationalError as error:
        advice = " or unset it to use the embedded server" if variable == DATABASE_VARIABLE else ""
        reason = without_secrets(_first_line(error), url).rstrip(".")
        raise DatabaseError(
            f"Cannot connect to PostgreSQL: {reason}. Check {variable}{',' if advice else ''}{advice}."
        ) from None


@contextmanager
def transaction(url: str, *, lock: str | None = None, role: str = "syndication_pipeline") -> Iterator[Connection]:
    """One transaction as `role`, in UTC, by whoever acts. Transactions with the same `lock` run one after another."""
    opened = kept_sessions.take(url) or open_connection(url, autocommit=False)
    with _described(url, opened), _ending(url, opened) as connection:
        _act_as(connection, role)
        # Compiling these queries costs more than running them, and sorting a day fits in memory.
        connection.execute(
            "set local jit = off; set local work_mem = '256MB'; set local timezone = 'UTC'; "
            f"set local lock_timeout = '{locks.lock_timeout()}'"
        )
        for setting, value in settings_of_session():
            # No query, after which the isolation level of the transaction could not be set any more.
            connection.execute(sql.SQL("set local {} = {}").format(sql.Identifier(*setting.split(".")), value))
        if lock is not None:
            locks.wait_for(connection, lock)
        yield connection


@contextmanager
def _ending(url: str, connection: Connection) -> Iterator[Connection]:
    """Commits, and keeps the session for the next transaction; after an error, rolls back and ends the session."""
    with ExitStack() as stack:
        stack.enter_context(connection)
        yield connection
        if not connection.closed:
            connection.commit()
        stack.pop_all()
    kept_sessions.give_back(url, connection)


def _act_as(connection: Connection, role: str) -> None:
    try:
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    except psycopg.errors.InvalidParameterValue:
        raise DatabaseError(
            f"The server has no role {role}. Run `syndication migrate` on a new database. A backup that was restored "
            "into a server without the roles lacks their rights: create them first, and restore it again "
            "(docs/backup.md, Restore by hand)."
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        user = connection.info.user
        raise DatabaseError(
            f'{user} may not act as the role {role}. Let an administrator run: grant {role} to "{user}".'
        ) from None


def analyze_grown_tables(url: str, rooms: Iterable[str]) -> None:
    """Updates the planner's statistics of tables in these rooms that have grown since they were last analyzed."""
    with transaction(url) as connection:
        for room in sorted(rooms):
            analyze_room(connection, room)


def analyze_room(connection: Connection, room: str) -> None:
    """The same for one room within a transaction, before it adds rows that refer to those just written."""
    connection.execute("select operations.analyze_grown_tables(%s)", [room])


def describe(error: psycopg.Error) -> str:
    """SQLSTATE, primary message and constraint of a PostgreSQL error, on one line."""
    constraint = f" (constraint {error.diag.constraint_name})" if error.diag.constraint_name else ""
    if error.sqlstate is None:
        return f"PostgreSQL: {_first_line(error)}"
    return f"PostgreSQL rejected the statement: {error.sqlstate} {error.diag.message_primary}{constraint}"


def _first_line(error: Exception) -> str:
    """The message in one line; of several hosts, with the failure of each."""
    first, *others = str(error).strip().splitlines() or [type(error).__name__]
    return " ".join([first, *map(str.strip, others)]) if first.endswith(":") else first
