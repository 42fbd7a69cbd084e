"""The feedback loop: the engagement of a product's posts, and the ranking of products for the next post."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks
from syndication_assets.sql_assets.rollup_asset import rollup_asset
from syndication_assets.sql_assets.table_specs import external_table

priority_factors = external_table(
    "engagement",
    "priority_factors",
    (
        "One row is one factor of the ranking, with its weight. User-maintained: migrations insert the first rows, and "
        "your changes take effect at the next ranking."
    ),
)

# No dependency on publishing: a post published today is measured by the files that land tomorrow.
product_post_performance = rollup_asset(
    "engagement", "product_post_performance", deps=[dg.AssetKey(["engagement", "post_engagement_daily"])]
)
content_priorities = rollup_asset(
    "engagement",
    "content_priorities",
    deps=[
        dg.AssetKey(["catalogue", "products"]),
        dg.AssetKey(["engagement", "priority_factors"]),
        dg.AssetKey(["engagement", "product_post_performance"]),
    ],
)

CHECKS = [
    constraints_of("product_post_performance"),
    SqlCheck("product_post_performance", "totals_equal_their_posts"),
    constraints_of("content_priorities", enforced_on="priority_inputs"),
    SqlCheck("content_priorities", "each_day_has_one_row"),
    SqlCheck("content_priorities", "scores_are_weighted_means"),
    SqlCheck("priority_factors", "every_factor_is_computed"),
]

priority_checks = sql_checks("engagement", CHECKS, name="priority_checks")
