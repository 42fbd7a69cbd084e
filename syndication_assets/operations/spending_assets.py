"""What paid calls cost: their prices, their usage, the budgets. Whoever calls writes the rows; people set the rest."""

import dagster as dg

from syndication_assets.sql_assets.cadence import CALL_LOG
from syndication_assets.sql_assets.checks import SqlCheck, sql_checks
from syndication_assets.sql_assets.table_specs import external_table

WARN = dg.AssetCheckSeverity.WARN


api_prices = external_table(
    "operations",
    "api_prices",
    "One row is what one model costs from a day on, for a million tokens. Rows of people, not of a run: without one "
    "the cost of a call is not known, and a budget refuses it.",
)
budgets = external_table(
    "operations",
    "budgets",
    "One row is what an organization may spend on paid calls in a UTC day or month. Rows of people, not of a run: at "
    "80 % the run warns, at 100 % nothing is called any more.",
)
api_usage = external_table(
    "operations",
    "api_usage",
    "One row is one paid request: what it used and, by the price of the day, what it cost; where nobody said what it "
    "used, what it was expected to cost counts for budgets. Written while the calls go on, so that what was spent is "
    "known whatever happens after it.",
    deps=[dg.AssetKey(["content", "posts_content"]), api_prices],
    tags=CALL_LOG,
)

CHECKS = [
    SqlCheck("api_usage", "costs_follow_the_prices"),
    SqlCheck("api_prices", "models_in_use_have_a_price", WARN),
    SqlCheck("budgets", "none_is_nearly_used_up", WARN),
]

operations_checks = sql_checks("operations", CHECKS)
