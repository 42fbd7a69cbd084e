"""Records what checks of accounts find: channels.account_health and channels.account_limits."""

from collections.abc import Mapping

from syndication_assets.channels.accounts.account_backoff import record_rejection
from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState
from syndication_assets.database.connection import Connection


def record_health(connection: Connection, organization_id: str, account_id: str, health: AccountHealth) -> None:
    """Writes what a check found; a rejected credential disconnects the account. In the caller's transaction.

    An error says nothing about the account: its limits and the time when it was last connected stay.
    """
    connection.execute(
        "insert into channels.account_health as h (organization_id, account_id, health, message, checked_at,"
        " connected_at) values (%(organization_id)s, %(account_id)s, %(health)s, %(message)s, clock_timestamp(),"
        " case when %(health)s = 'connected' then clock_timestamp() end)"
        " on conflict (organization_id, account_id) do update set health = excluded.health,"
        " message = excluded.message, checked_at = excluded.checked_at,"
        " connected_at = coalesce(excluded.connected_at, h.connected_at)",
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "health": health.state.value,
            "message": health.message,
        },
    )
    if health.state is AccountState.CONNECTED:
        _replace_limits(connection, organization_id, account_id, health.limits)
    if health.rejection is not None:
        record_rejection(connection, organization_id, account_id, health.rejection)


def _replace_limits(connection: Connection, organization_id: str, account_id: str, limits: Mapping[str, int]) -> None:
    connection.execute(
        "delete from channels.account_limits where organization_id = %s and account_id = %s"
        " and requirement_key <> all(%s)",
        [organization_id, account_id, list(limits)],
    )
    for requirement_key, maximum in sorted(limits.items()):
        connection.execute(
            "insert into channels.account_limits (organization_id, account_id, requirement_key, maximum, checked_at)"
            " values (%s, %s, %s, %s, clock_timestamp()) on conflict (organization_id, account_id, requirement_key)"
            " do update set maximum = excluded.maximum, checked_at = excluded.checked_at",
            [organization_id, account_id, requirement_key, maximum],
        )
