"""The first transaction of a publication: leases one due target and records the attempt before the call is made.

Once it is committed, the target is `publishing` and has an attempt without an outcome, so no other publisher leases it.
If this process dies, the lease expires and the target needs to be reconciled.
"""

import os
import platform as host_platform
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from syndication_assets import fault_points
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import Post
from syndication_assets.publishing.sending.sending_limits import Limits, require_room
from syndication_assets.publishing.sending.sent_record import SentCall
from syndication_assets.settings import Settings

LEASE_DURATION = timedelta(minutes=15)
"""Much longer than a call may take: if a lease expires, its publisher has died."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A leased target, with what its call needs."""

    organization_id: str
    organization: str
    """Its slug."""
    account_id: str
    platform: str
    post_kind: str
    publisher: str
    leased_by: str
    credential_id: str | None
    call_id: str
    """Names the call in the attempt and in the record outside the database."""
    called_at: datetime
    content_hash: bytes
    post: Post
    picture_path: str | None
    """Where the picture of the post is, in the place of media files; None if it is not ours."""
    secret: SecretStr | None = field(repr=False)


class ClosedAccountError(SyndicationError):
    """The account's credential cannot be opened here; nothing was leased."""

    def __init__(self, account_id: str, reason: str) -> None:
        super().__init__(f"Account {account_id}: {reason}")
        self.account_id = account_id


def publisher_name() -> str:
    """A unique name for the leases of this process."""
    return f"{host_platform.node()}/{os.getpid()}/{secrets.token_hex(4)}"


def lease_next(
    connection: Connection,
    settings: Settings,
    now: datetime,
    publishers: Collection[str],
    leased_by: str,
    closed_accounts: Collection[str] = (),
    waiting: Collection[str] = (),
) -> Lease | None:
    """Leases the due target with the earliest slot; None if nothing is due.

    One transaction, on a connection in autocommit mode. With nothing changed: ClosedAccountError if the account's
    secret cannot be opened, NoRoomError if the rules of the channel keep the target waiting.
    """
    with connection.transaction():
        # The query is written in the order of its joins, from the earliest target on: looking for another one took
        # 50 times as long as the rest. Prepared once per connection: planning still takes longer than running it.
        connection.execute("set local join_collapse_limit = 1")
        row = (
            psycopg.Cursor(connection, row_factory=dict_row)
            .execute(
                load_sql("publishing/lease_target.sql"),
                {
                    "now": now,
                    "publishers": list(publishers),
                    "closed_accounts": list(closed_accounts),
                    "waiting": list(waiting),
                    "leased_by": leased_by,
                    "lease_duration": LEASE_DURATION,
                },
                prepare=True,
            )
            .fetchone()
        )
        if row is None:
            return None
        # A simulation sends nothing and may run in the past; its slots were planned within the same rules.
        if row["publisher"] != "dry_run":
            require_room(
                connection,
                row,
                Limits(
                    row["posts_a_day"],
                    row["minutes_between_posts"],
                    row["account_posts_a_day"],
                    row["time_zone"] or "UTC",
                ),
            )
        secret = _secret(connection, settings, row)
        fault_points.reach("publishing.before_attempt")
        call_id, called_at = connection.execute(
            "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher)"
            " values (%s, %s, %s, %s) returning call_id::text, started_at",
            [row["organization_id"], row["target_id"], row["attempts"], row["publisher"]],
        ).fetchall()[0]
        if row["publisher"] != "dry_run":
            row |= _what_the_call_needs(connection, row)
        lease = _lease(row, leased_by, secret, call_id, called_at)
    fault_points.reach("publishing.after_attempt")
    return lease


def _secret(connection: Connection, settings: Settings, row: dict[str, Any]) -> SecretStr | None:
    if row["credential_id"] is None or row["publisher"] == "dry_run":
        return None
    try:
        return open_credential(connection, settings, row["organization_id"], row["credential_id"])
    except SyndicationError as error:
        raise ClosedAccountError(row["account_id"], str(error)) from None


def _what_the_call_needs(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """When the target was called first, this call included, and the limits of what may be sent."""
    (first_called_at,) = connection.execute(
        "select min(started_at) from publishing.publish_attempts where organization_id = %s and target_id = %s",
        [row["organization_id"], row["target_id"]],
    ).fetchall()[0]
    limits = connection.execute(load_sql("channels/limits_of_call.sql"), row).fetchall()
    return {"first_called_at": first_called_at, "limits": dict(limits)}


def _lease(row: dict[str, Any], leased_by: str, secret: SecretStr | None, call_id: str, called_at: datetime) -> Lease:
    return Lease(
        organization_id=row["organization_id"],
        organization=row["organization"],
        account_id=row["account_id"],
        platform=row["platform"],
        post_kind=row["post_kind"],
        publisher=row["publisher"],
        leased_by=leased_by,
        credential_id=row["credential_id"],
        call_id=call_id,
        called_at=called_at,
        content_hash=bytes(row["content_hash"]),
        post=post_of(row),
        picture_path=row["picture_path"],
        secret=secret,
    )


def sent_call(lease: Lease) -> SentCall:
    """The call of a lease, for the record outside the database."""
    return SentCall(
        call_id=lease.call_id,
        organization=lease.organization,
        platform=lease.platform,
        remote_account_id=lease.post.remote_account_id,
        channel_type=lease.post.channel_type,
        publisher=lease.publisher,
        target_id=lease.post.target_id,
        content_hash=lease.content_hash.hex(),
        text=lease.post.text,
        called_at=lease.called_at,
    )


def post_of(row: dict[str, Any]) -> Post:
    """The post of a row that joins a target, its account and its text."""
    return Post(
        target_id=row["target_id"],
        attempt_number=row["attempts"],
        remote_account_id=row["remote_account_id"],
        channel_type=row["channel_type"],
        text=row["text_content"],
        link_url=row["link_url"],
        image_url=row["image_url"],
        alt_text=row["alt_text"],
        language=row["language"],
        server_url=row["server_url"],
        first_called_at=row.get("first_called_at"),
        limits=row.get("limits", {}),
    )
