"""Prices of models, budgets and calls of APIs. Prices and budgets are user-maintained; the callers write the usage."""

import dagster as dg

from syndication_assets.operations.alerts import alert_assets
from syndication_assets.operations.executions import execution_assets
from syndication_assets.operations.usage import usage_assets
from syndication_assets.operations.webhooks import webhook_assets
from syndication_assets.sql_assets.cadence import CALL_LOG
from syndication_assets.sql_assets.checks import SqlCheck, sql_checks
from syndication_assets.sql_assets.table_specs import external_table

WARN = dg.AssetCheckSeverity.WARN


api_prices = external_table(
    "operations",
    "api_prices",
    "One row is the price of a model from a day on, per million tokens, with the page on which it was read and the "
    "day. User-maintained. Without a price the cost of a "
    "call is unknown, and organizations with a budget make no such call.",
)
budgets = external_table(
    "operations",
    "budgets",
    "One row is the amount that an organization may spend on paid calls per UTC day or month, of all providers or of "
    "one. User-maintained. From the lowest level of the condition `budget_used` on the run warns, at 100 % no more "
    "calls are made.",
)
api_usage = external_table(
    "operations",
    "api_usage",
    "One row is one request to a paid or limited API with its usage and its cost. It is written before the request, "
    "with the cost that is reserved for it, and settled after it, so spending is known even if the run fails. "
    "If the usage is not reported, or reported as zero, budgets count what was reserved.",
    deps=[
        dg.AssetKey(["content", "posts_content"]),
        api_prices,
        dg.AssetKey(["operations", "api_unit_prices"]),
        dg.AssetKey(["operations", "api_quotas"]),
    ],
    tags=CALL_LOG,
)

CHECKS = [
    SqlCheck("api_usage", "costs_follow_the_prices"),
    SqlCheck("api_usage", "every_call_is_settled", WARN),
    SqlCheck("api_prices", "models_in_use_have_a_price", WARN),
    SqlCheck("api_prices", "prices_in_use_name_their_source", WARN),
    SqlCheck("budgets", "none_is_nearly_used_up", WARN),
]

operations_checks = sql_checks(
    "operations",
    [*CHECKS, *usage_assets.CHECKS, *alert_assets.CHECKS, *execution_assets.CHECKS, *webhook_assets.CHECKS],
)
