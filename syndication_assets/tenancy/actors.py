"""Who acts: a user by name, by API key or by the login of the database."""

from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.api_keys import use_key


class Actor(NamedTuple):
    """A user who acts. With an API key, only in its organization, with those of its permissions that the user has."""

    user_id: str
    name: str
    organization_id: str | None = None
    permissions: frozenset[str] | None = None


def find_actor(connection: Connection, name: str | None, api_key: str | None = None) -> Actor | None:
    """The active user of this session; None if nobody is named. SyndicationError if it is nobody, or somebody else.

    `name` is an address, the name of a service account or a user's id. Whoever has a login of the database acts as
    themselves.
    """
    row = connection.execute(
        "select user_id, tenancy.actor_name(user_id) from tenancy.users join tenancy.database_logins using (user_id)"
        " where login = session_user and is_active"
    ).fetchone()
    of_login = None if row is None else Actor(*row)
    named = _by_key(connection, api_key) if api_key is not None else None
    if named is None and name is not None:
        named = _by_name(connection, name)
    if of_login is not None and named is not None and of_login.user_id != named.user_id:
        raise SyndicationError(
            f"The login of the database belongs to {of_login.name}, who acts as themselves: leave --as, "
            "SYNDICATION_ACTOR and SYNDICATION_API_KEY out."
        )
    return named or of_login


def _by_name(connection: Connection, name: str) -> Actor:
    row = connection.execute(
        "select user_id, tenancy.actor_name(user_id), is_active from tenancy.users"
        " where lower(email) = lower(%(name)s) or service_name = %(name)s or user_id = %(name)s",
        {"name": name.strip()},
    ).fetchone()
    if row is None:
        raise SyndicationError(
            f"There is no user {name!r}: see `syndication user list`, or add one with `syndication user add`."
        )
    user_id, shown_name, is_active = row
    if not is_active:
        raise SyndicationError(f"{shown_name} is not active: an admin activates with `syndication user edit --active`.")
    return Actor(user_id, shown_name)


def _by_key(connection: Connection, api_key: str) -> Actor:
    key = use_key(connection, api_key)
    if key is None:
        raise SyndicationError(
            "SYNDICATION_API_KEY is not a key that is accepted: it is unknown, expired or revoked, or its user is not "
            "an active member. Create one with `syndication key add`."
        )
    (name,) = connection.execute("select tenancy.actor_name(%s)", [key.user_id]).fetchall()[0]
    return Actor(key.user_id, name, key.organization_id, frozenset(key.permissions))
