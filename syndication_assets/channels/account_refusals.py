"""What a platform's refusal means for an account: it is left alone for a while, or a person has to connect it anew.

Whoever asked, and what for: both hold for every process that would ask again.
"""

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection

_HOW_TO_CONNECT = (
    "Get a new token from the platform, store it with `syndication credentials set`, and set the account's status in "
    "channels.social_accounts to active."
)


def note_refusal(connection: Connection, organization_id: str, account_id: str, outcome: Outcome) -> None:
    """Writes what an outcome says of the account itself; most say nothing. In the caller's transaction.

    An expired credential disconnects the account: a caller that can renew it does that instead.
    """
    leave_alone(connection, organization_id, account_id, outcome)
    if outcome.kind in (OutcomeKind.DISCONNECTED, OutcomeKind.REFRESH_TOKEN):
        disconnect(connection, organization_id, account_id, outcome.message or "Its credential was refused.")


def leave_alone(connection: Connection, organization_id: str, account_id: str, outcome: Outcome) -> None:
    """Lets the account rest for as long as the platform asks; with it, if it asks so, all accounts of its publisher."""
    if outcome.wait is None:
        return
    connection.execute(
        "insert into channels.platform_limits as l (organization_id, account_id, blocked_until, reason)"
        " select a.organization_id, a.account_id, clock_timestamp() + %(wait)s::interval, %(reason)s"
        " from channels.social_accounts as a"
        " where (a.organization_id, a.account_id) = (%(organization_id)s, %(account_id)s)"
        " or (%(is_app_wide)s and a.publisher = (select one.publisher from channels.social_accounts as one"
        "   where one.organization_id = %(organization_id)s and one.account_id = %(account_id)s))"
        # Always in one order, so that two refusals at once do not wait for each other.
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
    """Takes the account out of use until a person has connected it anew; the message says how."""
    connection.execute(
        "update channels.social_accounts set status = 'disconnected', status_reason = %s"
        " where organization_id = %s and account_id = %s and status = 'active'",
        [f"{message} {_HOW_TO_CONNECT}", organization_id, account_id],
    )
