"""The rows that refer to a profile or to posts of a person.

Which tables refer is read from the system catalogue: a table of a later migration is found, too.
"""

from collections.abc import Iterator

from psycopg import sql

from syndication_assets.database.connection import Connection
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.person_erasure.posts_of_person import name_posts

POSTS, PROFILES = "scraping.post_records", "scraping.profiles"
_HOLDS = "operations.legal_holds"

_REFERRING = """
select k.conrelid::regclass::text, n.nspname::text, c.relname::text, a.attname::text
from pg_constraint as k
inner join pg_class as c on k.conrelid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
cross join unnest(k.conkey) as u (place)
inner join pg_attribute as a on k.conrelid = a.attrelid and u.place = a.attnum and a.attname <> 'organization_id'
where k.contype = 'f' and k.conparentid = 0 and k.confrelid = %(table)s::regclass
order by 1, 4
"""


def rows_of_person(connection: Connection, found: FoundPerson) -> dict[str, int]:
    """The number of rows by table that are about the person; tables without any are left out. Nothing changes."""
    name_posts(connection, found, "")
    counts: dict[str, int] = {}
    for about in (POSTS, PROFILES):
        ids = [found.profile_id] if about == PROFILES else []
        for table, name, column in _references(connection, about):
            query = sql.SQL("select count(*) from {} where organization_id = %s and {} in ({})").format(
                name, sql.Identifier(column), _ids(about)
            )
            count = connection.execute(query, [found.organization_id, *ids]).fetchall()[0][0]
            counts[table] = counts.get(table, 0) + count
    counts[PROFILES] = 1 if found.profile_id is not None else 0
    counts[POSTS] = connection.execute("select count(*) from erased_posts").fetchall()[0][0]
    counts.pop(_HOLDS, None)
    return {table: count for table, count in sorted(counts.items()) if count}


def remove_rows(connection: Connection, found: FoundPerson) -> Iterator[tuple[str, int]]:
    """Removes the rows; gives each table and how many rows it lost."""
    organization_id = found.organization_id
    for about, own_key in ((POSTS, "post_id"), (PROFILES, "profile_id")):
        ids = [found.profile_id] if about == PROFILES else []
        for table, name, column in _references(connection, about):
            # A post that quotes stays without what it quoted, a released hold without whom it was about.
            is_kept = table in {POSTS, _HOLDS}
            action = "update {} set {column} = null" if is_kept else "delete from {}"
            statement = sql.SQL(action + " where organization_id = %s and {column} in ({ids})").format(
                name, column=sql.Identifier(column), ids=_ids(about)
            )
            count = connection.execute(statement, [organization_id, *ids]).rowcount
            yield table, 0 if is_kept else count
        statement = sql.SQL("delete from {} where organization_id = %s and {} in ({})").format(
            sql.Identifier(*about.split(".")), sql.Identifier(own_key), _ids(about)
        )
        yield about, connection.execute(statement, [organization_id, *ids]).rowcount


def _references(connection: Connection, about: str) -> list[tuple[str, sql.Identifier, str]]:
    """Table, its name, and its column that refers to posts or to profiles."""
    return [
        (table, sql.Identifier(schema, name), column)
        for table, schema, name, column in connection.execute(_REFERRING, {"table": about}).fetchall()
    ]


def _ids(about: str) -> sql.Composable:
    return sql.SQL("select e.post_id from erased_posts as e" if about == POSTS else "%s")
