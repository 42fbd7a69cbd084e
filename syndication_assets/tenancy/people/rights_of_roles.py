"""What each role may do: the rows of tenancy.role_permissions, in the caller's transaction."""

from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

KEPT_RIGHT = "roles.edit"
"""Owners keep it: without it, nobody could give a right back."""


class Right(NamedTuple):
    """One row of tenancy.permissions, with the roles that have it."""

    permission: str
    roles: list[str]
    """From the least to the most powerful."""
    description: str


def list_rights(connection: Connection) -> list[Right]:
    """All rights, ordered by name."""
    rows = connection.execute(
        "select p.permission, array_remove(array_agg(rp.role::text order by rp.role), null), p.description"
        " from tenancy.permissions as p left join tenancy.role_permissions as rp on p.permission = rp.permission"
        " group by p.permission, p.description order by p.permission"
    )
    return [Right(*row) for row in rows.fetchall()]


def allow(connection: Connection, role: str, permission: str) -> bool:
    """Gives the role the right; False if it has it already. SyndicationError for an unknown right."""
    try:
        return bool(
            connection.execute(
                "insert into tenancy.role_permissions (role, permission) values (%s, %s) on conflict do nothing",
                [role, permission],
            ).rowcount
        )
    except psycopg.errors.ForeignKeyViolation:
        raise _unknown(permission) from None


def forbid(connection: Connection, role: str, permission: str) -> bool:
    """Takes the right from the role; False if it does not have it. SyndicationError for an unknown right."""
    if (role, permission) == ("owner", KEPT_RIGHT):
        raise SyndicationError(f"Owners keep {permission}: without it, nobody could give a right back.")
    is_known = connection.execute("select from tenancy.permissions where permission = %s", [permission]).fetchone()
    if is_known is None:
        raise _unknown(permission)
    return bool(
        connection.execute(
            "delete from tenancy.role_permissions where role = %s and permission = %s", [role, permission]
        ).rowcount
    )


def _unknown(permission: str) -> SyndicationError:
    return SyndicationError(f"There is no right {permission!r}: see `syndication role list`.")
