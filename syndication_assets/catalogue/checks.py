"""The asset checks of the catalogue room's tables; each is a SQL file in `sql/catalogue/<table>/checks`."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("catalogue_snapshots", "key_is_unique"),
    SqlCheck("catalogue_snapshots", "none_was_rejected", WARN),
    SqlCheck("products", "newest_catalogue_is_accepted", blocking=True),
    SqlCheck("products", "sku_is_unique", blocking=True),
    SqlCheck("products", "active_products_are_in_the_newest_catalogue"),
    SqlCheck("products", "price_agrees_with_its_history"),
    constraints_of("products"),
    SqlCheck("product_observations", "each_is_a_change"),
    constraints_of("product_observations"),
    SqlCheck("product_prices", "each_is_a_change"),
    constraints_of("product_prices"),
    SqlCheck("category_trees", "every_snapshot_has_its_tree"),
    constraints_of("categories"),
    SqlCheck("categories", "parents_have_the_same_vendor"),
    SqlCheck("categories", "are_acyclic"),
    SqlCheck("categories", "level_counts_the_steps_from_the_root"),
    SqlCheck("categories", "no_cycle_was_cut", WARN),
    SqlCheck("product_categories", "are_those_that_the_shop_names"),
    SqlCheck("product_categories", "no_orphans"),
]

catalogue_checks = sql_checks("catalogue", CHECKS)
