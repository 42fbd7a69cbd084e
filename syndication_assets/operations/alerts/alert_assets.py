"""The tables of alerts, as assets: who is told of what is user-maintained; the rest is what happened."""

import dagster as dg

from syndication_assets.sql_assets.cadence import ALERT_LOG
from syndication_assets.sql_assets.checks import SqlCheck, constraints_of
from syndication_assets.sql_assets.table_specs import external_table

condition_kinds = external_table(
    "operations",
    "condition_kinds",
    "One row is one kind of problem that is looked for every minute, with its unit and how often people are "
    "reminded of it. User-maintained.",
)
condition_levels = external_table(
    "operations",
    "condition_levels",
    "One row is the value from which on a problem of a kind is a warning, an error or critical. User-maintained, with "
    "`syndication alert level`. A kind without rows is not looked for.",
    deps=[condition_kinds],
)
alert_routes = external_table(
    "operations",
    "alert_routes",
    "One row is one way to tell people of an organization about its problems: mail, Slack or a signed webhook, with "
    "quiet hours or as a daily digest. User-maintained, with `syndication alert add`.",
)
alerts = external_table(
    "operations",
    "alerts",
    "One row is one problem from when it was found until it was gone. The sensor `alert_sensor` and `syndication alert "
    "watch` write it.",
    deps=[condition_levels],
    tags=ALERT_LOG,
)
alert_deliveries = external_table(
    "operations",
    "alert_deliveries",
    "One row is one event of an alert, or one digest, for one route, with what became of it. Each is delivered at "
    "least once, again after 1, 2, 4 … minutes, and abandoned after a day.",
    deps=[alerts, alert_routes, dg.AssetKey(["tenancy", "organizations"])],
    tags=ALERT_LOG,
)

CHECKS = [
    constraints_of("condition_kinds"),
    SqlCheck("condition_levels", "thresholds_rise_with_severity", dg.AssetCheckSeverity.WARN),
    constraints_of("alert_routes"),
    constraints_of("alerts"),
    SqlCheck("alert_deliveries", "none_was_abandoned", dg.AssetCheckSeverity.WARN),
]
