"""Counts the rows that a rollback would lose: it is tried in a transaction that is rolled back itself."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from psycopg import sql

from syndication_assets.database.connection import Connection

_TABLES = (
    "select format('%I.%I', n.nspname, c.relname), n.nspname, c.relname from pg_class as c"
    " join pg_namespace as n on n.oid = c.relnamespace"
    " where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'"
    " and n.nspname not in ('pg_catalog', 'information_schema') order by 1"
)
_DELETED = (
    "select format('%I.%I', schemaname, relname), n_tup_del - n_tup_ins from pg_stat_xact_user_tables"
    " where n_tup_del > n_tup_ins"
)
_READER = "syndication_pipeline"
"""Sees the rows of all organizations."""


def lost_rows(
    connection: Connection,
    down_paths: Sequence[Path],
    up_paths: Sequence[Path],
    run_file: Callable[[Connection, Path], None],
) -> dict[str, int]:
    """How many rows of each table are gone after the files were run down and up again, the most rows first.

    So rows that a migration writes itself do not count. Nothing is changed.
    """
    with connection.transaction(force_rollback=True):
        before = _tables(connection)
        for path in down_paths:
            run_file(connection, path)
        dropped = before.keys() - _tables(connection).keys()
        for path in up_paths:
            run_file(connection, path)
        deleted: dict[str, int] = dict(connection.execute(_DELETED).fetchall())
        restored = _counts(connection, _tables(connection), dropped)
    with connection.transaction(force_rollback=True):
        lost = {name: count - restored.get(name, 0) for name, count in _counts(connection, before, dropped).items()}
    lost |= {name: count for name, count in deleted.items() if name in before.keys() - dropped}
    return {name: count for name, count in sorted(lost.items(), key=lambda pair: (-pair[1], pair[0])) if count > 0}


def _tables(connection: Connection) -> dict[str, tuple[str, str]]:
    """Schema and name of each table, by its qualified name."""
    return {name: (schema, table) for name, schema, table in connection.execute(_TABLES).fetchall()}


def _counts(connection: Connection, tables: dict[str, tuple[str, str]], names: Iterable[str]) -> dict[str, int]:
    counts = {}
    for name in sorted(tables.keys() & set(names)):
        with connection.transaction(force_rollback=True):
            may_read = connection.execute(
                "select exists (select from pg_roles where rolname = %(role)s)"
                " and has_table_privilege(%(role)s, %(table)s, 'select')",
                {"role": _READER, "table": name},
            ).fetchall()[0][0]
            if may_read:
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(_READER)))
            statement = sql.SQL("select count(*) from {}").format(sql.Identifier(*tables[name]))
            counts[name] = int(connection.execute(statement).fetchall()[0][0])
    return counts
