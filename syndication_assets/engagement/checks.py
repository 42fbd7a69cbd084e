"""The checks of the engagement rollups.

They run in one step after all rollups and block none of them: a failed check means that a table shows wrong numbers,
which can be recomputed.
"""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

WARN = dg.AssetCheckSeverity.WARN

_AGGREGATED_TABLES = ("profile_engagement_daily", "platform_engagement_daily", "hashtag_engagement_daily")
CHECKS = [
    SqlCheck("metric_definitions", "every_counter_is_defined"),
    SqlCheck("metric_definitions", "formulas_are_what_tables_compute"),
    SqlCheck("metric_definitions", "sums_are_of_additive_metrics"),
    SqlCheck("metric_definitions", "platform_names_do_not_overlap"),
    constraints_of("post_engagement_daily"),
    SqlCheck("post_engagement_daily", "every_observed_day_has_its_row"),
    SqlCheck("post_engagement_daily", "closing_values_are_the_last_observations"),
    SqlCheck("post_engagement_daily", "deltas_add_up"),
    SqlCheck("post_engagement_daily", "openings_count_only_watched_posts"),
    SqlCheck("post_engagement_daily", "gap_days_are_right"),
    SqlCheck("post_engagement_daily", "counters_follow_their_last_measured_day"),
    SqlCheck("post_engagement_daily", "simulated_posts_are_marked"),
    SqlCheck("post_engagement_daily", "no_day_is_stale", WARN),
    *map(constraints_of, _AGGREGATED_TABLES),
    *(SqlCheck(table, "totals_equal_their_posts") for table in _AGGREGATED_TABLES),
    constraints_of("post_cohorts"),
    SqlCheck("post_cohorts", "observed_within_the_tolerance"),
    SqlCheck("post_cohorts", "no_nearer_observation"),
    SqlCheck("post_cohorts", "values_equal_the_snapshot"),
]

engagement_checks = sql_checks("engagement", CHECKS)
