"""The rollups of the engagement room. Each is computed by the SELECT in the SQL folder of its name."""

import dagster as dg

from syndication_assets.sql_assets.rollup_asset import rollup_asset
from syndication_assets.sql_assets.table_specs import external_table

_POST_DAYS = ["engagement.post_engagement_daily"]

metric_definitions = external_table(
    "engagement",
    "metric_definitions",
    (
        "One row is one metric: what it counts, whether it may be summed over posts or days, and how it is computed. "
        "Its checks compare the rows with what the tables compute, so a formula is changed by a migration of both."
    ),
)

post_engagement_daily = rollup_asset(
    "engagement",
    "post_engagement_daily",
    deps=[
        dg.AssetKey(["scraping", "data_downloads"]),
        dg.AssetKey(["scraping", "posts"]),
        dg.AssetKey(["engagement", "metric_definitions"]),
    ],
    closed_by=["scraping.snapshots"],
)
profile_engagement_daily = rollup_asset(
    "engagement",
    "profile_engagement_daily",
    deps=[dg.AssetKey(["engagement", "post_engagement_daily"]), dg.AssetKey(["scraping", "profiles"])],
    closed_by=_POST_DAYS,
)
platform_engagement_daily = rollup_asset(
    "engagement",
    "platform_engagement_daily",
    deps=[dg.AssetKey(["engagement", "post_engagement_daily"])],
    closed_by=_POST_DAYS,
)
hashtag_engagement_daily = rollup_asset(
    "engagement",
    "hashtag_engagement_daily",
    deps=[
        dg.AssetKey(["engagement", "post_engagement_daily"]),
        dg.AssetKey(["scraping", "hashtags"]),
        dg.AssetKey(["scraping", "post_hashtags"]),
    ],
    closed_by=_POST_DAYS,
)
post_cohorts = rollup_asset(
    "engagement",
    "post_cohorts",
    deps=[
        dg.AssetKey(["scraping", "data_downloads"]),
        dg.AssetKey(["scraping", "posts"]),
        # It records stale days of posts that it rebuilds, which this rollup then recomputes.
        dg.AssetKey(["engagement", "post_engagement_daily"]),
    ],
    closed_by=["scraping.snapshots"],
)
