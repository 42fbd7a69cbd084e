"""API keys: a program acts as a member of one organization, with some of the member's rights."""

from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.one_time_tokens import hash_of, new_token, shown_prefix


class UsedKey(NamedTuple):
    """As whom, where and for what a key may be used."""

    key_id: str
    user_id: str
    organization_id: str
    permissions: list[str]


class ApiKey(NamedTuple):
    """One key, without what it is."""

    key_id: str
    organization: str
    user: str
    name: str
    prefix: str
    permissions: list[str]
    state: str
    expires_at: datetime
    last_used_at: datetime | None
    requests_per_day: int | None
    """None for no limit."""
    requests_today: int
    """On the UTC day that it is."""


def add_key(
    connection: Connection,
    organization_id: str,
    user_id: str,
    name: str,
    permissions: list[str],
    valid_for: timedelta,
    requests_per_day: int | None = None,
) -> tuple[str, str]:
    """Returns the id and the key, which is stored nowhere. SyndicationError if the member lacks one of the rights."""
    allowed = {
        permission
        for (permission,) in connection.execute(
            "select p.permission from tenancy.organization_members as m join tenancy.role_permissions as p using (role)"
            " where m.organization_id = %s and m.user_id = %s and m.status = 'active'",
            [organization_id, user_id],
        )
    }
    if missing := sorted(set(permissions) - allowed):
        raise SyndicationError(
            f"The user does not have {', '.join(missing)} in this organization, so no key can have it: see "
            "`syndication member list`."
        )
    key = new_token("key")
    try:
        (key_id,) = connection.execute(
            "insert into tenancy.api_keys"
            " (organization_id, user_id, key_name, key_prefix, key_hash, permissions, requests_per_day, expires_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, now() + %s) returning key_id",
            [
                organization_id,
                user_id,
                name.strip(),
                shown_prefix(key),
                hash_of(key),
                sorted(permissions),
                requests_per_day,
                valid_for,
            ],
        ).fetchall()[0]
    except psycopg.errors.CheckViolation:
        raise SyndicationError("A key needs a name that says what uses it, and at least one permission.") from None
    return key_id, key


def use_key(connection: Connection, key: str) -> UsedKey | None:
    """Notes the use of a key; None if it is unknown, expired or revoked, or its user is not an active member."""
    row = connection.execute(
        "update tenancy.api_keys as k set last_used_at = now()"
        " from tenancy.organization_members as m join tenancy.users as u using (user_id)"
        " where k.key_hash = %s and k.revoked_at is null and k.expires_at > now()"
        " and (m.organization_id, m.user_id) = (k.organization_id, k.user_id) and m.status = 'active' and u.is_active"
        " returning k.key_id, k.user_id, k.organization_id, k.permissions",
        [hash_of(key)],
    ).fetchone()
    return None if row is None else UsedKey(*row)


def revoke_key(connection: Connection, key_id: str) -> None:
    """SyndicationError if there is no such key that is not revoked."""
    revoked = connection.execute(
        "update tenancy.api_keys set revoked_at = now() where key_id = %s and revoked_at is null", [key_id]
    ).rowcount
    if not revoked:
        raise SyndicationError(f"{key_id} is not a key, or is revoked already: see `syndication key list`.")


def list_keys(connection: Connection) -> list[ApiKey]:
    """All keys, the newest first."""
    rows = connection.execute(
        "select k.key_id, o.slug, tenancy.actor_name(k.user_id), k.key_name, k.key_prefix, k.permissions,"
        " case when k.revoked_at is not null then 'revoked' when k.expires_at <= now() then 'expired' else 'valid' end,"
        " k.expires_at, k.last_used_at,"
        " coalesce(k.requests_per_day, tenancy.setting('api.requests_per_day', k.organization_id)::integer),"
        " coalesce(d.requests, 0)"
        " from tenancy.api_keys as k join tenancy.organizations as o using (organization_id)"
        " left join tenancy.api_key_days as d"
        " on d.organization_id = k.organization_id and d.key_id = k.key_id and d.day = (now() at time zone 'utc')::date"
        " order by k.created_at desc, k.key_id"
    ).fetchall()
    return [ApiKey(*row) for row in rows]
