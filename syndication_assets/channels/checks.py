"""Invariants of the channels tables."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

CHECKS = [
    constraints_of("platforms"),
    constraints_of("channel_types"),
    constraints_of("platform_channels"),
    SqlCheck("platform_channels", "every_channel_in_use_limits_its_text"),
    constraints_of("channel_requirements"),
    constraints_of("publisher_channels"),
    constraints_of("picture_formats"),
    constraints_of("credentials"),
    constraints_of("social_accounts"),
    SqlCheck("social_accounts", "platform_is_active"),
    SqlCheck("social_accounts", "every_account_is_connected", dg.AssetCheckSeverity.WARN),
    SqlCheck("credentials", "none_expires_soon", dg.AssetCheckSeverity.WARN),
]

channels_checks = sql_checks("channels", CHECKS)
