"""The checks of the media room."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

CHECKS = [
    constraints_of("media_files"),
    constraints_of("cached_media"),
    SqlCheck("cached_media", "nothing_expires_before_its_turn", dg.AssetCheckSeverity.WARN),
]

media_checks = sql_checks("media", CHECKS)
