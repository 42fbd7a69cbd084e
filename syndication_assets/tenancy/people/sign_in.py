"""Signing in with a password: wrong ones are counted, and too many in a row lock the account for a while."""

from syndication_assets.database.connection import Connection
from syndication_assets.database.stored_settings import minutes_of, read_setting
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.actors import Actor
from syndication_assets.tenancy.one_time_tokens import hash_of, new_token
from syndication_assets.tenancy.people.passwords import hash_password, is_outdated, is_password
from syndication_assets.tenancy.people.web_sessions import end_sessions_of


def sign_in(connection: Connection, email: str, password: str) -> Actor | None:
    """The person with this address and password, in the caller's transaction, which must commit also if there is none.

    None for a wrong password, an unknown or inactive user and a locked account alike: a caller who guesses learns
    nothing. The row is locked, so that guesses at the same time count one after the other.
    """
    row = connection.execute(
        "select u.user_id, tenancy.actor_name(u.user_id), p.password_hash,"
        " u.is_active and coalesce(p.locked_until <= clock_timestamp(), true)"
        " from tenancy.users as u join tenancy.passwords as p using (user_id)"
        " where lower(u.email) = lower(%s) for update of p",
        [email.strip()],
    ).fetchone()
    user_id, name, password_hash, is_open = row or (None, None, None, False)
    is_right = is_password(password_hash, password)
    if user_id is None or name is None or not is_open:
        return None
    if not is_right:
        connection.execute(
            "update tenancy.passwords set"
            " failed_sign_ins = case when failed_sign_ins + 1 >= %(most)s then 0 else failed_sign_ins + 1 end,"
            " locked_until = case when failed_sign_ins + 1 >= %(most)s then clock_timestamp() + %(wait)s end"
            " where user_id = %(user_id)s",
            {
                "most": read_setting(connection, "people.failed_sign_ins"),
                "wait": minutes_of(connection, "people.lock_minutes"),
                "user_id": user_id,
            },
        )
        return None
    connection.execute(
        "update tenancy.passwords set failed_sign_ins = 0, locked_until = null,"
        " password_hash = coalesce(%s, password_hash) where user_id = %s",
        [hash_password(password) if is_outdated(password_hash or "") else None, user_id],
    )
    return Actor(user_id, name)


def begin_reset(connection: Connection, user_id: str) -> str:
    """A token with which the person sets a password, once and within an hour; earlier ones end."""
    connection.execute(
        "update tenancy.password_resets set used_at = now() where user_id = %s and used_at is null", [user_id]
    )
    token = new_token("pwd")
    connection.execute(
        "insert into tenancy.password_resets (token_hash, user_id, expires_at) values (%s, %s, now() + %s)",
        [hash_of(token), user_id, minutes_of(connection, "people.reset_minutes")],
    )
    return token


def set_password(connection: Connection, token: str, password: str) -> str:
    """Sets the password of the token's person, unlocks the account and ends its sessions; returns the person's name.

    SyndicationError for a token that is unknown, used or expired, and for a password that is not accepted.
    """
    password_hash = hash_password(password)
    row = connection.execute(
        "update tenancy.password_resets as r set used_at = now() from tenancy.users as u"
        " where r.token_hash = %s and r.used_at is null and r.expires_at > now() and u.user_id = r.user_id"
        " and u.is_active returning u.user_id, tenancy.actor_name(u.user_id)",
        [hash_of(token)],
    ).fetchone()
    if row is None:
        raise SyndicationError(
            "The token is unknown, used or expired, or its user is not active: ask an admin for a new one "
            "(`syndication user reset-password`)."
        )
    user_id, name = row
    # The person acts, by the token.
    connection.execute("select set_config('app.actor', %s, true)", [user_id])
    connection.execute(
        "insert into tenancy.passwords (user_id, password_hash) values (%s, %s) on conflict (user_id) do update"
        " set password_hash = excluded.password_hash, failed_sign_ins = 0, locked_until = null, changed_at = now()",
        [user_id, password_hash],
    )
    end_sessions_of(connection, user_id)
    return str(name)
