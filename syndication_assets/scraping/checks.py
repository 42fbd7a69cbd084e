"""Checks of the scraping tables. If a blocking check fails, engagement is not computed."""

from datetime import UTC, datetime

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.checks import (
    SqlCheck,
    check_result,
    check_window,
    constraints_of,
    days_of,
    find_offenders,
    read_only_transaction,
    sql_checks,
)

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("download_runs", "run_id_is_unique"),
    SqlCheck("download_runs", "none_is_left_running", WARN),
    SqlCheck("download_runs", "none_failed_last", WARN),
    SqlCheck("raw_payloads", "place_is_unique"),
    SqlCheck("raw_payloads", "every_good_item_is_kept"),
    SqlCheck("profiles", "profile_id_is_unique"),
    SqlCheck("profiles", "post_count_is_true"),
    SqlCheck("posts", "post_id_is_unique", blocking=True),
    SqlCheck("posts", "urn_is_among_its_aliases"),
    SqlCheck("posts", "posted_at_is_the_newest_told"),
    constraints_of("posts", enforced_on="post_records"),
    SqlCheck("post_aliases", "one_canonical_id_per_post"),
    constraints_of("post_aliases"),
    SqlCheck("post_media", "media_id_is_unique"),
    constraints_of("post_media", enforced_on="media_records"),
    SqlCheck("hashtags", "hashtag_id_is_unique"),
    constraints_of("post_hashtags"),
    SqlCheck("data_downloads", "download_id_is_unique", blocking=True),
    constraints_of("data_downloads", enforced_on="snapshots"),
    SqlCheck("data_downloads", "observed_on_the_day_it_landed", blocking=True),
    SqlCheck("data_downloads", "none_is_in_the_future", blocking=True),
    SqlCheck("data_downloads", "reactions_add_up", WARN),
]
FRESHNESS = SqlCheck("data_downloads", "is_fresh", WARN)

scraping_checks = sql_checks("scraping", CHECKS)


@dg.multi_asset_check(
    name="freshness_check",
    specs=[FRESHNESS.spec("scraping")],
    description="The age of the newest observation of every platform.",
)
def freshness_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> dg.AssetCheckResult:
    """Only evaluates the present: a run over past days passes and reports that it was not evaluated."""
    window = check_window(context)
    if window[1] < datetime.now(UTC).date():
        return dg.AssetCheckResult(
            passed=True,
            severity=WARN,
            description=f"Not evaluated: {days_of(window)} is in the past and does not show how fresh the data is.",
            metadata={"offenders": 0, "is_judged": False},
        )
    hours = Settings.from_environment().freshness_hours
    with read_only_transaction(postgres.url()) as connection:
        offenders = find_offenders(connection, "scraping", FRESHNESS, window, {"freshness_hours": hours})
    result = check_result("scraping", FRESHNESS, offenders, window)
    return result.with_metadata({**result.metadata, "is_judged": True, "freshness_hours": hours})
