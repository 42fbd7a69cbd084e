"""Renews the credential of an account that a platform reports as expired."""

from syndication_assets.channels.accounts.credentials import count_failed_refresh, store_credential
from syndication_assets.database.connection import Connection
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.sending.leases import Lease
from syndication_assets.settings import Settings


def refresh_account(connection: Connection, settings: Settings, publisher: Publisher, lease: Lease) -> bool:
    """Whether the account has a new secret, renewed here or by another thread since the lease.

    A secret that is rejected right after its renewal is not renewed again. Runs in the caller's transaction and locks
    the credential's row, so that only one thread renews it.
    """
    row = connection.execute(
        "select credential_name, last_refreshed_at > ("
        "   select a.started_at from publishing.publish_attempts as a"
        "   where a.organization_id = c.organization_id and a.target_id = %(target_id)s"
        "   and a.attempt_number = %(attempt_number)s"
        " ), exists ("
        "   select from publishing.publish_attempts as a"
        "   where a.organization_id = c.organization_id and a.target_id = %(target_id)s"
        "   and a.attempt_number = %(attempt_number)s - 1 and a.outcome = 'refresh_token'"
        " ) from channels.credentials as c"
        " where c.organization_id = %(organization_id)s and c.credential_id = %(credential_id)s for update",
        {
            "organization_id": lease.organization_id,
            "credential_id": lease.credential_id,
            "target_id": lease.post.target_id,
            "attempt_number": lease.post.attempt_number,
        },
    ).fetchone()
    if row is None:
        return False
    credential_name, is_renewed_since, was_renewed_for_this = row
    if is_renewed_since:
        return True
    if was_renewed_for_this:
        return False
    secret = publisher.refresh(lease.secret)
    if secret is None:
        count_failed_refresh(connection, lease.organization_id, lease.credential_id)
        return False
    store_credential(
        connection,
        SecretBox(settings.secret_keys),
        lease.organization_id,
        credential_name,
        secret,
        platform=None,
        expires_at=None,
    )
    return True
