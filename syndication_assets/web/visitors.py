"""Who asks for a page: the session of the cookie, the organizations that it may see, and its rights in the current one.

A user sees the organizations whose active member they are. Whoever runs the server has no user, and sees those without
members and those of sample data, which are open to the command line too.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.tenancy.people.web_sessions import WebSession, find_session

_ORGANIZATIONS = """
select o.organization_id, o.slug, o.name, m.role::text
from tenancy.organizations as o
left join tenancy.organization_members as m
    on o.organization_id = m.organization_id and m.user_id = %(user_id)s and m.status = 'active'
where
    coalesce(o.organization_id = %(limited_to)s, true)
    and case when %(user_id)s::text is null
        then o.settings @> '{"is_sample": true}'
            or not exists (select from tenancy.organization_members as a where a.organization_id = o.organization_id)
        else m.user_id is not null
    end
order by o.name, o.slug
"""


class VisitedOrganization(NamedTuple):
    """An organization that the visitor may see."""

    organization_id: str
    slug: str
    name: str
    role: str | None
    """None for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a valid session. `organization` is None for a user who is no member anywhere."""

    session: WebSession
    organizations: list[VisitedOrganization]
    organization: VisitedOrganization | None
    permissions: frozenset[str] | None
    """None for whoever runs the server: all of them."""
    language: str | None
    """That was chosen, or else that of the organization or the installation; None if that is up to the browser."""
    form_token: str
    """What each form must send back: a page of another site cannot know it."""

    def may(self, permission: str) -> bool:
        """Whether the visitor has the right in the current organization."""
        return self.permissions is None or permission in self.permissions

    @property
    def person(self) -> str:
        """The name under which decisions are stored: the user's id, else the login, as commands do."""
        return self.session.user_id or self.session.login or ""


def find_visitor(connection: Connection, token: str) -> Visitor | None:
    """The visitor with this cookie; None without a valid session."""
    session = find_session(connection, token)
    if session is None:
        return None
    rows = connection.execute(
        _ORGANIZATIONS, {"user_id": session.user_id, "limited_to": session.limited_to_organization_id}
    )
    organizations = [VisitedOrganization(*row) for row in rows]
    chosen = [each for each in organizations if each.organization_id == session.organization_id]
    current = next(iter([*chosen, *organizations]), None)
    role = None if current is None else current.role
    permissions = None if session.user_id is None else permissions_of_role(connection, role)
    organization_id = None if current is None else current.organization_id
    language = session.language or read_setting(connection, "web.language", organization_id)
    return Visitor(session, organizations, current, permissions, language, form_token_of(token))


def form_token_of(token: str) -> str:
    """Tells nothing of the cookie that it is made from."""
    return hashlib.sha256(f"form {token}".encode()).hexdigest()


def permissions_of_role(connection: Connection, role: str | None) -> frozenset[str]:
    """The rights of a role; none without one."""
    rows = connection.execute("select permission from tenancy.role_permissions where role::text = %s", [role])
    return frozenset(permission for (permission,) in rows)
