"""The front door: everything Dagster loads, assembled from the rooms."""

import warnings

import dagster as dg

# The one beta parameter this project relies on; every other warning is shown.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=dg.BetaWarning)

from syndication_assets import automation  # noqa: E402
from syndication_assets.engagement import assets as engagement  # noqa: E402
from syndication_assets.engagement import checks as engagement_checks  # noqa: E402
from syndication_assets.engagement.report_asset import engagement_report  # noqa: E402
from syndication_assets.operations import assets as operations  # noqa: E402
from syndication_assets.progress import progress_logger  # noqa: E402
from syndication_assets.resources.postgres import PostgresResource  # noqa: E402
from syndication_assets.scraping import assets as scraping  # noqa: E402
from syndication_assets.scraping import checks as scraping_checks  # noqa: E402
from syndication_assets.scraping import fetch_assets  # noqa: E402

defs = dg.Definitions(
    assets=[
        fetch_assets.linkedin_apify_files,
        fetch_assets.youtube_data_api_files,
        scraping.landing_zone,
        scraping.load_landed_files,
        engagement.metric_definitions,
        engagement.post_engagement_daily,
        engagement.profile_engagement_daily,
        engagement.platform_engagement_daily,
        engagement.hashtag_engagement_daily,
        engagement.post_cohorts,
        engagement_report,
        operations.month_partitions,
    ],
    asset_checks=[
        scraping_checks.scraping_checks,
        scraping_checks.freshness_check,
        scraping_checks.landing_zone_has_only_known_organizations,
        engagement_checks.engagement_checks,
    ],
    jobs=[automation.daily_job, automation.fetch_job],
    schedules=[automation.daily_schedule, automation.fetch_schedule],
    sensors=[automation.landing_zone_sensor],
    resources={"postgres": PostgresResource()},
    loggers={"console": dg.colored_console_logger, "progress": progress_logger},
    executor=dg.in_process_executor,
)
