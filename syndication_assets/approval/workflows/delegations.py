"""Delegations: one user decides for another in a period."""

from datetime import datetime
from typing import NamedTuple

import psycopg

from syndication_assets.approval.approval_error import ApprovalError
from syndication_assets.approval.workflows.workflow_rows import RIGHT_TO_DECIDE, members_who_decide
from syndication_assets.database.connection import Connection


class Delegation(NamedTuple):
    """One row of approval.delegations, for people."""

    delegation_id: str
    organization: str
    from_user: str
    to_user: str
    reason: str
    starts_at: datetime
    ends_at: datetime


def delegate(
    connection: Connection,
    organization_id: str,
    from_user_id: str,
    to_user_id: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
) -> str:
    """Lets one user decide for another; returns the id.

    ApprovalError if either may not decide, for an empty period or reason, for a second delegation in the same period,
    and for one that leads back to whom it comes from.
    """
    if not reason.strip():
        raise ApprovalError("A delegation needs a reason: --reason 'on holiday'.")
    if starts_at >= ends_at:
        raise ApprovalError("The delegation ends before it begins: give a later --until.")
    if from_user_id == to_user_id:
        raise ApprovalError("Nobody delegates to themselves: name another user.")
    active = members_who_decide(connection, organization_id)
    for user in (from_user_id, to_user_id):
        if user not in active:
            raise ApprovalError(
                f"{_name(connection, user)} is no active member with the right {RIGHT_TO_DECIDE}: see `syndication "
                "member list`."
            )
    try:
        ((delegation_id,),) = connection.execute(
            "insert into approval.delegations (organization_id, from_user_id, to_user_id, reason, starts_at, ends_at)"
            " values (%s, %s, %s, %s, %s, %s) returning delegation_id",
            [organization_id, from_user_id, to_user_id, reason.strip(), starts_at, ends_at],
        ).fetchall()
    except psycopg.errors.ExclusionViolation as error:
        raise ApprovalError(
            f"It is not added: {error.diag.message_primary}. See `syndication approval delegate list`."
        ) from None
    return str(delegation_id)


def delegations_of(connection: Connection, organization_id: str | None = None) -> list[Delegation]:
    """The delegations that have not ended, of an organization or of all, the next to end first."""
    rows = connection.execute(
        "select d.delegation_id, o.slug, tenancy.actor_name(d.from_user_id), tenancy.actor_name(d.to_user_id),"
        " d.reason, d.starts_at, d.ends_at from approval.delegations as d inner join tenancy.organizations as o"
        " using (organization_id) where d.ends_at > now()"
        " and (%(organization_id)s::text is null or d.organization_id = %(organization_id)s)"
        " order by d.ends_at, d.delegation_id",
        {"organization_id": organization_id},
    )
    return [Delegation(*row) for row in rows]


def delegator_of(connection: Connection, organization_id: str, delegation_id: str) -> str:
    """The id of the user who delegates. ApprovalError if there is no such delegation."""
    row = connection.execute(
        "select from_user_id from approval.delegations where organization_id = %s and delegation_id = %s",
        [organization_id, delegation_id],
    ).fetchone()
    if row is None:
        raise ApprovalError(f"There is no delegation {delegation_id}: see `syndication approval delegate list`.")
    return str(row[0])


def end_delegation(connection: Connection, organization_id: str, delegation_id: str) -> None:
    """Removes a delegation; what was decided by it stays decided. ApprovalError if there is no such delegation."""
    delegator_of(connection, organization_id, delegation_id)
    connection.execute(
        "delete from approval.delegations where organization_id = %s and delegation_id = %s",
        [organization_id, delegation_id],
    )


def _name(connection: Connection, user_id: str) -> str:
    ((name,),) = connection.execute("select tenancy.actor_name(%s)", [user_id]).fetchall()
    return str(name)
