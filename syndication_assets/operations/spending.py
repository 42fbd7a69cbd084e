"""What paid calls cost: their prices, their usage, the budgets. Whoever calls writes the rows; people set the rest."""

import dagster as dg

from syndication_assets.sql_assets import OWNERS
from syndication_assets.sql_checks import SqlCheck, sql_checks

WARN = dg.AssetCheckSeverity.WARN


def _rows_of(table: str, description: str, *deps: dg.AssetKey) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=["operations", table],
        group_name="operations",
        description=description,
        deps=deps,
        kinds={"postgres"},
        owners=OWNERS,
        metadata={"dagster/table_name": f"operations.{table}"},
    )


api_prices = _rows_of(
    "api_prices",
    "One row is what one model costs from a day on, for a million tokens. Rows of people, not of a run: without one "
    "the cost of a call is not known, and a budget refuses it.",
)
budgets = _rows_of(
    "budgets",
    "One row is what an organization may spend on paid calls in a UTC day or month. Rows of people, not of a run: at "
    "80 % the run warns, at 100 % nothing is called any more.",
)
api_usage = _rows_of(
    "api_usage",
    "One row is one paid request: what it used and, by the price of the day, what it cost; where nobody said what it "
    "used, what it was expected to cost counts for budgets. Written while the calls go on, so that what was spent is "
    "known whatever happens after it.",
    dg.AssetKey(["content", "posts_content"]),
    dg.AssetKey(["operations", "api_prices"]),
)

CHECKS = [
    SqlCheck("api_usage", "costs_follow_the_prices"),
    SqlCheck("api_prices", "models_in_use_have_a_price", WARN),
    SqlCheck("budgets", "none_is_nearly_used_up", WARN),
]

operations_checks = sql_checks("operations", CHECKS)
