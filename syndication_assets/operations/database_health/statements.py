"""Which statements cost the most: from pg_stat_statements where the server has it, else as they are seen running."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, NamedTuple

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, describe, load_sql, transaction
from syndication_assets.operations.database_health.normalized_queries import NOT_A_QUERY, NormalizedQuery, normalize
from syndication_assets.operations.database_health.plans import plans_of
from syndication_assets.operations.database_health.seeing import as_login

Source = Literal["pg_stat_statements", "sampled"]

MOST_STATEMENTS: Final = 100
"""How many statements of a day are kept: half of them the most expensive together, half the slowest."""
MOST_PLANS: Final = 20
PLANNED_FROM_MILLISECONDS: Final = 100
"""Faster statements get no plan."""

_HIDDEN = "<insufficient privilege>"
_COUNTED = """
select s.query, r.rolname::text, s.calls, s.total_exec_time, s.max_exec_time, s.rows
from {schema}.pg_stat_statements as s
inner join pg_database as d on s.dbid = d.oid and d.datname = current_database()
left join pg_roles as r on s.userid = r.oid
where s.query is not null and s.calls > 0
"""


class Counted(NamedTuple):
    """One row of pg_stat_statements."""

    query: str
    role_name: str | None
    calls: int
    total_milliseconds: float
    longest_milliseconds: float
    rows_returned: int


@dataclass(slots=True)
class Statement:
    """One statement without its values, as counted or seen."""

    query: NormalizedQuery
    role_name: str | None
    calls: int | None
    total_milliseconds: float | None
    longest_milliseconds: float
    rows_returned: int | None
    plan: str | None = None
    plan_missing: str | None = None

    @property
    def milliseconds(self) -> float:
        """The mean of its calls; the longest that was seen where they are not counted."""
        if self.calls is None or self.total_milliseconds is None:
            return self.longest_milliseconds
        return self.total_milliseconds / self.calls

    def row(self, measured_on: date, source: Source) -> dict[str, Any]:
        """Its row of operations.query_statistics_daily."""
        return {
            "measured_on": str(measured_on),
            "query_id": self.query.query_id,
            "source": source,
            "query": self.query.text,
            "role_name": self.role_name,
            "calls": self.calls,
            "total_milliseconds": None if self.total_milliseconds is None else round(self.total_milliseconds, 3),
            "longest_milliseconds": round(self.longest_milliseconds, 3),
            "rows_returned": self.rows_returned,
            "times_seen": 1 if source == "sampled" else None,
            "plan": self.plan,
            "plan_missing": self.plan_missing,
        }


def summed(rows: Iterable[Counted]) -> list[Statement]:
    """One statement for each text without values, the most expensive and the slowest; those of others are left out."""
    statements: dict[str, Statement] = {}
    for row in rows:
        if row.query == _HIDDEN:
            continue
        query = normalize(row.query)
        known = statements.get(query.query_id)
        if known is None:
            statements[query.query_id] = Statement(query, *row[1:])
            continue
        known.calls = (known.calls or 0) + row.calls
        known.total_milliseconds = (known.total_milliseconds or 0) + row.total_milliseconds
        known.longest_milliseconds = max(known.longest_milliseconds, row.longest_milliseconds)
        known.rows_returned = (known.rows_returned or 0) + row.rows_returned
    by_cost = sorted(statements.values(), key=lambda statement: -(statement.total_milliseconds or 0))
    by_time = sorted(statements.values(), key=lambda statement: -statement.milliseconds)
    kept = {statement.query.query_id: statement for statement in by_time[: MOST_STATEMENTS // 2]}
    for statement in by_cost:
        if len(kept) < MOST_STATEMENTS:
            kept.setdefault(statement.query.query_id, statement)
    return list(kept.values())


def counted_statements(connection: Connection) -> tuple[list[Statement], str | None]:
    """The statements that pg_stat_statements counts, as far as the login may see them; else why there are none."""
    schema, reason = _place_of_counts(connection)
    if schema is None:
        return [], reason
    statement = sql.SQL(_COUNTED).format(schema=sql.Identifier(schema))
    try:
        with connection.transaction():
            return summed(Counted(*row) for row in connection.execute(statement)), None
    except psycopg.Error as error:
        return [], f"{describe(error)}."


def _place_of_counts(connection: Connection) -> tuple[str | None, str | None]:
    """The schema of pg_stat_statements; else None and why it does not count."""
    rows = connection.execute(
        "select n.nspname from pg_extension as e inner join pg_namespace as n on e.extnamespace = n.oid"
        " where e.extname = 'pg_stat_statements'"
    ).fetchall()
    if not rows:
        return None, (
            "The database has no extension pg_stat_statements: statements are seen only if they run at the moment of a "
            "look, once a minute."
        )
    schema = str(rows[0][0])
    try:
        with connection.transaction():
            connection.execute(sql.SQL("select from {}.pg_stat_statements_info").format(sql.Identifier(schema)))
    except psycopg.Error as error:
        return None, f"{describe(error)}."
    return schema, None


def add_plans(url: str, statements: Iterable[Statement]) -> None:
    """Asks for the plans of the slowest statements; they are not run for that."""
    slow = sorted(statements, key=lambda statement: -statement.milliseconds)
    asked: list[Statement] = []
    for statement in slow:
        if not statement.query.is_query:
            statement.plan_missing = NOT_A_QUERY
        elif statement.milliseconds >= PLANNED_FROM_MILLISECONDS and len(asked) < MOST_PLANS:
            if statement.query.is_whole:
                asked.append(statement)
            else:
                statement.plan_missing = "Its text is cut off: raise track_activity_query_size."
    plans = plans_of(url, [(statement.query.text, statement.role_name) for statement in asked])
    for statement, plan in zip(asked, plans, strict=True):
        statement.plan, statement.plan_missing = plan


def look_at_running_statements(url: str, *, seconds: float = 1) -> int:
    """Adds the statements that have been running for some seconds to the rows of today; returns their number.

    Where pg_stat_statements counts all of them, nothing is added.
    """
    with transaction(url) as connection, as_login(connection):
        schema, _ = _place_of_counts(connection)
        seen = [] if schema else seen_statements(connection, seconds)
    if not seen:
        return 0
    add_plans(url, seen)
    today = datetime.now(UTC).date()
    with transaction(url) as connection:
        connection.execute(
            load_sql("operations/database_health/add_seen_queries.sql"),
            {"queries": json.dumps([statement.row(today, "sampled") for statement in seen])},
        )
    return len(seen)


def seen_statements(connection: Connection, seconds: float) -> list[Statement]:
    """The statements that have been running for so long, one for each text without values, with the longest time."""
    statements: dict[str, Statement] = {}
    rows = connection.execute(
        load_sql("operations/database_health/running_queries.sql"), {"seconds": seconds}
    ).fetchall()
    for text, role_name, milliseconds in sorted(rows, key=lambda row: -row[2]):
        query = normalize(text)
        statements.setdefault(query.query_id, Statement(query, role_name, None, None, float(milliseconds), None))
    return list(statements.values())
