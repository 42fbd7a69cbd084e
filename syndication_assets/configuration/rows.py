"""Reads and writes the rows of sections whose entries are rows of one table."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, LiteralString

from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from syndication_assets.configuration.entry import Entry
from syndication_assets.database.connection import Connection


def reader(entry: type[Entry], query: LiteralString) -> Callable[[Connection, str], list[Entry]]:
    """Reads entries with a query whose columns are named after the fields. Parameter: organization_id."""

    def read(connection: Connection, organization_id: str) -> list[Entry]:
        cursor = connection.cursor(row_factory=dict_row).execute(query, {"organization_id": organization_id})
        return [entry.model_construct(**row) for row in cursor]

    return read


def upsert(connection: Connection, table: str, keys: Iterable[str], *rows: Mapping[str, Any]) -> None:
    """Inserts rows, or gives the rows with these keys the other values. A row that has them all is not written.

    All rows have the same columns. A value is one that JSON can hold, or a Decimal or a date.
    """
    keys, columns = tuple(keys), tuple(rows[0])
    changed = [column for column in columns if column not in keys]
    target = sql.Identifier(*table.split("."))
    connection.execute(
        sql.SQL(
            "insert into {target} as t ({columns})"
            " select {columns} from jsonb_populate_recordset(null::{target}, %s) on conflict ({keys})"
            " do update set {changes} where ({old}) is distinct from ({new})"
        ).format(
            target=target,
            columns=_listed(columns),
            keys=_listed(keys),
            changes=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed),
            old=sql.SQL(", ").join(sql.Identifier("t", name) for name in changed),
            new=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in changed),
        ),
        [Jsonb(list(rows), dumps=_dumps)],
    )


_dumps = partial(json.dumps, default=str)


def delete(connection: Connection, table: str, key: Mapping[str, Any]) -> None:
    """Deletes the row with this key."""
    connection.execute(
        sql.SQL("delete from {} where {}").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(" and ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in key
            ),
        ),
        dict(key),
    )


def _listed(names: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))
