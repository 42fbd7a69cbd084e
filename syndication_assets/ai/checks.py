"""The checks of the ai room's tables."""

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

CHECKS = [
    SqlCheck("llm_calls", "every_call_has_its_usage"),
]

ai_checks = sql_checks("ai", CHECKS)
