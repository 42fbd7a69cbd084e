"""Plans of statements that somebody ran, made without running them: generic plans, which know no values.

A statement reaches the server as a prepared statement of the protocol, which takes a single one and runs nothing;
EXPLAIN then shows the plan that it would have. It is planned as the role that ran it, because of row-level security.
The planner itself may run functions that say of themselves that they change nothing, so no statement is planned in a
database where others than the owner of the project and superusers have made functions, except those of the pipeline.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, describe, transaction
from syndication_assets.text.outside import clean

_NAME = "syndication_explained"
_MOST_SECONDS = 5
_LONGEST_PLAN = 8000
_LONGEST_REASON = 300
_PIPELINE = "syndication_pipeline"
_OWN_ROLES: Final = frozenset({_PIPELINE, "syndication_reader"})
_STRANGERS = """
select exists (
    select from pg_proc as f inner join pg_roles as r on f.proowner = r.oid
    where not r.rolsuper and r.rolname not in ('syndication_owner', session_user) and f.oid >= 16384
)
"""


class Plan(NamedTuple):
    """The plan of a statement, or why there is none."""

    plan: str | None
    plan_missing: str | None


def plans_of(url: str, queries: Iterable[tuple[str, str | None]]) -> list[Plan]:
    """The plans of these statements, each with the role that ran it. Changes nothing."""
    with transaction(url) as connection:
        connection.execute("set transaction read only")
        connection.execute(f"set local statement_timeout = '{_MOST_SECONDS}s'; set local lock_timeout = '1s'")
        connection.execute("set local plan_cache_mode = force_generic_plan")
        has_strangers = bool(connection.execute(_STRANGERS).fetchall()[0][0])
        return [_plan_of(connection, query, role, has_strangers=has_strangers) for query, role in queries]


def _plan_of(connection: Connection, query: str, role: str | None, *, has_strangers: bool) -> Plan:
    planned_as = role if role in _OWN_ROLES else _PIPELINE
    if has_strangers and role != _PIPELINE:
        return Plan(None, "The database has functions of other owners, which planning might run.")
    is_prepared = False
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(planned_as)))
            prepared = connection.pgconn.prepare(_NAME.encode(), query.encode())
            is_prepared = prepared.status == psycopg.pq.ExecStatus.COMMAND_OK
            if not is_prepared:
                return Plan(None, _without_values(_reason(prepared)))
            parameters = connection.pgconn.describe_prepared(_NAME.encode()).nparams
            values = f"({', '.join(['null'] * parameters)})" if parameters else ""
            rows = connection.execute(f"explain execute {_NAME}{values}").fetchall()
    except psycopg.Error as error:
        return Plan(None, _without_values(describe(error)))
    finally:
        if is_prepared:
            connection.execute(f"deallocate {_NAME}")
    plan = "\n".join(line for (line,) in rows)
    return Plan(plan if len(plan) <= _LONGEST_PLAN else f"{plan[:_LONGEST_PLAN]}\n…", None)


def _without_values(reason: str) -> str:
    return f"It cannot be planned without its values: {clean(reason, _LONGEST_REASON)}"


def _reason(result: psycopg.pq.abc.PGresult) -> str:
    """SQLSTATE and message, without the statement."""
    fields = (psycopg.pq.DiagnosticField.SQLSTATE, psycopg.pq.DiagnosticField.MESSAGE_PRIMARY)
    return " ".join((result.error_field(field) or b"").decode("utf-8", "replace") for field in fields)
