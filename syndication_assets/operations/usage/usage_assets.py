"""What providers allow, what units of their calls cost, and what each day has used of them."""

import dagster as dg

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of
from syndication_assets.sql_assets.rollup_asset import rollup_asset
from syndication_assets.sql_assets.table_specs import external_table

WARN = dg.AssetCheckSeverity.WARN

api_unit_prices = external_table(
    "operations",
    "api_unit_prices",
    "One row is what one unit of a paid call of an API without models costs from a day on, such as one scraped item. "
    "User-maintained. Without a price, organizations with a budget make no such call.",
)
api_quotas = external_table(
    "operations",
    "api_quotas",
    "One row is how many requests or units of its own a provider allows in a window of time, with the page on which "
    "this was read. User-maintained. No number of processes together passes it.",
)
api_usage_daily = rollup_asset("operations", "api_usage_daily", deps=[dg.AssetKey(["operations", "api_usage"])])

CHECKS = [
    SqlCheck("api_unit_prices", "paid_operations_have_a_price", WARN),
    SqlCheck("api_quotas", "quotas_name_their_source", WARN),
    SqlCheck("api_usage_daily", "days_match_the_calls", WARN),
    SqlCheck("api_usage_daily", "few_calls_fail", WARN),
    constraints_of("api_usage_daily"),
]
