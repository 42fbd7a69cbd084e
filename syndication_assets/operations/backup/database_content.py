"""What a database contains, as counts and checksums: of the snapshot that is dumped, and of what was restored.

The checksum of a table covers every column of every row, whatever their order, so equal checksums mean equal rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, connect, load_sql
from syndication_assets.operations.backup.manifest import (
    DatabaseContent,
    LandingZoneState,
    Role,
    SequencePosition,
    TableRows,
)
from syndication_assets.operations.backup.progress import Report

ROWS_AS_TEXT = (
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex';"
    " set extra_float_digits = 1; set search_path = ''; set jit = off"
)
"""Settings by which rows as text do not depend on who reads them."""
COUNT_AND_CHECKSUM = (
    "select count(*), coalesce(bit_xor(hashtextextended(counted_row::text, 0)), 0) from {} as counted_row"
)
_SEQUENCES = (
    "select format('%I.%I', schemaname, sequencename), last_value from pg_sequences where last_value is not null"
    " order by 1"
)


@contextmanager
def snapshot(url: str, *, variable: str) -> Iterator[tuple[Connection, str]]:
    """A read-only transaction that sees one moment, and the id by which pg_dump sees the same moment."""
    with connect(url, variable=variable) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        (name,) = connection.execute("select pg_export_snapshot()").fetchall()[0]
        yield connection, name


def read_content(connection: Connection, database: str, file: str, report: Report) -> DatabaseContent:
    """Counts and checksums of all tables, and the positions of the sequences."""
    connection.execute(f"{ROWS_AS_TEXT}; set row_security = off")
    tables = []
    for (table,) in connection.execute(load_sql("operations/backups/tables.sql")).fetchall():
        report(f"counting {table}")
        rows, checksum = connection.execute(
            # The name is quoted by PostgreSQL.
            sql.SQL(COUNT_AND_CHECKSUM).format(sql.SQL(table))
        ).fetchall()[0]
        tables.append(TableRows(table=table, rows=rows, checksum=checksum))
    sequences = [SequencePosition(sequence=name, last_value=value) for name, value in connection.execute(_SEQUENCES)]
    return DatabaseContent(database=database, file=file, tables=tables, sequences=sequences)


def differences(expected: DatabaseContent, url: str, report: Report) -> list[str]:
    """How a restored database differs from the backup, as sentences; empty if it is the same."""
    with connect(url) as connection:
        found = read_content(connection, expected.database, expected.file, report)
    problems = []
    there = {table.table: table for table in found.tables}
    for table in expected.tables:
        restored = there.pop(table.table, None)
        if restored is None:
            problems.append(f"{table.table} of {expected.database} is missing.")
        elif restored.rows != table.rows:
            problems.append(
                f"{table.table} of {expected.database} has {restored.rows:,} rows, and the backup has {table.rows:,}."
            )
        elif restored.checksum != table.checksum:
            problems.append(f"{table.table} of {expected.database} has other rows than the backup.")
    problems += [f"{table} of {expected.database} is not in the backup." for table in there]
    positions = {sequence.sequence: sequence.last_value for sequence in found.sequences}
    problems += [
        f"The sequence {sequence.sequence} of {expected.database} would give ids again that are in use."
        for sequence in expected.sequences
        if positions.get(sequence.sequence, -1) < sequence.last_value
    ]
    return problems


def migrations_of(connection: Connection) -> list[str]:
    """The names of the applied migrations, in order; empty in a database that was never migrated."""
    try:
        with connection.transaction():
            return [
                name
                for (name,) in connection.execute("select name from public.syndication_migrations order by revision")
            ]
    except psycopg.errors.UndefinedTable:
        return []


def roles_of(connection: Connection) -> list[Role]:
    """The roles that the database needs, those of the project first."""
    rows = connection.execute(load_sql("operations/backups/roles.sql")).fetchall()
    return [Role(name=name, can_login=can_login, member_of=member_of) for name, can_login, member_of in rows]


def landing_zone_of(connection: Connection, url: str) -> LandingZoneState:
    """The files that the database has loaded."""
    files, size, newest = connection.execute(
        "select count(*), coalesce(sum(size_bytes), 0)::bigint,"
        " (select source_file_path from landing.files where withdrawn_at is null"
        " order by landed_on desc, source_file_path desc limit 1)"
        " from landing.files where withdrawn_at is null"
    ).fetchall()[0]
    return LandingZoneState(url=url, files=files, size_bytes=size, newest_file=newest)


def secret_key_ids_of(connection: Connection) -> list[str]:
    """The ids of the keys that stored credentials and secret settings are encrypted with."""
    rows = connection.execute(
        "select key_id from channels.credentials union"
        " select split_part(secret::text, ':', 2) from tenancy.settings where secret is not null order by 1"
    )
    return [key_id for (key_id,) in rows]
