"""How much organizations may use, and how much they use: tenancy.limits_in_force beside what is counted."""

from collections.abc import Collection
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError

USERS_LIMIT = "users_within_limit"
"""Name of the constraint that refuses a member or an invitation above the limit."""
_NOUNS = {"users": "users", "posts": "posts", "storage_bytes": "bytes of media and landed files"}


class LimitReachedError(SyndicationError):
    """Nothing is added for an organization, because it uses all that it may."""


class LimitUse(NamedTuple):
    """One resource of one organization."""

    organization: str
    tier: str | None
    """None for an organization without limits."""
    resource: str
    """users, posts or storage_bytes."""
    used: int
    amount: int | None
    """The most that it may use; None for no limit."""
    used_percent: float | None
    """None without a limit."""


def user_limit(error: psycopg.errors.CheckViolation) -> LimitReachedError:
    """What a refused member or invitation is told as."""
    return LimitReachedError(
        f"{error.diag.message_primary}: let whoever runs the installation raise the limit with "
        "`syndication limit edit`, revoke an invitation, or make a member inactive."
    )


def limits_used(connection: Connection, organization: str | None = None) -> list[LimitUse]:
    """What every organization, or one by its slug, uses of each resource."""
    rows = connection.execute(load_sql("tenancy/limits_used.sql"), {"organization": organization})
    return [LimitUse(*row) for row in rows]


def require_room(connection: Connection, organization_id: str, resources: Collection[str]) -> None:
    """LimitReachedError if the organization has used up one of these resources."""
    row = connection.execute(
        load_sql("tenancy/reached_limit.sql"), {"organization_id": organization_id, "resources": list(resources)}
    ).fetchone()
    if row is None:
        return
    slug, tier, resource, used, amount = row
    raise LimitReachedError(
        f"{slug} uses {used:,} of the {amount:,} {_NOUNS[resource]} that it may use in the tier {tier}: raise "
        f"the limit with `syndication limit edit --organization {slug}`. Nothing that has landed is lost."
    )


def storage_left(connection: Connection) -> dict[str, int]:
    """Id of each organization with a limit of its storage → the bytes that are left, 0 or less at the limit."""
    return dict(
        connection.execute(
            "select organization_id, amount - tenancy.used_by(organization_id, resource)"
            " from tenancy.limits_in_force where resource = 'storage_bytes' and amount is not null"
        ).fetchall()
    )
