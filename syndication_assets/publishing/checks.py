"""Invariants of the publishing tables: published at most once, only with an approval, and nothing left unattended."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("publishing_schedules", "account_is_of_the_platform"),
    SqlCheck("publishing_schedules", "publisher_makes_the_channel", WARN),
    SqlCheck("content_processes", "every_scheduled_channel_has_its_processes", WARN),
    SqlCheck("post_targets", "published_targets_have_their_attempt"),
    SqlCheck("post_targets", "published_attempts_have_their_target"),
    SqlCheck("post_targets", "nothing_is_published_twice"),
    SqlCheck("post_targets", "published_texts_were_approved"),
    SqlCheck("post_targets", "simulated_posts_have_no_measured_numbers"),
    SqlCheck("post_targets", "leases_are_not_overdue"),
    SqlCheck("post_targets", "none_needs_to_be_reconciled", WARN),
    SqlCheck("post_targets", "none_waits_for_a_person", WARN),
    SqlCheck("post_targets", "every_approved_text_has_its_targets", WARN),
]

publishing_checks = sql_checks("publishing", CHECKS)
