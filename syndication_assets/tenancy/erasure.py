"""Erases an organization with everything in the database that belongs to it, in one transaction.

Which tables belong to it, and in which order their rows go, is read from the system catalogue: a table with an
`organization_id` is erased before those that its foreign keys refer to.
"""

import msgspec
import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.organization_tables import (
    AUDIT_LOG,
    referring_first,
    require_quiet,
    tables_of_organizations,
)
from syndication_assets.tenancy.organizations import require_organization


def rows_to_erase(url: str, slug: str) -> dict[str, int]:
    """The number of rows by table that `erase_organization` would erase; tables without any are left out.

    SyndicationError if there is no such organization, if a legal hold keeps it, or if something works for it now.
    """
    organization_id = require_organization(url, slug).organization_id
    with transaction(url) as connection:
        _require_no_hold(connection, slug, organization_id)
        require_quiet(connection, slug, organization_id)
        counts = {
            name: connection.execute(
                sql.SQL("select count(*) from {} where organization_id = %s").format(table), [organization_id]
            ).fetchall()[0][0]
            for name, table in tables_of_organizations(connection).items()
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
        require_quiet(connection, slug, organization_id)
        erased = _erase_tables(connection, slug, organization_id)
        entries = connection.execute(
            "select tenancy.finish_erasure(%s, %s, %s)", [organization_id, slug, msgspec.json.encode(erased).decode()]
        ).fetchall()[0][0]
    with transaction(url) as connection:
        # By itself, PostgreSQL would forget what it has sampled of the rows when enough others have changed.
        for name in erased:
            connection.execute("select tenancy.sample_again(%s, %s)", name.split("."))
    return erased | {AUDIT_LOG: entries}


def _erase_tables(connection: Connection, slug: str, organization_id: str) -> dict[str, int]:
    tables = tables_of_organizations(connection)
    counts = {}
    try:
        for name in referring_first(connection, tables):
            statement = sql.SQL("delete from {} where organization_id = %s").format(tables[name])
            # The audit log goes last, by a function of its owner: the deletion of other rows still adds entries.
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
