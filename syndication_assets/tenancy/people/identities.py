"""Accounts at the provider of an organization, and the members that they belong to, in the caller's transaction.

An account is known by the provider's id of it (`subject`). A verified address leads to a member only the first time:
later it may have been given to somebody else.
"""

from datetime import datetime
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.people.invitations import accept_by_address

_BOUND = """
select i.user_id, u.is_active and m.status = 'active'
from tenancy.user_identities as i
inner join tenancy.users as u on i.user_id = u.user_id
inner join tenancy.organization_members as m on i.organization_id = m.organization_id and i.user_id = m.user_id
where i.organization_id = %s and i.issuer = %s and i.subject = %s
"""
_BY_ADDRESS = """
select u.user_id, u.is_active and m.status = 'active'
from tenancy.users as u
inner join tenancy.organization_members as m on u.user_id = m.user_id
where m.organization_id = %s and lower(u.email) = lower(%s)
"""


class Account(NamedTuple):
    """What a provider says of one of its accounts."""

    issuer: str
    subject: str
    verified_email: str | None
    """None without an address, and for one that the provider has not verified."""
    name: str | None


class BoundAccount(NamedTuple):
    """One row of tenancy.user_identities, for people."""

    organization: str
    user: str
    issuer: str
    subject: str
    bound_at: datetime


def member_of_account(connection: Connection, organization_id: str, account: Account) -> str | None:
    """The active member to whom the account belongs, which is bound by its verified address the first time; an open
    invitation to the address is accepted. None for anybody else.
    """
    key = [organization_id, account.issuer, account.subject]
    row = connection.execute(_BOUND, key).fetchone()
    if row is not None:
        return str(row[0]) if row[1] else None
    if account.verified_email is None:
        return None
    row = connection.execute(_BY_ADDRESS, [organization_id, account.verified_email]).fetchone()
    if row is None:
        user_id = accept_by_address(connection, organization_id, account.verified_email, account.name)
    else:
        user_id = str(row[0]) if row[1] else None
    if user_id is None:
        return None
    # The member acts. One who has another account at the provider gets no second one by an address.
    connection.execute("select set_config('app.actor', %s, true)", [user_id])
    bound = connection.execute(
        "insert into tenancy.user_identities (organization_id, issuer, subject, user_id) values (%s, %s, %s, %s)"
        " on conflict do nothing returning user_id",
        [*key, user_id],
    ).fetchone()
    return None if bound is None else user_id


def bind_account(connection: Connection, organization_id: str, issuer: str, subject: str, user_id: str) -> None:
    """Lets a member sign in with the account, and with no other of the provider. SyndicationError for no member, and
    for an account that is another member's.
    """
    connection.execute(
        "delete from tenancy.user_identities where organization_id = %s and issuer = %s and user_id = %s",
        [organization_id, issuer, user_id],
    )
    try:
        connection.execute(
            "insert into tenancy.user_identities (organization_id, issuer, subject, user_id) values (%s, %s, %s, %s)",
            [organization_id, issuer, subject, user_id],
        )
    except psycopg.errors.UniqueViolation:
        raise SyndicationError("The account is another member's: unbind it first.") from None
    except psycopg.errors.ForeignKeyViolation:
        raise SyndicationError("The user is no member: add them with `syndication member add`.") from None
    except psycopg.errors.CheckViolation:
        raise SyndicationError("The id of an account at the provider has 1 to 255 characters.") from None


def unbind_account(connection: Connection, organization_id: str, user_id: str) -> None:
    """Forgets the accounts of a member. SyndicationError if there are none."""
    removed = connection.execute(
        "delete from tenancy.user_identities where organization_id = %s and user_id = %s", [organization_id, user_id]
    ).rowcount
    if not removed:
        raise SyndicationError("The user has no account at a provider: `syndication sign-in-provider accounts`.")


def list_accounts(connection: Connection) -> list[BoundAccount]:
    """All bound accounts, by organization and name."""
    rows = connection.execute(
        "select o.slug, tenancy.actor_name(i.user_id), i.issuer, i.subject, i.bound_at"
        " from tenancy.user_identities as i inner join tenancy.organizations as o using (organization_id)"
        " order by 1, 2, 3, 4"
    )
    return [BoundAccount(*row) for row in rows]
