"""Whether an actor may do what a command does, by the rows of tenancy.role_permissions.

An organization without members is open to whoever may use the command line: a laptop needs no users. Its first member
closes it: from then on, a command needs an actor who has the right there. One of sample data stays open, because its
members are invented: users have their rights there, and it does not count where all organizations are concerned.
"""

from collections.abc import Collection

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.actors import Actor

_SHOWN_PEOPLE = 5

_WITHOUT_RIGHT = """
select o.organization_id, o.slug
from tenancy.organizations as o
where
    (%(organizations)s::text[] is null or o.organization_id = any(%(organizations)s))
    and exists (select from tenancy.organization_members as m where m.organization_id = o.organization_id)
    and not (
        o.settings @> '{"is_sample": true}' and (%(user_id)s::text is null or %(organizations)s::text[] is null)
    )
    and not exists (
        select from tenancy.organization_members as m
        inner join tenancy.users as u on m.user_id = u.user_id
        inner join tenancy.role_permissions as p on m.role = p.role
        where
            m.organization_id = o.organization_id
            and m.user_id = %(user_id)s
            and m.status = 'active'
            and u.is_active
            and p.permission = %(permission)s
    )
order by o.slug
"""
_ROLES_WITH_RIGHT = "select array_agg(role::text order by role) from tenancy.role_permissions where permission = %s"
_PEOPLE_WITH_RIGHT = """
select coalesce(u.email, u.service_name)
from tenancy.organization_members as m
inner join tenancy.users as u on m.user_id = u.user_id
inner join tenancy.role_permissions as p on m.role = p.role
where m.organization_id = %s and m.status = 'active' and u.is_active and p.permission = %s
order by m.role, 1
limit %s
"""


class PermissionDeniedError(SyndicationError):
    """The actor lacks a right; the message names the right and who has it."""


def require_permission(
    connection: Connection, actor: Actor | None, permission: str, organizations: Collection[str] | None
) -> None:
    """PermissionDeniedError unless the actor may do this in these organizations; None means in all of them."""
    limited = actor is not None and actor.permissions is not None
    if actor is not None and limited and permission not in (actor.permissions or ()):
        raise PermissionDeniedError(f"The API key of {actor.name} is not for {permission}: create another one for it.")
    if actor is not None and limited and (organizations is None or set(organizations) - {actor.organization_id}):
        raise PermissionDeniedError(
            f"The API key of {actor.name} belongs to one organization, and this concerns others: act as a user."
        )
    row = connection.execute(
        _WITHOUT_RIGHT,
        {
            "organizations": None if organizations is None else list(organizations),
            "user_id": actor.user_id if actor else None,
            "permission": permission,
        },
    ).fetchone()
    if row is None:
        return
    organization_id, slug = row
    people = [name for (name,) in connection.execute(_PEOPLE_WITH_RIGHT, [organization_id, permission, _SHOWN_PEOPLE])]
    (roles,) = connection.execute(_ROLES_WITH_RIGHT, [permission]).fetchall()[0]
    who = f"the roles {', '.join(roles)} have it" if roles else "no role has it"
    who += f": {', '.join(people)}" if people else ", and no active member has one of them" if roles else ""
    if actor is None:
        raise PermissionDeniedError(
            f"The organization {slug} has members, and this needs the right {permission}: say who you are with --as or "
            f"SYNDICATION_ACTOR. In {slug}, {who}."
        )
    raise PermissionDeniedError(f"{actor.name} lacks the right {permission} in {slug}. There, {who}.")
