"""Invitations: a token that makes its holder a member, once and for some days, in the caller's transaction."""

from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.limits import USERS_LIMIT, user_limit
from syndication_assets.tenancy.one_time_tokens import hash_of, new_token
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.users import add_user


class Invitation(NamedTuple):
    """One invitation, without its token."""

    invitation_id: str
    organization: str
    email: str
    role: str
    state: str
    expires_at: datetime
    invited_by: str


class AcceptedInvitation(NamedTuple):
    """What an invitation led to."""

    organization: str
    email: str
    role: str


def invite(
    connection: Connection, organization_id: str, email: str, role: str, valid_for: timedelta
) -> tuple[str, str]:
    """Replaces an open invitation of the same address; returns the id and the token, which is stored nowhere."""
    connection.execute(
        "update tenancy.invitations set revoked_at = now() where organization_id = %s and lower(email) = lower(%s)"
        " and accepted_at is null and revoked_at is null",
        [organization_id, email],
    )
    token = new_token("inv")
    try:
        (invitation_id,) = connection.execute(
            "insert into tenancy.invitations (organization_id, email, role, token_hash, invited_by, expires_at)"
            " values (%s, %s, %s, %s, tenancy.current_actor(), now() + %s) returning invitation_id",
            [organization_id, email.strip(), role, hash_of(token), valid_for],
        ).fetchall()[0]
    except psycopg.errors.CheckViolation as error:
        if error.diag.constraint_name == USERS_LIMIT:
            raise user_limit(error) from None
        raise SyndicationError(f"{email!r} is not an address such as isla@bakery.example.") from None
    return invitation_id, token


def accept(connection: Connection, token: str, display_name: str | None) -> AcceptedInvitation:
    """Makes the invited person a member, and a user if they are none. SyndicationError if the token is not open."""
    row = connection.execute(
        "select organization_id, invitation_id, email, role::text, accepted_at, revoked_at, expires_at <= now()"
        " from tenancy.invitations"
        " where token_hash = %s for update",
        [hash_of(token)],
    ).fetchone()
    state = "unknown" if row is None else _state(*row[4:])
    if row is None or state != "open":
        raise SyndicationError(f"The invitation is {state}: ask for a new one (`syndication invitation create`).")
    organization_id, invitation_id, email, role = row[:4]
    _accept(connection, organization_id, invitation_id, email, role, display_name)
    (slug,) = connection.execute(
        "select slug from tenancy.organizations where organization_id = %s", [organization_id]
    ).fetchall()[0]
    return AcceptedInvitation(slug, email, role)


def accept_by_address(connection: Connection, organization_id: str, email: str, display_name: str | None) -> str | None:
    """Makes the holder of an address, which somebody else has verified, a member, if they are invited; returns the id
    of the user, None without an open invitation or if the user is not active.
    """
    row = connection.execute(
        "select i.invitation_id, i.email, i.role::text from tenancy.invitations as i"
        " where i.organization_id = %s and lower(i.email) = lower(%s) and i.accepted_at is null"
        " and i.revoked_at is null and i.expires_at > now()"
        " and not exists (select from tenancy.users as u where lower(u.email) = lower(i.email) and not u.is_active)"
        " for update",
        [organization_id, email],
    ).fetchone()
    if row is None:
        return None
    invitation_id, invited_email, role = row
    return _accept(connection, organization_id, invitation_id, invited_email, role, display_name)


def revoke(connection: Connection, invitation_id: str) -> None:
    """SyndicationError if the invitation is not open."""
    revoked = connection.execute(
        "update tenancy.invitations set revoked_at = now() where invitation_id = %s and accepted_at is null"
        " and revoked_at is null",
        [invitation_id],
    ).rowcount
    if not revoked:
        raise SyndicationError(f"{invitation_id} is not an open invitation: see `syndication invitation list`.")


def list_invitations(connection: Connection) -> list[Invitation]:
    """All invitations, the newest first."""
    rows = connection.execute(
        "select i.invitation_id, o.slug, i.email, i.role::text, i.accepted_at, i.revoked_at, i.expires_at <= now(),"
        " i.expires_at, tenancy.actor_name(i.invited_by)"
        " from tenancy.invitations as i join tenancy.organizations as o using (organization_id)"
        " order by i.created_at desc, i.invitation_id"
    ).fetchall()
    return [Invitation(row[0], row[1], row[2], row[3], _state(row[4], row[5], row[6]), row[7], row[8]) for row in rows]


def _accept(
    connection: Connection, organization_id: str, invitation_id: str, email: str, role: str, display_name: str | None
) -> str:
    user = connection.execute(
        "select user_id, is_active from tenancy.users where lower(email) = lower(%s)", [email]
    ).fetchone()
    if user is not None and not user[1]:
        raise SyndicationError(f"The user {email} is not active: let an admin activate the account first.")
    user_id = user[0] if user is not None else add_user(connection, email=email, display_name=display_name)
    # The invited person acts, by the token or by their address.
    connection.execute("select set_config('app.actor', %s, true)", [user_id])
    add_member(connection, organization_id, user_id, role)
    connection.execute(
        "update tenancy.invitations set accepted_at = now() where organization_id = %s and invitation_id = %s",
        [organization_id, invitation_id],
    )
    return str(user_id)


def _state(accepted_at: datetime | None, revoked_at: datetime | None, is_expired: bool) -> str:
    if accepted_at is not None:
        return "accepted"
    if revoked_at is not None:
        return "revoked"
    return "expired" if is_expired else "open"
