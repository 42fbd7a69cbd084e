"""Reads the newest measurement of the database, for people."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.operations.conditions import Condition, conditions_of
from syndication_assets.operations.database_health.kinds import KINDS


class NewestDatabase(NamedTuple):
    """The newest row of the database."""

    measured_at: datetime
    server_version: str
    database_bytes: int | None
    connections: int
    most_connections: int
    connections_limit: int
    index_hit_ratio: Decimal | None
    """Since the measurement a day before; None if no index was used."""
    table_hit_ratio: Decimal | None
    """Since the statistics of the server began."""
    transaction_ids_used: int
    event_log_rows: int | None
    event_log_bytes: int | None
    not_measured: dict[str, str]


class NewestTable(NamedTuple):
    """The newest row of a table."""

    table_name: str
    partitions: int
    live_rows: int
    dead_rows: int
    total_bytes: int
    bytes_grown: int | None
    bloat_bytes: int | None
    bloat_source: str | None
    sequential_scans_a_day: Decimal | None
    rows_a_scan: Decimal | None
    analyzed_at: datetime | None
    vacuumed_at: datetime | None


class NewestIndex(NamedTuple):
    """The newest row of an index."""

    index_name: str
    table_name: str
    index_bytes: int
    scans: int
    unused_since: date | None
    is_valid: bool
    is_required: bool
    duplicate_of: str | None
    is_for_readers: bool


class NewestQuery(NamedTuple):
    """The newest row of a statement."""

    query_id: str
    source: str
    role_name: str | None
    milliseconds: Decimal
    longest_milliseconds: Decimal
    calls: int | None
    times_seen: int | None
    query: str
    plan: str | None
    plan_missing: str | None


def newest_database(connection: Connection) -> NewestDatabase | None:
    """The newest measurement; None if there is none."""
    columns = ", ".join(NewestDatabase._fields)
    rows = connection.execute(f"select {columns} from operations.newest_database_health").fetchall()  # noqa: S608
    return NewestDatabase(*rows[0]) if rows else None


def newest_tables(connection: Connection, maximum: int) -> list[NewestTable]:
    """The tables, the largest first."""
    rows = connection.execute(
        f"select {', '.join(NewestTable._fields)} from operations.newest_table_health"  # noqa: S608 - our own columns
        " order by total_bytes desc, table_name limit %s",
        [maximum],
    )
    return [NewestTable(*row) for row in rows]


def newest_indexes(connection: Connection, maximum: int, *, unused: bool) -> list[NewestIndex]:
    """The indexes, the largest first; `unused` are those without a scan that enforce no key."""
    rows = connection.execute(
        f"select {', '.join(f'i.{name}' for name in NewestIndex._fields)} from operations.index_health_daily as i"  # noqa: S608 - our own columns
        " inner join operations.newest_database_health as d on i.measured_on = d.measured_on"
        " where not %(unused)s or (i.unused_since is not null and not i.is_required)"
        " order by i.index_bytes desc, i.index_name limit %(maximum)s",
        {"unused": unused, "maximum": maximum},
    )
    return [NewestIndex(*row) for row in rows]


def newest_queries(connection: Connection, maximum: int) -> list[NewestQuery]:
    """The statements, the slowest first."""
    rows = connection.execute(
        f"select {', '.join(NewestQuery._fields)} from operations.newest_query_statistics"  # noqa: S608 - our own columns
        " order by milliseconds desc, query_id limit %s",
        [maximum],
    )
    return [NewestQuery(*row) for row in rows]


def find_query(connection: Connection, query_id: str) -> NewestQuery | None:
    """A statement by its id, from the newest day that has it; None if no day does."""
    rows = connection.execute(
        f"select {', '.join(NewestQuery._fields)} from operations.report_database_queries"  # noqa: S608 - our own columns
        " where query_id = %s order by measured_on desc limit 1",
        [query_id],
    ).fetchall()
    return NewestQuery(*rows[0]) if rows else None


def health_problems(connection: Connection) -> list[Condition]:
    """The problems of the database that exist now, by kind."""
    return [problem for kind in KINDS for problem in conditions_of(connection, kind)]
