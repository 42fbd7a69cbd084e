"""Social accounts, the pages and profiles to publish to: adding, listing and reconnecting them."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


class Account(NamedTuple):
    """One row of channels.social_accounts, with the names of its organization and credential."""

    organization_slug: str
    account_id: str
    platform: str
    remote_account_id: str
    display_name: str
    publisher: str
    credential_name: str | None
    status: str
    status_reason: str | None
    server_url: str | None
    health: str | None
    """What the last check found; None if it was never checked."""
    checked_at: datetime | None
    health_message: str | None


def add_account(
    connection: Connection,
    organization_id: str,
    *,
    platform: str,
    remote_account_id: str,
    display_name: str,
    publisher: str,
    credential_name: str | None,
    server_url: str | None = None,
) -> str:
    """Adds an account and returns its id. SyndicationError if it exists or the values do not fit."""
    require_platform(connection, platform)
    if publisher != "dry_run" and platform != platform_of(connection, publisher):
        raise SyndicationError(
            f"{publisher} publishes to {platform_of(connection, publisher)}, not to {platform}: use dry_run."
        )
    if server_url is not None:
        server_url = _server(server_url)
    if publisher != "dry_run" and credential_name is None:
        raise SyndicationError(
            f"{publisher} needs a credential: store it with `syndication credentials set` and pass its name "
            "with --credential."
        )
    credential_id = _credential_id(connection, organization_id, credential_name, platform)
    try:
        (account_id,) = connection.execute(
            "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name,"
            " publisher, credential_id, server_url) values (%s, %s, %s, %s, %s, %s, %s) returning account_id",
            [organization_id, platform, remote_account_id, display_name, publisher, credential_id, server_url],
        ).fetchall()[0]
    except psycopg.errors.UniqueViolation:
        raise SyndicationError(
            f"The account {remote_account_id} of {platform} already exists: see `syndication account list`."
        ) from None
    return str(account_id)


def use_credential(connection: Connection, organization_id: str, account_id: str, credential_id: str) -> None:
    """Makes an account publish with a credential from now on. In the caller's transaction."""
    connection.execute(
        "update channels.social_accounts set credential_id = %s where organization_id = %s and account_id = %s"
        " and credential_id is distinct from %s",
        [credential_id, organization_id, account_id, credential_id],
    )


def reconnect_account(connection: Connection, settings: Settings, account_id: str, actor: str) -> str:
    """Makes a disconnected account active again and returns its name. The audit log records the actor.

    SyndicationError, with nothing changed, if the account is not disconnected or its credential has expired, cannot be
    opened, or was stored before the platform rejected it.
    """
    connection.execute("select set_config('app.actor', %s, true)", [actor])
    row = connection.execute(
        "select organization_id, display_name, status::text, status_reason, credential_id"
        " from channels.social_accounts where account_id = %s for update",
        [account_id],
    ).fetchone()
    if row is None:
        raise SyndicationError(f"There is no account {account_id}: `syndication account list` shows the accounts.")
    organization_id, display_name, status, status_reason, credential_id = row
    if status != "disconnected":
        reason = f": {status_reason}" if status_reason else ""
        raise SyndicationError(f"{display_name} is {status}{reason}. Only a disconnected account can be reconnected.")
    if credential_id is not None:
        _require_better_credential(connection, settings, organization_id, account_id, credential_id)
    connection.execute(
        "update channels.social_accounts set status = 'active', status_reason = null"
        " where organization_id = %s and account_id = %s",
        [organization_id, account_id],
    )
    return str(display_name)


def _require_better_credential(
    connection: Connection, settings: Settings, organization_id: str, account_id: str, credential_id: str
) -> None:
    name, has_expired, is_newer = connection.execute(
        "select credential_name, expires_at <= now(), coalesce(last_refreshed_at > ("
        "  select max(occurred_at) from tenancy.audit_log where organization_id = %(organization_id)s"
        "  and table_name = 'channels.social_accounts' and row_key ->> 'account_id' = %(account_id)s"
        "  and new_values ->> 'status' = 'disconnected' and old_values ->> 'status' <> 'disconnected'"
        " ), true) from channels.credentials"
        " where organization_id = %(organization_id)s and credential_id = %(credential_id)s",
        {"organization_id": organization_id, "account_id": account_id, "credential_id": credential_id},
    ).fetchall()[0]
    remedy = f"get a new one from the platform, store it with `syndication credentials set {name}` and try again"
    if has_expired:
        raise SyndicationError(f"The credential {name!r} has expired: {remedy}.")
    if not is_newer:
        raise SyndicationError(
            f"The platform rejected the credential {name!r}: {remedy}. If it is valid again, store it again."
        )
    open_credential(connection, settings, organization_id, credential_id)


def list_accounts(connection: Connection) -> list[Account]:
    """All accounts, by organization, platform and name."""
    rows = connection.execute(
        "select o.slug, a.account_id, a.platform, a.remote_account_id, a.display_name, a.publisher, c.credential_name,"
        " a.status::text, a.status_reason, a.server_url, h.health::text, h.checked_at, h.message"
        " from channels.social_accounts a join tenancy.organizations o using (organization_id)"
        " left join channels.credentials c using (organization_id, credential_id)"
        " left join channels.account_health h using (organization_id, account_id)"
        " order by o.slug, a.platform, a.display_name, a.account_id"
    ).fetchall()
    return [Account(*row) for row in rows]


def platform_of(connection: Connection, publisher: str) -> str | None:
    """The platform that a publisher is named after, as facebook_graph after facebook; None if there is none."""
    row = connection.execute(
        "select platform from channels.platforms where %(publisher)s = platform"
        " or starts_with(%(publisher)s, platform || '_') order by length(platform) desc limit 1",
        {"publisher": publisher},
    ).fetchone()
    return None if row is None else str(row[0])


def _server(url: str) -> str:
    """The server without a path. SyndicationError unless it is https on a host; its address is checked at each call."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/") or "@" in parts.netloc:
        raise SyndicationError("That is no server: write https:// and its name, without a path.")
    return f"https://{parts.netloc.lower()}"


def require_platform(connection: Connection, platform: str) -> None:
    """SyndicationError, which names the existing platforms, if this one does not exist."""
    platforms = [
        name
        for (name,) in connection.execute("select platform from channels.platforms order by priority desc, platform")
    ]
    if not platforms:
        raise SyndicationError(
            "There are no platforms yet: load them with `syndication materialize --select group:channels --partitions "
            "<today>`."
        )
    if platform not in platforms:
        raise SyndicationError(f"There is no platform {platform!r}: choose from {', '.join(platforms)}.")


def _credential_id(
    connection: Connection, organization_id: str, credential_name: str | None, platform: str
) -> str | None:
    if credential_name is None:
        return None
    row = connection.execute(
        "select credential_id, platform from channels.credentials where organization_id = %s and credential_name = %s",
        [organization_id, credential_name],
    ).fetchone()
    if row is None:
        raise SyndicationError(
            f"The organization has no credential {credential_name!r}: store it with `syndication credentials set "
            f"{credential_name}`."
        )
    if row[1] not in {None, platform}:
        raise SyndicationError(f"The credential {credential_name!r} belongs to {row[1]}, not to {platform}.")
    return str(row[0])
