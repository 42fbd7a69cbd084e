"""The checks of the media room."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

CHECKS = [
    constraints_of("media_files"),
    constraints_of("cached_media"),
    constraints_of("analyzers"),
    constraints_of("analyzer_versions"),
    constraints_of("analyses"),
    SqlCheck("analyses", "no_analysis_is_parked", dg.AssetCheckSeverity.WARN),
    SqlCheck("analyses", "no_content_waits_for_days", dg.AssetCheckSeverity.WARN),
    SqlCheck("analyses", "results_are_not_older_than_their_content"),
    SqlCheck("cached_media", "nothing_expires_before_its_turn", dg.AssetCheckSeverity.WARN),
]

media_checks = sql_checks("media", CHECKS)
