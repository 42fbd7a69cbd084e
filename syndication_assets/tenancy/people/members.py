"""Memberships: who belongs to an organization, and with which role, in the caller's transaction."""

from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.limits import user_limit

ROLES = ("viewer", "member", "editor", "manager", "admin", "owner")
OWNERS_ARE_KEPT = "set constraints tenancy.organization_members_keep_an_owner, tenancy.users_keep_an_owner immediate"
"""Checks at once, and not at the end of the transaction, whether each organization still has an owner."""
STATUSES = ("active", "inactive", "suspended")


class Member(NamedTuple):
    """One membership."""

    organization: str
    name: str
    display_name: str | None
    role: str
    status: str
    permissions: list[str]


def add_member(connection: Connection, organization_id: str, user_id: str, role: str) -> None:
    """Adds a member. SyndicationError if they are one, or if the first one would not be an owner."""
    (has_members,) = connection.execute(
        # The lock lets one of two first members see the other.
        "select exists (select from tenancy.organization_members where organization_id = o.organization_id)"
        " from tenancy.organizations as o where organization_id = %s for no key update",
        [organization_id],
    ).fetchall()[0]
    if not has_members and role != "owner":
        raise SyndicationError(
            "The first member of an organization is its owner, because afterwards a right is needed to add others: "
            "use --role owner."
        )
    try:
        connection.execute(
            "insert into tenancy.organization_members (organization_id, user_id, role) values (%s, %s, %s)",
            [organization_id, user_id, role],
        )
    except psycopg.errors.CheckViolation as error:
        raise user_limit(error) from None
    except psycopg.errors.UniqueViolation:
        raise SyndicationError(
            "The user is a member already: change the role with `syndication member role`."
        ) from None


def change_member(
    connection: Connection, organization_id: str, user_id: str, *, role: str | None = None, status: str | None = None
) -> None:
    """Changes role or status. SyndicationError for no member, and for the last owner."""
    _change(
        connection,
        "update tenancy.organization_members set role = coalesce(%(role)s::tenancy.member_role, role),"
        " status = coalesce(%(status)s::tenancy.membership_status, status)"
        " where organization_id = %(organization_id)s and user_id = %(user_id)s",
        {"organization_id": organization_id, "user_id": user_id, "role": role, "status": status},
    )


def remove_member(connection: Connection, organization_id: str, user_id: str) -> None:
    """Removes a member, whose API keys go with the membership. SyndicationError as for a change."""
    _change(
        connection,
        "delete from tenancy.organization_members"
        " where organization_id = %(organization_id)s and user_id = %(user_id)s",
        {"organization_id": organization_id, "user_id": user_id},
    )


def list_members(connection: Connection, organization_id: str | None) -> list[Member]:
    """The members of an organization, or of all, the most powerful first, with the rights of their roles."""
    rows = connection.execute(
        "select o.slug, coalesce(u.email, u.service_name, '(erased)'), u.display_name, m.role::text,"
        " case when u.is_active then m.status::text else 'deactivated' end,"
        " array(select permission from tenancy.role_permissions as p where p.role = m.role and m.status = 'active'"
        "   and u.is_active order by 1)"
        " from tenancy.organization_members as m join tenancy.users as u using (user_id)"
        " join tenancy.organizations as o using (organization_id)"
        " where %(organization_id)s::text is null or m.organization_id = %(organization_id)s"
        " order by o.slug, m.role desc, 2",
        {"organization_id": organization_id},
    ).fetchall()
    return [Member(*row) for row in rows]


def _change(connection: Connection, statement: str, parameters: dict[str, str | None]) -> None:
    try:
        changed = connection.execute(statement, parameters).rowcount
        connection.execute(OWNERS_ARE_KEPT)
    except psycopg.errors.CheckViolation as error:
        raise user_limit(error) from None
    except psycopg.errors.RestrictViolation as error:
        raise SyndicationError(
            f"{error.diag.message_primary}: make somebody else owner first with `syndication member role`."
        ) from None
    if not changed:
        raise SyndicationError("The user is not a member: see `syndication member list`.")
