"""The checks of the studio room."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    constraints_of("content_requests"),
    constraints_of("generated_assets"),
    constraints_of("asset_variants"),
    constraints_of("compliance_results"),
    SqlCheck("content_requests", "no_brief_has_failed", WARN),
    SqlCheck("content_requests", "no_brief_waits_for_days", WARN),
    SqlCheck("generated_assets", "every_channel_has_its_variant"),
    SqlCheck("asset_variants", "every_variant_was_measured"),
]

studio_checks = sql_checks("studio", CHECKS)
