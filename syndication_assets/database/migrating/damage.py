"""What a migration must leave as it was in a database that is in use: rows, and what protects them.

A migration that means to remove rows names their tables in its opening comment: `-- Removes rows of room.table.`
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError

_NAMED = re.compile(r"^-- Removes rows of ([\w., ]+)\.$", re.MULTILINE)
_READER = "syndication_pipeline"
"""Sees the rows of all organizations."""
_TABLES = (
    "select c.oid::bigint, n.nspname, c.relname, exists (select from pg_roles where rolname = %(role)s)"
    " and has_table_privilege(%(role)s, c.oid, 'select') and has_schema_privilege(%(role)s, n.oid, 'usage')"
    " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
    " where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'"
    " and n.nspname not in ('pg_catalog', 'information_schema') and c.oid <> 'public.syndication_migrations'::regclass"
)
# Of the statements of this session that PostgreSQL has not added to its statistics yet; nothing is added within a
# transaction. Rows that move between partitions of one table stay in it.
_DELETED = (
    "select coalesce(pg_partition_root(relid), relid)::oid::bigint, sum(n_tup_del - n_tup_ins)::bigint"
    " from pg_stat_xact_user_tables group by 1"
)
_TABLES_AT_ONCE = 20
"""Each is locked, with its partitions and indexes, until the question is answered."""
_SHOWN = 5
_MOVED = {
    "0019_operations_retention": {"engagement.content_priorities"},
    "0024_publishing_processes": {"publishing.execution_history", "operations.archives"},
    "0033_tenancy_limits": {"operations.condition_levels"},
}
"""The tables whose rows older migrations move or replace, which are not edited any more."""


class DamageError(SyndicationError):
    """A migration has damaged the database; the message says how. Nothing of it stays."""


@dataclass(frozen=True, slots=True)
class _State:
    names: dict[int, str]
    """The qualified names of all tables, by their oid."""
    filled: set[int]
    """The tables with rows."""
    deleted: dict[int, int]
    problems: set[str]
    """What protects no table any more, as sentences without a full stop."""


@contextmanager
def undamaged(connection: Connection, path: Path) -> Iterator[None]:
    """Runs the migration of a file within a transaction; DamageError if afterwards rows or protection are missing."""
    before = _state(connection)
    yield
    after = _state(connection)
    found = [*_lost(before, after, _named(path)), *sorted(after.problems - before.problems)]
    if found:
        more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise DamageError(
            f"{path.name.partition('.')[0]} damages the database, so nothing of it stays: {'; '.join(found[:_SHOWN])}"
            f"{more}."
        )


def _named(path: Path) -> set[str]:
    """The tables whose rows the file means to remove."""
    moved = _MOVED.get(path.name.partition(".")[0], set())
    return moved | {
        name.strip() for names in _NAMED.findall(path.read_text(encoding="utf-8")) for name in names.split(",")
    }


def _lost(before: _State, after: _State, named: set[str]) -> Iterator[str]:
    filled_names = {after.names[table] for table in after.filled if table in after.names}
    for table, name in sorted(before.names.items(), key=lambda item: item[1]):
        if name in named:
            continue
        rows = after.deleted.get(table, 0) - before.deleted.get(table, 0)
        if table not in after.names:
            # It may have been made again under its name.
            if table in before.filled and name not in filled_names:
                yield f"the table {name} is gone with its rows"
        elif table in before.filled and table not in after.filled:
            yield f"{name} has lost all rows"
        elif rows > 0:
            yield f"{name} has lost {rows:,} rows"


def _state(connection: Connection) -> _State:
    tables = connection.execute(_TABLES, {"role": _READER}).fetchall()
    return _State(
        names={table: f"{schema}.{name}" for table, schema, name, _ in tables},
        filled={table for is_readable in (True, False) for table in _filled(connection, tables, is_readable)},
        deleted=dict(connection.execute(_DELETED).fetchall()),
        problems={problem for (problem,) in connection.execute(load_sql("tenancy/lost_protection.sql")).fetchall()},
    )


def _filled(connection: Connection, tables: list[tuple[int, str, str, bool]], is_readable: bool) -> Iterator[int]:
    """Those of the tables that have rows: of the ones that the pipeline may read, or of the others."""
    asked = [
        sql.SQL("select {}::bigint where exists (select from {})").format(oid, sql.Identifier(schema, name))
        for oid, schema, name, by_pipeline in tables
        if by_pipeline == is_readable
    ]
    for start in range(0, len(asked), _TABLES_AT_ONCE):
        statement = sql.SQL(" union all ").join(asked[start : start + _TABLES_AT_ONCE])
        with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction(force_rollback=True):
            if is_readable:
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(_READER)))
            yield from [oid for (oid,) in connection.execute(statement).fetchall()]
