"""The asset checks of the catalogue room's tables; each is a SQL file in `sql/catalogue/checks`."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("catalogue_snapshots", "key_is_unique"),
    SqlCheck("catalogue_snapshots", "none_was_rejected", WARN),
    SqlCheck("products", "newest_catalogue_is_accepted", blocking=True),
    SqlCheck("products", "sku_is_unique", blocking=True),
    SqlCheck("products", "active_products_are_in_the_newest_catalogue"),
    SqlCheck("products", "price_agrees_with_its_history"),
    SqlCheck("products", "no_orphans"),
    SqlCheck("product_changes", "each_is_a_change"),
    SqlCheck("product_changes", "no_orphans"),
    SqlCheck("product_prices", "each_is_a_change"),
    SqlCheck("product_prices", "no_orphans"),
    SqlCheck("categories", "vendor_category_id_is_unique"),
    SqlCheck("categories", "no_orphans"),
    SqlCheck("categories", "are_acyclic"),
    SqlCheck("categories", "level_counts_the_steps_from_the_root"),
    SqlCheck("categories", "no_cycle_was_cut", WARN),
    SqlCheck("product_categories", "are_those_that_the_shop_names"),
    SqlCheck("product_categories", "no_orphans"),
]

catalogue_checks = sql_checks("catalogue", CHECKS)
