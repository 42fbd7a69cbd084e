"""Erases an organization with everything in the database that belongs to it, in one transaction.

Which tables belong to it, and in which order their rows go, is read from the system catalogue: a table with an
`organization_id` is erased before those that its foreign keys refer to.
"""

from graphlib import TopologicalSorter

import msgspec
import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, run_file, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.organizations import require_organization

AUDIT_LOG = "tenancy.audit_log"
"""Erased last, and by a function of its owner: the deletion of other rows still adds entries."""

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


def rows_to_erase(url: str, slug: str) -> dict[str, int]:
    """The number of rows by table that `erase_organization` would erase; tables without any are left out.

    SyndicationError if there is no such organization, if a legal hold keeps it, or if something works for it now.
    """
    organization_id = require_organization(url, slug).organization_id
    with transaction(url) as connection:
        _require_no_hold(connection, slug, organization_id)
        _require_quiet(connection, slug, organization_id)
        counts = {
            name: connection.execute(
                sql.SQL("select count(*) from {} where organization_id = %s").format(table), [organization_id]
            ).fetchall()[0][0]
            for name, table in _tables(connection).items()
        }
    return {name: count for name, count in counts.items() if count}


def erase_organization(url: str, slug: str) -> dict[str, int]:
    """Erases the organization and returns the number of erased rows by table, the audit log included.

    `tenancy.erased_organizations` keeps who did it, when, and these numbers. SyndicationError, and nothing is erased,
    if there is no such organization, if a legal hold keeps it, if something works for it right now, or if a run has
    just written to it.
    """
    organization_id = require_organization(url, slug).organization_id
    with transaction(url) as connection:
        # From now on nobody can add a row that refers to the organization.
        locked = "select from tenancy.organizations where organization_id = %s for update"
        connection.execute(locked, [organization_id])
        _require_no_hold(connection, slug, organization_id)
        _require_quiet(connection, slug, organization_id)
        erased = _erase_tables(connection, slug, organization_id)
        entries = connection.execute(
            "select tenancy.finish_erasure(%s, %s, %s)", [organization_id, slug, msgspec.json.encode(erased).decode()]
        ).fetchall()[0][0]
    return erased | {AUDIT_LOG: entries}


def _erase_tables(connection: Connection, slug: str, organization_id: str) -> dict[str, int]:
    tables = _tables(connection)
    counts = {}
    try:
        for name in _order(connection, tables):
            statement = sql.SQL("delete from {} where organization_id = %s").format(tables[name])
            counts[name] = connection.execute(statement, [organization_id]).rowcount if name != AUDIT_LOG else 0
    except psycopg.errors.ForeignKeyViolation as error:
        raise SyndicationError(
            f"Something has just written to {slug!r} ({error.diag.table_name}), so nothing was erased: stop what works "
            "for the organization, and run this again."
        ) from None
    return {name: count for name, count in counts.items() if count}


def _require_no_hold(connection: Connection, slug: str, organization_id: str) -> None:
    held = connection.execute(
        "select hold_id, reason from operations.legal_holds where organization_id = %s and released_at is null"
        " order by held_at limit 1",
        [organization_id],
    ).fetchall()
    if held:
        raise SyndicationError(
            f"The legal hold {held[0][0]} keeps {slug!r} ({held[0][1]}): nothing was erased. Whoever placed it can "
            f"release it with `syndication retention release {held[0][0]}`."
        )


def _require_quiet(connection: Connection, slug: str, organization_id: str) -> None:
    found = run_file(connection, "tenancy/work_in_progress.sql", {"organization_id": organization_id}).fetchall()
    if found:
        work = ", ".join(row["work"] for row in found)
        raise SyndicationError(f"{slug!r} is in use by {work}: stop it or wait for its end, and run this again.")


def _tables(connection: Connection) -> dict[str, sql.Identifier]:
    """Every table with rows of organizations, by its qualified name; without partitions."""
    return {name: sql.Identifier(schema, table) for name, schema, table in connection.execute(_TABLES).fetchall()}


def _order(connection: Connection, tables: dict[str, sql.Identifier]) -> list[str]:
    """The tables, each before those that it refers to."""
    sorter: TopologicalSorter[str] = TopologicalSorter({name: set() for name in tables})
    for referring, referred in connection.execute(_REFERENCES).fetchall():
        if referring in tables and referred in tables:
            sorter.add(referred, referring)
    return list(sorter.static_order())
