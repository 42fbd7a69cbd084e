"""What must hold in the tables of the scraping room. Where numbers could be wrong, engagement is not computed."""

from datetime import UTC, datetime
from itertools import islice

import dagster as dg

from syndication_assets.markdown import markdown_table, shorten
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.scraping.unread_files import unread_files
from syndication_assets.settings import Settings
from syndication_assets.sql_checks import (
    SHOWN_OFFENDERS,
    SqlCheck,
    check_result,
    check_window,
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
    SqlCheck("landed_files", "path_is_unique"),
    SqlCheck("raw_payloads", "place_is_unique"),
    SqlCheck("raw_payloads", "every_good_item_is_kept"),
    SqlCheck("quarantine", "quarantine_id_is_unique"),
    SqlCheck("quarantine", "has_no_open_items", WARN),
    SqlCheck("profiles", "profile_id_is_unique"),
    SqlCheck("profiles", "post_count_is_true"),
    SqlCheck("posts", "post_id_is_unique", blocking=True),
    SqlCheck("posts", "urn_is_among_its_aliases"),
    SqlCheck("posts", "no_orphans"),
    SqlCheck("post_aliases", "one_canonical_id_per_post"),
    SqlCheck("post_aliases", "no_orphans"),
    SqlCheck("post_media", "media_id_is_unique"),
    SqlCheck("post_media", "no_orphans"),
    SqlCheck("hashtags", "hashtag_id_is_unique"),
    SqlCheck("post_hashtags", "key_is_unique"),
    SqlCheck("post_hashtags", "no_orphans"),
    SqlCheck("data_downloads", "download_id_is_unique", blocking=True),
    SqlCheck("data_downloads", "no_orphans"),
    SqlCheck("data_downloads", "observed_on_the_day_it_landed", blocking=True),
    SqlCheck("data_downloads", "none_is_in_the_future", blocking=True),
    SqlCheck("data_downloads", "reactions_add_up", WARN),
]
FRESHNESS = SqlCheck("data_downloads", "is_fresh", WARN)
ZONE_CHECK_NAME = "landing_zone_has_no_unread_files"
_MAXIMUM_UNREAD_FILES = 1_000
"""More are not counted: one wrong folder may hold years."""

scraping_checks = sql_checks("scraping", CHECKS)


@dg.multi_asset_check(
    name="freshness_check",
    specs=[FRESHNESS.spec("scraping")],
    description="How old the newest observation is, as the database says.",
)
def freshness_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> dg.AssetCheckResult:
    """Judges the present only: a run over past days passes, and says so."""
    window = check_window(context)
    if window[1] < datetime.now(UTC).date():
        return dg.AssetCheckResult(
            passed=True,
            severity=WARN,
            description=f"Not judged: {days_of(window)} lies in the past, and says nothing of how fresh the data is.",
            metadata={"offenders": 0, "is_judged": False},
        )
    hours = Settings.from_environment().freshness_hours
    with read_only_transaction(postgres.url()) as connection:
        offenders = find_offenders(connection, "scraping", FRESHNESS, window, {"freshness_hours": hours})
    result = check_result("scraping", FRESHNESS, offenders, window)
    return result.with_metadata({**result.metadata, "is_judged": True, "freshness_hours": hours})


@dg.asset_check(asset=["scraping", "landed_files"], name=ZONE_CHECK_NAME)
def landing_zone_has_no_unread_files(postgres: PostgresResource) -> dg.AssetCheckResult:
    """Every file of the landing zone stands where a load reads it: `<organization>/<source>/<YYYY-MM-DD>/`, an
    organization's slug first, and a day from SYNDICATION_FIRST_DAY to today. A folder of no organization is an error,
    any other file a warning.
    """
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    with read_only_transaction(postgres.url()) as connection:
        slugs = {slug for (slug,) in connection.execute("select slug from tenancy.organizations")}
    today = datetime.now(UTC).date()
    unread = list(islice(unread_files(zone, slugs, settings.first_day, today), _MAXIMUM_UNREAD_FILES))
    if not unread:
        return dg.AssetCheckResult(
            passed=True,
            severity=WARN,
            description="Every file of the landing zone stands where a load reads it.",
            metadata={"offenders": 0},
        )
    count = f"{len(unread):,}" if len(unread) < _MAXIMUM_UNREAD_FILES else f"at least {len(unread):,}"
    is_of_unknown_organization = any(file.unknown_organization is not None for file in unread)
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR if is_of_unknown_organization else WARN,
        description=(
            f"No load reads {count} file(s) of {zone.url}. The first is {shorten(unread[0].path)}: {unread[0].reason}."
        ),
        metadata={
            "offenders": len(unread),
            "first_offenders": dg.MetadataValue.md(
                markdown_table(["file", "why, and what to do"], [(f.path, f.reason) for f in unread[:SHOWN_OFFENDERS]])
            ),
        },
    )
