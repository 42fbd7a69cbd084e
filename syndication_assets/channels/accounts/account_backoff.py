"""Consequences of a platform's rejection for an account: back-off for a while, or disconnection until a person acts.

Both apply to every process, whichever call was rejected.
"""

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection

_HOW_TO_CONNECT = (
    "Get a new token from the platform, store it with `syndication credentials set`, and run `syndication account "
    "reconnect`."
)


def record_rejection(connection: Connection, organization_id: str, account_id: str, outcome: Outcome) -> None:
    """Applies an outcome to its account; most outcomes change nothing. In the caller's transaction.

    An expired credential disconnects the account, so a caller that can renew it must do that instead.
    """
    back_off(connection, organization_id, account_id, outcome)
    if outcome.kind in (OutcomeKind.DISCONNECTED, OutcomeKind.REFRESH_TOKEN):
        disconnect(connection, organization_id, account_id, outcome.message or "Its credential was rejected.")


def back_off(connection: Connection, organization_id: str, account_id: str, outcome: Outcome) -> None:
    """Puts the account, or all accounts of its publisher, into back-off for as long as the platform requests."""
    if outcome.wait is None:
        return
    connection.execute(
        "insert into channels.platform_limits as l (organization_id, account_id, blocked_until, reason)"
        " select a.organization_id, a.account_id, clock_timestamp() + %(wait)s::interval, %(reason)s"
        " from channels.social_accounts as a"
        " where (a.organization_id, a.account_id) = (%(organization_id)s, %(account_id)s)"
        " or (%(is_app_wide)s and a.publisher = (select rejected.publisher"
        "   from channels.social_accounts as rejected"
        "   where rejected.organization_id = %(organization_id)s and rejected.account_id = %(account_id)s))"
        # Always in the same order, so that concurrent rejections cannot deadlock.
        " order by a.organization_id, a.account_id"
        " on conflict (organization_id, account_id) do update set reason = excluded.reason,"
        " blocked_until = greatest(l.blocked_until, excluded.blocked_until)",
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "wait": outcome.wait,
            "reason": outcome.message,
            "is_app_wide": outcome.is_app_wide,
        },
    )


def disconnect(connection: Connection, organization_id: str, account_id: str, message: str) -> None:
    """Disconnects the account until a person reconnects it; its status_reason says how."""
    connection.execute(
        "update channels.social_accounts set status = 'disconnected', status_reason = %s"
        " where organization_id = %s and account_id = %s and status = 'active'",
        [f"{message} {_HOW_TO_CONNECT}", organization_id, account_id],
    )
