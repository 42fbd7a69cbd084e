"""Empties tables between tests and their examples, which is faster than a new database for each.

Truncating writes new files for each table, partition and index, which takes 40 ms for the posts: rows are deleted, and
only of tables that have some.
"""

from collections.abc import Sequence

import psycopg

_REFERRING = """
with recursive edges (known, found) as (
    select confrelid, conrelid from pg_constraint where contype = 'f' and conparentid = 0
),
emptied (relation) as (
    select * from unnest(%s::regclass[])
    union
    select found from edges join emptied on known = relation
)
select relation::text from emptied
"""
_OF_ROOMS = """
select oid::regclass::text from pg_class
where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text = any(%s)
"""
_STATEMENT = """
select coalesce(string_agg(format('delete from %%s;', oid::regclass), ' '), '')
from pg_class
where
    oid in (
        select * from unnest(%(tables)s::regclass[])
        union all
        select inhrelid from pg_inherits where inhparent = any(%(tables)s::regclass[])
    )
    and relkind = 'r' and pg_relation_size(oid) > 0
"""
_emptied: dict[tuple[object, ...], list[str]] = {}
"""The tables that are emptied for what was asked, the same in each database: a release has one schema."""


def delete_rows(url: str, tables: Sequence[str]) -> None:
    """Deletes all rows of the tables, and of all that refer to them, as `truncate … cascade` does."""
    _delete_rows(url, ("tables", *tables), _REFERRING, list(tables))


def delete_rows_of_rooms(url: str, rooms: Sequence[str], kept: Sequence[str] = ()) -> None:
    """Deletes all rows of the rooms' tables but the kept ones. Rows of other rooms stay as they are."""
    _delete_rows(url, ("rooms", *rooms), _OF_ROOMS, list(rooms), kept)


def _delete_rows(url: str, key: tuple[object, ...], query: str, names: list[str], kept: Sequence[str] = ()) -> None:
    with psycopg.connect(url) as connection:
        # Without triggers: they would look for rows that are gone too.
        connection.execute("set local session_replication_role = replica")
        if key not in _emptied:
            _emptied[key] = [name for (name,) in connection.execute(query, [names])]  # type: ignore[arg-type]
        emptied = [name for name in _emptied[key] if name not in kept]
        (statement,) = connection.execute(_STATEMENT, {"tables": emptied}).fetchall()[0]
        connection.execute(statement)
