"""Loads the reference files into their tables, in one transaction, without overwriting edits."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from syndication_assets.channels.reference_changes import Changes, CurrentRow, compare, hash_of
from syndication_assets.channels.reference_tables import TABLES, Key, ReferenceTable, Values
from syndication_assets.database.connection import Connection


def load_reference(connection: Connection, rows: Mapping[str, Mapping[Key, Values]]) -> dict[str, Changes]:
    """Inserts missing rows and updates unedited ones; returns the changes of each table. A re-run changes nothing.

    Readers continue; edits of these tables wait until the transaction ends, so that none is missed.
    """
    names = sql.SQL(", ").join(sql.Identifier("channels", table.name) for table in TABLES)
    connection.execute(sql.SQL("lock table {} in share row exclusive mode").format(names))
    return {table.name: _load_table(connection, table, rows[table.name]) for table in TABLES}


def _load_table(connection: Connection, table: ReferenceTable, rows: Mapping[Key, Values]) -> Changes:
    changes = compare(rows, current_rows(connection, table))
    written = {**changes.to_insert, **changes.to_update}
    if written:
        _write(connection, table, written.values())
    return changes


def current_rows(connection: Connection, table: ReferenceTable) -> dict[Key, CurrentRow]:
    """The rows of the table by their key."""
    statement = sql.SQL("select {}, reference_hash from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)), sql.Identifier("channels", table.name)
    )
    current: dict[Key, CurrentRow] = {}
    for *cells, reference_hash in connection.execute(statement):
        values = dict(zip(table.columns, cells, strict=True))
        current[tuple(values[column] for column in table.key)] = CurrentRow(values, reference_hash)
    return current


def _write(connection: Connection, table: ReferenceTable, rows: Iterable[Values]) -> None:
    columns = [*table.columns, "reference_hash"]
    identifiers = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, %s)"
        " on conflict ({key}) do update set {changes}"
    ).format(
        table=sql.Identifier("channels", table.name),
        columns=identifiers,
        key=sql.SQL(", ").join(map(sql.Identifier, table.key)),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column))
            for column in columns
            if column not in table.key
        ),
    )
    records = [
        {column: _json(value) for column, value in values.items()} | {"reference_hash": f"\\x{hash_of(values).hex()}"}
        for values in rows
    ]
    connection.execute(statement, [Jsonb(records)])


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
