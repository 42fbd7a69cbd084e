"""User accounts: persons and service accounts, in the caller's transaction."""

from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.people.members import OWNERS_ARE_KEPT


class User(NamedTuple):
    """One row of tenancy.users, with its memberships as `slug: role (status)`."""

    user_id: str
    kind: str
    name: str
    display_name: str | None
    database_login: str | None
    is_active: bool
    memberships: list[str]


_USERS = """
select
    u.user_id,
    case when u.service_name is null then 'person' else 'service' end,
    coalesce(u.email, u.service_name, '(erased)'),
    u.display_name,
    l.login,
    u.is_active,
    coalesce(
        array_agg(
            o.slug || ': ' || m.role || case when m.status <> 'active' then ' (' || m.status || ')' else '' end
            order by o.slug
        ) filter (where o.slug is not null),
        '{}'
    )
from tenancy.users as u
left join tenancy.database_logins as l on u.user_id = l.user_id
left join tenancy.organization_members as m on u.user_id = m.user_id
left join tenancy.organizations as o on m.organization_id = o.organization_id
group by u.user_id, l.login
order by 3
"""


def add_user(
    connection: Connection,
    *,
    email: str | None = None,
    service_name: str | None = None,
    display_name: str | None = None,
    database_login: str | None = None,
) -> str:
    """Adds a person by address, or a service account by name; returns the id."""
    if (email is None) == (service_name is None):
        raise SyndicationError("Give either the address of a person, or --service NAME for a service account.")
    with _explained(email or service_name or ""):
        row = connection.execute(
            "insert into tenancy.users (email, service_name, display_name) values (%s, %s, %s) returning user_id",
            [email and email.strip(), service_name, display_name],
        ).fetchall()[0]
        _set_login(connection, row[0], database_login)
    return str(row[0])


def edit_user(
    connection: Connection,
    name: str,
    *,
    email: str | None = None,
    display_name: str | None = None,
    database_login: str | None = None,
    is_active: bool | None = None,
) -> str:
    """Changes what is given; an empty login or display name removes it. Returns the id.

    SyndicationError if the last owner of an organization would be deactivated.
    """
    user_id = require_user(connection, name)
    with _explained(name):
        connection.execute(
            "update tenancy.users set email = coalesce(%(email)s, email),"
            " display_name = nullif(coalesce(%(display_name)s, display_name), ''),"
            " is_active = coalesce(%(is_active)s, is_active) where user_id = %(user_id)s",
            {
                "email": email,
                "display_name": display_name,
                "is_active": is_active,
                "user_id": user_id,
            },
        )
        connection.execute(OWNERS_ARE_KEPT)
        _set_login(connection, user_id, database_login)
    return user_id


def require_user(connection: Connection, name: str) -> str:
    """The id of the user with this address, service name or id. SyndicationError if there is none."""
    row = connection.execute(
        "select user_id from tenancy.users where anonymized_at is null"
        " and (lower(email) = lower(%(name)s) or service_name = %(name)s or user_id = %(name)s)",
        {"name": name.strip()},
    ).fetchone()
    if row is None:
        raise SyndicationError(
            f"There is no user {name!r}: see `syndication user list`, or add one with `syndication user add`."
        )
    return str(row[0])


def list_users(connection: Connection) -> list[User]:
    """All users, by name."""
    return [User(*row) for row in connection.execute(_USERS).fetchall()]


def _set_login(connection: Connection, user_id: str, login: str | None) -> None:
    """None keeps the login, an empty one removes it."""
    if login is not None:
        connection.execute("delete from tenancy.database_logins where user_id = %s", [user_id])
    if login:
        connection.execute("insert into tenancy.database_logins (user_id, login) values (%s, %s)", [user_id, login])


class _explained:  # noqa: N801 - a context manager
    """Turns what the database refuses into a sentence."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, error_type: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, psycopg.errors.UniqueViolation):
            raise SyndicationError(
                f"A user with this address, name or login exists already ({self._name}): see `syndication user list`."
            ) from None
        if isinstance(error, psycopg.errors.CheckViolation):
            raise SyndicationError(
                f"{self._name!r} is neither an address such as isla@bakery.example nor, for a service account, a name "
                "of lower-case letters, digits and '-'."
            ) from None
        if isinstance(error, psycopg.errors.RestrictViolation):
            raise SyndicationError(
                f"{self._name} cannot be deactivated. {error.diag.message_primary}: make somebody else owner "
                "first with `syndication member role`."
            ) from None
