"""The checks of the curation room."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

CHECKS = [
    constraints_of("tags"),
    constraints_of("tag_rules"),
    SqlCheck("tag_rules", "every_version_is_kept"),
    constraints_of("actions"),
    SqlCheck("actions", "no_action_is_in_progress_for_long", dg.AssetCheckSeverity.WARN),
    constraints_of("post_documents"),
    SqlCheck("post_documents", "every_observed_post_has_its_document"),
    constraints_of("post_classifications"),
    SqlCheck("post_classifications", "no_post_is_parked", dg.AssetCheckSeverity.WARN),
    constraints_of("proposed_tags"),
    constraints_of("post_tags"),
    SqlCheck("post_tags", "models_tag_as_they_answered", dg.AssetCheckSeverity.WARN),
    SqlCheck("post_tags", "rules_of_the_present_version_tag", dg.AssetCheckSeverity.WARN),
]

curation_checks = sql_checks("curation", CHECKS)
