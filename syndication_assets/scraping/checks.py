"""Checks of the scraping tables. If a blocking check fails, engagement is not computed."""

from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.thresholds import lowest_threshold
from syndication_assets.sql_assets.checks import (
    IS_JUDGED,
    Offenders,
    SqlCheck,
    Window,
    check_result,
    check_window,
    constraints_of,
    days_of,
    find_offenders,
    not_evaluated,
    read_only_transaction,
    sql_checks,
)
from syndication_assets.text.markdown import shorten

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("download_runs", "run_id_is_unique"),
    SqlCheck("download_runs", "none_is_left_running", WARN),
    SqlCheck("download_runs", "none_failed_last", WARN),
    SqlCheck("profile_snapshots", "observed_when_its_file_was"),
    constraints_of("profile_snapshots"),
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
NEW_KEYS = SqlCheck("download_runs", "unknown_keys_were_met_before", WARN)
_SHOWN_KEYS = 5

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
        key = FRESHNESS.spec("scraping").asset_key
        return not_evaluated(key, FRESHNESS.name, WARN, window, "how fresh the data is")
    with read_only_transaction(postgres.url()) as connection:
        hours = lowest_threshold(connection, "source_stale")
        offenders = find_offenders(connection, "scraping", FRESHNESS, window)
    result = check_result("scraping", FRESHNESS, offenders, window)
    return result.with_metadata(
        {**result.metadata, IS_JUDGED: True, "threshold_hours": None if hours is None else float(hours)}
    )


@dg.multi_asset_check(
    name="new_keys_check",
    specs=[NEW_KEYS.spec("scraping")],
    description="Keys that the adapters do not know, on the day on which they appear.",
)
def new_keys_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> dg.AssetCheckResult:
    """Reads the newest load of each day of the run."""
    window = check_window(context)
    with read_only_transaction(postgres.url()) as connection:
        return new_keys_result(find_offenders(connection, "scraping", NEW_KEYS, window), window)


def new_keys_result(offenders: Offenders, window: Window) -> dg.AssetCheckResult:
    """The result, with the keys in its first sentence, which `materialize` prints."""
    result = check_result("scraping", NEW_KEYS, offenders, window)
    if not offenders.count:
        return result
    source, key = offenders.columns.index("source"), offenders.columns.index("key")
    shown = groupby(offenders.rows[:_SHOWN_KEYS], key=itemgetter(source))
    names = "; ".join(f"{name} {', '.join(shorten(row[key]) for row in rows)}" for name, rows in shown)
    more = f" and {offenders.count - _SHOWN_KEYS:,} more" if offenders.count > _SHOWN_KEYS else ""
    return dg.AssetCheckResult(
        asset_key=result.asset_key,
        check_name=result.check_name,
        passed=False,
        severity=result.severity,
        description=f"New keys in the files of {days_of(window)}: {names}{more}. {result.description}",
        metadata=result.metadata,
    )
