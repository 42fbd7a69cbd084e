"""Puts the id of an erasure where a name of the person stands in any text of the organization.

Which columns may have one is read from the system catalogue: a table of a later migration is found, too.
"""

from collections.abc import Iterator

from psycopg import sql

from syndication_assets.database.connection import Connection
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.tenancy.organization_tables import AUDIT_LOG, tables_of_organizations

_OWN = ("tenancy.organizations", "channels.social_accounts", "channels.credentials")
"""What the organization calls itself and its accounts."""
_TEXTS = """
select a.attname::text, format_type(a.atttypid, null)
from pg_attribute as a
where
    a.attrelid = %(table)s::regclass
    and a.attnum > 0
    and not a.attisdropped
    and a.attgenerated = ''
    and format_type(a.atttypid, null) in ('text', 'text[]', 'json', 'jsonb')
    and a.attname <> 'organization_id'
order by 1
"""


def remove_names(connection: Connection, found: FoundPerson, erasure_id: str) -> Iterator[tuple[str, int]]:
    """Puts the id of the erasure where a name of the person stands in any text, the audit log's included."""
    pattern = found.person.pattern
    for table, name in tables_of_organizations(connection).items():
        if table == AUDIT_LOG or table in _OWN:
            continue
        columns = connection.execute(_TEXTS, {"table": table}).fetchall()
        if not columns:
            continue
        assignments = sql.SQL(", ").join(
            sql.SQL("{column} = {value}").format(column=sql.Identifier(column), value=_renamed(column, kind))
            for column, kind in columns
        )
        matches = sql.SQL(" or ").join(
            sql.SQL("{}::text ~* %(pattern)s").format(sql.Identifier(column)) for column, _ in columns
        )
        statement = sql.SQL("update {} set {} where organization_id = %(organization_id)s and ({})").format(
            name, assignments, matches
        )
        parameters = {"organization_id": found.organization_id, "pattern": pattern, "erasure_id": erasure_id}
        yield table, connection.execute(statement, parameters).rowcount
    entries = connection.execute(
        "select tenancy.redact_audit_log(%s, %s, %s)", [found.organization_id, erasure_id, pattern]
    ).fetchall()[0][0]
    yield AUDIT_LOG, entries


def _renamed(column: str, kind: str) -> sql.Composable:
    name = sql.Identifier(column)
    if kind == "text[]":
        return sql.SQL(
            "(select array_agg(regexp_replace(t.value, %(pattern)s, %(erasure_id)s, 'gi') order by t.place)"
            " from unnest({}) with ordinality as t (value, place))"
        ).format(name)
    return sql.SQL("regexp_replace({}::text, %(pattern)s, %(erasure_id)s, 'gi')::" + kind).format(name)
