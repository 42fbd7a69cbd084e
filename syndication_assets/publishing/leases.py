"""The first transaction of a publication: one due target is claimed, and the call that is about to be made is noted.

When it is committed, the target is `publishing` under a lease and has an attempt without an outcome. From then on
nobody else takes it: if this process dies, the lease runs out and the target needs to be reconciled.
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
from syndication_assets.channels.credentials import open_credential
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import Post
from syndication_assets.settings import Settings

LEASE = timedelta(minutes=15)
"""Much longer than a call may take: a lease that runs out is a publisher that died."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A target in hand, with what its call needs."""

    organization_id: str
    account_id: str
    platform: str
    post_kind: str
    publisher: str
    claimed_by: str
    credential_id: str | None
    post: Post
    secret: SecretStr | None = field(repr=False)


class ClosedAccountError(SyndicationError):
    """The account's credential cannot be opened here; nothing was claimed."""

    def __init__(self, account_id: str, reason: str) -> None:
        super().__init__(f"Account {account_id}: {reason}")
        self.account_id = account_id


def publisher_name() -> str:
    """A name for this process's claims, which no other process has."""
    return f"{host_platform.node()}/{os.getpid()}/{secrets.token_hex(4)}"


def claim_next(
    connection: Connection,
    settings: Settings,
    now: datetime,
    publishers: Collection[str],
    claimed_by: str,
    closed_accounts: Collection[str] = (),
) -> Claim | None:
    """Claims the target that is due first; None if none is. One transaction of a connection in autocommit mode.

    ClosedAccountError, with nothing changed, if its secret cannot be opened.
    """
    with connection.transaction():
        # Prepared once for each connection: planning it takes longer than running it.
        row = (
            psycopg.Cursor(connection, row_factory=dict_row)
            .execute(
                load_sql("publishing/claim_target.sql"),
                {
                    "now": now,
                    "publishers": list(publishers),
                    "closed_accounts": list(closed_accounts),
                    "claimed_by": claimed_by,
                    "lease": LEASE,
                },
                prepare=True,
            )
            .fetchone()
        )
        if row is None:
            return None
        claim = _claim(connection, settings, claimed_by, row)
        fault_points.reach("publishing.before_attempt")
        connection.execute(
            "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher)"
            " values (%s, %s, %s, %s)",
            [claim.organization_id, claim.post.target_id, claim.post.attempt_number, claim.publisher],
        )
    fault_points.reach("publishing.after_attempt")
    return claim


def _claim(connection: Connection, settings: Settings, claimed_by: str, row: dict[str, Any]) -> Claim:
    credential_id = row["credential_id"]
    secret = None
    if credential_id is not None:
        try:
            secret = open_credential(connection, settings, row["organization_id"], credential_id)
        except SyndicationError as error:
            raise ClosedAccountError(row["account_id"], str(error)) from None
    return Claim(
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        platform=row["platform"],
        post_kind=row["post_kind"],
        publisher=row["publisher"],
        claimed_by=claimed_by,
        credential_id=credential_id,
        post=post_of(row),
        secret=secret,
    )


def post_of(row: dict[str, Any]) -> Post:
    """The post of a row with a target, its account and its text."""
    return Post(
        target_id=row["target_id"],
        attempt_number=row["attempts"],
        remote_account_id=row["remote_account_id"],
        channel_type=row["channel_type"],
        text=row["text_content"],
        link_url=row["link_url"],
        image_url=row["image_url"],
        alt_text=row["alt_text"],
    )
