"""Measures the database as it is now, and makes the rows of today what was measured.

Statistics are read as the login, rows are written as the pipeline. What the login may not see, or the server does not
have, is NULL with a reason; it never fails the measurement.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from syndication_assets.database.connection import Connection, describe, load_sql, transaction
from syndication_assets.operations.database_health.event_log import size_of_event_log
from syndication_assets.operations.database_health.seeing import advice, as_login
from syndication_assets.operations.database_health.statements import Statement, add_plans, counted_statements
from syndication_assets.settings import Settings

Row = dict[str, Any]

LOCK = "operations.database_health_daily"
_LOOKED_INTO_FROM_BYTES: Final = 8 * 1024 * 1024
"""Smaller tables are estimated: the problem `table_bloated` leaves them out."""
_MOST_SECONDS_TO_LOOK = 60
_PAGES = """
select sum(a.approx_free_space + a.dead_tuple_len)::bigint
from pg_partition_tree(%(table)s) as t
inner join pg_class as c on t.relid = c.oid and c.relkind = 'r'
cross join {schema}.pgstattuple_approx(t.relid) as a
where t.isleaf
"""
_PAGES_OF_ONE = (
    "select (a.approx_free_space + a.dead_tuple_len)::bigint from {schema}.pgstattuple_approx(%(table)s) as a"
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured, as the rows of a day say it."""

    measured_on: date
    tables: int
    indexes: int
    statements: int
    database_bytes: int | None
    not_measured: dict[str, str]
    """What is not known, each with the reason."""

    @property
    def sentence(self) -> str:
        missing = f"; not measured: {', '.join(self.not_measured)}" if self.not_measured else ""
        return (
            f"{self.measured_on}: {self.tables:,} tables, {self.indexes:,} indexes and {self.statements:,} statements "
            f"measured{missing}"
        )


def measure(settings: Settings, url: str) -> Measurement:
    """Measures everything, and replaces today's rows. Pages of large tables are read where pgstattuple is installed."""
    with transaction(url) as connection:
        connections = _rows(connection, "select connections, connections_limit from operations.connections_now")[0]
        with as_login(connection):
            database = _rows(connection, load_sql("operations/database_health/measure_database.sql"))[0] | connections
            tables = _rows(connection, load_sql("operations/database_health/measure_tables.sql"), {})
            indexes = _rows(
                connection, load_sql("operations/database_health/measure_indexes.sql"), _useless(connection)
            )
            statements, not_counted = counted_statements(connection)
            not_looked_into = _look_into_pages(connection, tables)
            login = str(connection.execute("select session_user").fetchall()[0][0])
    add_plans(url, statements)
    log = size_of_event_log(settings, url)
    sees_others = database.pop("sees_other_logins")
    missing = {
        "database_bytes": None if database["database_bytes"] is not None else advice(login),
        "oldest_transaction_seconds": None if sees_others else f"Only own sessions are seen. {advice(login)}",
        "statements": not_counted,
        "statements of others": None if sees_others else f"Only own statements are seen. {advice(login)}",
        "pages of tables": not_looked_into,
        "event_log_rows": log.reason,
    }
    database |= {
        "most_connections": connections["connections"],
        "event_log_rows": log.rows,
        "event_log_bytes": log.bytes,
        "not_measured": {name: reason for name, reason in missing.items() if reason is not None},
    }
    measured_on: date = database["measured_on"]
    _write(url, measured_on, database, tables, indexes, statements)
    return Measurement(
        measured_on, len(tables), len(indexes), len(statements), database["database_bytes"], database["not_measured"]
    )


def _rows(connection: Connection, statement: str, parameters: Row | None = None) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(statement, parameters).fetchall()


def _useless(connection: Connection) -> Row:
    rows = _rows(connection, load_sql("tenancy/indexes_not_for_readers.sql"), {})
    return {"not_for_readers": [row["index_oid"] for row in rows]}


def _look_into_pages(connection: Connection, tables: list[Row]) -> str | None:
    """Replaces the estimate of bloat of large tables by what their pages say; returns why that was not possible."""
    found = connection.execute(
        "select n.nspname from pg_extension as e inner join pg_namespace as n on e.extnamespace = n.oid"
        " where e.extname = 'pgstattuple'"
    ).fetchall()
    if not found:
        return "The database has no extension pgstattuple: bloat is estimated."
    schema = sql.Identifier(found[0][0])
    for table in tables:
        if table["heap_bytes"] < _LOOKED_INTO_FROM_BYTES:
            continue
        statement = sql.SQL(_PAGES if table["partitions"] else _PAGES_OF_ONE).format(schema=schema)
        try:
            with connection.transaction():
                connection.execute(f"set local statement_timeout = '{_MOST_SECONDS_TO_LOOK}s'")
                ((wasted,),) = connection.execute(statement, {"table": table["table_oid"]}).fetchall()
                connection.execute("set local statement_timeout = 0")
        except psycopg.Error as error:
            return f"Bloat of {table['table_name']} and others is estimated: {describe(error)}."
        table |= {"bloat_bytes": wasted, "bloat_source": "pgstattuple"}
    return None


def _write(
    url: str, measured_on: date, database: Row, tables: list[Row], indexes: list[Row], statements: list[Statement]
) -> None:
    of_day = {"measured_on": str(measured_on)}
    parameters = {
        "database": [database],
        "tables": [table | of_day for table in tables],
        "indexes": [index | of_day for index in indexes],
        "queries": [statement.row(measured_on, "pg_stat_statements") for statement in statements],
    }
    with transaction(url, lock=LOCK) as connection:
        connection.execute(
            load_sql("operations/database_health/replace_day.sql"),
            of_day | {name: json.dumps(rows, default=str) for name, rows in parameters.items()},
        )
