"""The tables that have rows of organizations, in the order of their foreign keys, as the catalogue names them."""

from graphlib import TopologicalSorter

from psycopg import sql

from syndication_assets.database.connection import Connection, run_file
from syndication_assets.errors import SyndicationError

AUDIT_LOG = "tenancy.audit_log"

_TABLES = """
select c.oid::regclass::text, n.nspname::text, c.relname::text
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'organization_id' and not a.attisdropped
where
    c.relkind in ('r', 'p')
    and not c.relispartition
    and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema')
order by 1
"""
_REFERENCES = """
select conrelid::regclass::text, confrelid::regclass::text
from pg_constraint
where contype = 'f' and conparentid = 0 and conrelid <> confrelid
"""


def tables_of_organizations(connection: Connection) -> dict[str, sql.Identifier]:
    """Every table with rows of organizations, by its qualified name; without partitions."""
    return {name: sql.Identifier(schema, table) for name, schema, table in connection.execute(_TABLES).fetchall()}


def referring_first(connection: Connection, tables: dict[str, sql.Identifier]) -> list[str]:
    """The names of the tables, each before those that it refers to."""
    sorter: TopologicalSorter[str] = TopologicalSorter({name: set() for name in tables})
    for referring, referred in connection.execute(_REFERENCES).fetchall():
        if referring in tables and referred in tables:
            sorter.add(referred, referring)
    return list(sorter.static_order())


def require_quiet(connection: Connection, slug: str, organization_id: str) -> None:
    """SyndicationError if a fetch, a load or the sending of a post of the organization is in progress."""
    found = run_file(connection, "tenancy/work_in_progress.sql", {"organization_id": organization_id}).fetchall()
    if found:
        work = ", ".join(row["work"] for row in found)
        raise SyndicationError(f"{slug!r} is in use by {work}: stop it or wait for its end, and run this again.")
