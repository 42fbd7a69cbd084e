"""Invariants of the channels tables."""

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.checks import (
    SqlCheck,
    check_result,
    check_window,
    constraints_of,
    find_offenders,
    read_only_transaction,
    sql_checks,
)

CHECKS = [
    constraints_of("platforms"),
    constraints_of("channel_types"),
    constraints_of("platform_channels"),
    SqlCheck("platform_channels", "every_channel_in_use_limits_its_text"),
    constraints_of("channel_requirements"),
    constraints_of("publisher_channels"),
    constraints_of("credentials"),
    constraints_of("social_accounts"),
    SqlCheck("social_accounts", "platform_is_active"),
    SqlCheck("social_accounts", "every_account_is_connected", dg.AssetCheckSeverity.WARN),
]
EXPIRY = SqlCheck("credentials", "none_expires_soon", dg.AssetCheckSeverity.WARN)

channels_checks = sql_checks("channels", CHECKS)


@dg.multi_asset_check(
    name="credential_expiry_check",
    specs=[EXPIRY.spec("channels")],
    description="Finds credentials that have expired or will soon.",
)
def credential_expiry_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> dg.AssetCheckResult:
    """Checks the current state, whatever the days of the run."""
    window = check_window(context)
    days = Settings.from_environment().credential_warning_days
    with read_only_transaction(postgres.url()) as connection:
        offenders = find_offenders(connection, "channels", EXPIRY, window, {"warning_days": days})
    result = check_result("channels", EXPIRY, offenders, window)
    return result.with_metadata({**result.metadata, "warning_days": days})
