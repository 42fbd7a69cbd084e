"""Sessions of the web page: begun by a password or by a link that a command printed, ended by signing out or by time.

A token is shown once and stored as a hash. Signing in always begins a session with a new token, so that nobody can
plant one.
"""

from datetime import timedelta
from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.database.stored_settings import minutes_of, read_setting
from syndication_assets.tenancy.one_time_tokens import hash_of, new_token

_NOTED_EVERY = timedelta(minutes=1)

_FIND = """
select
    s.session_id, s.user_id, coalesce(tenancy.actor_name(s.user_id), s.login), s.login, s.shown_organization_id,
    coalesce(s.language, p.language), s.limited_to_organization_id, s.last_used_at < now() - %(noted_every)s
from tenancy.web_sessions as s
left join tenancy.users as u on s.user_id = u.user_id
left join tenancy.user_preferences as p on s.user_id = p.user_id
where
    s.token_hash = %(token_hash)s
    and not s.is_link
    and s.ended_at is null
    and s.expires_at > now()
    and s.last_used_at > now() - %(unused_for)s
    and coalesce(u.is_active, true)
"""


class WebSession(NamedTuple):
    """A session that is valid now."""

    session_id: str
    user_id: str | None
    """None for whoever runs the server, who has a login."""
    name: str
    login: str | None
    organization_id: str | None
    """That was chosen last."""
    language: str | None
    """That was chosen in the session, or that the user prefers."""
    limited_to_organization_id: str | None
    """None if it may see every organization of the user."""


def session_valid_for(connection: Connection) -> timedelta:
    """How long a session lasts at most; one that nobody uses ends earlier."""
    return timedelta(hours=read_setting(connection, "people.session_hours"))


def link_valid_for(connection: Connection) -> timedelta:
    """How long a link waits to be opened."""
    return minutes_of(connection, "people.link_minutes")


def begin_session(connection: Connection, user_id: str) -> str:
    """The token of a new session of the user."""
    return _begin(connection, _Beginning(user_id, None, None))


def begin_limited_session(connection: Connection, user_id: str, organization_id: str) -> str:
    """The token of a new session that sees this organization only: its provider vouches for the user, and for no other
    organization of theirs.
    """
    return _begin(connection, _Beginning(user_id, None, organization_id, limited_to_organization_id=organization_id))


def begin_link(
    connection: Connection, *, user_id: str | None, login: str | None, organization_id: str | None = None
) -> str:
    """The token of a link that opens a session once, within minutes: of a user, or of whoever runs the server."""
    link = _Beginning(user_id, login, organization_id, is_link=True)
    return _begin(connection, link)


def open_link(connection: Connection, token: str) -> str | None:
    """The token of the session that the link opens; None for a link that is unknown, used or expired."""
    row = connection.execute(
        "update tenancy.web_sessions as s set ended_at = now() where token_hash = %s and is_link and ended_at is null"
        " and expires_at > now()"
        " and not exists (select from tenancy.users as u where u.user_id = s.user_id and not u.is_active)"
        " returning user_id, login, shown_organization_id",
        [hash_of(token)],
    ).fetchone()
    return None if row is None else _begin(connection, _Beginning(*row))


def find_session(connection: Connection, token: str) -> WebSession | None:
    """The session of a cookie, whose use is noted; None if it is unknown, ended or expired."""
    unused_for = minutes_of(connection, "people.session_unused_minutes")
    parameters = {"token_hash": hash_of(token), "unused_for": unused_for, "noted_every": _NOTED_EVERY}
    row = connection.execute(_FIND, parameters).fetchone()
    if row is None:
        return None
    *values, is_to_note = row
    session = WebSession(*values)
    if is_to_note:
        connection.execute(
            "update tenancy.web_sessions set last_used_at = now() where session_id = %s", [session.session_id]
        )
    return session


def end_session(connection: Connection, session_id: str) -> None:
    connection.execute(
        "update tenancy.web_sessions set ended_at = now() where session_id = %s and ended_at is null", [session_id]
    )


def end_sessions_of(connection: Connection, user_id: str) -> None:
    """Whoever is signed in as the user has to sign in again."""
    connection.execute(
        "update tenancy.web_sessions set ended_at = now() where user_id = %s and ended_at is null", [user_id]
    )


def choose_organization(connection: Connection, session_id: str, organization_id: str) -> None:
    """The session shows this organization from now on. Whether it may is decided whenever a page is asked for."""
    connection.execute(
        "update tenancy.web_sessions set shown_organization_id = %s where session_id = %s",
        [organization_id, session_id],
    )


def choose_language(connection: Connection, session: WebSession, language: str) -> None:
    """The pages speak this language from now on, and so will later sessions of the user."""
    connection.execute(
        "update tenancy.web_sessions set language = %s where session_id = %s", [language, session.session_id]
    )
    if session.user_id is not None:
        connection.execute(
            "insert into tenancy.user_preferences (user_id, language) values (%s, %s)"
            " on conflict (user_id) do update set language = excluded.language",
            [session.user_id, language],
        )


class _Beginning(NamedTuple):
    """What is known when a session or a link begins."""

    user_id: str | None
    login: str | None
    organization_id: str | None
    is_link: bool = False
    limited_to_organization_id: str | None = None


def _begin(connection: Connection, beginning: _Beginning) -> str:
    token = new_token("lnk" if beginning.is_link else "ses")
    valid_for = link_valid_for(connection) if beginning.is_link else session_valid_for(connection)
    connection.execute(
        "insert into tenancy.web_sessions (token_hash, user_id, login, shown_organization_id, is_link,"
        " limited_to_organization_id, expires_at) values (%s, %s, %s, %s, %s, %s, now() + %s)",
        [hash_of(token), *beginning, valid_for],
    )
    return token
