"""The checks of the approval room's tables."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("workflows", "steps_have_approvers", WARN),
    SqlCheck("rounds", "open_steps_have_approvers", WARN),
    SqlCheck("rounds", "ended_rounds_were_decided"),
]

approval_checks = sql_checks("approval", CHECKS)
