"""The tables of webhooks, as assets: who is told of what is user-maintained; the rest is what happened."""

import dagster as dg

from syndication_assets.sql_assets.cadence import WEBHOOK_LOG
from syndication_assets.sql_assets.checks import SqlCheck, constraints_of
from syndication_assets.sql_assets.table_specs import external_table

webhooks = external_table(
    "operations",
    "webhooks",
    "One row is one program that is told when a text is approved, and when a post is published or fails. "
    "User-maintained, with `syndication webhook add`.",
)
webhook_deliveries = external_table(
    "operations",
    "webhook_deliveries",
    "One row is one event (operations.webhook_events) for one webhook, with what became of it. The event is written in "
    "the transaction in which it happens, and the sensor `webhook_sensor` delivers it at least once, signed, again "
    "after 1, 2, 4 … minutes, and abandons it after a day.",
    deps=[webhooks, dg.AssetKey(["content", "approvals"]), dg.AssetKey(["publishing", "post_targets"])],
    tags=WEBHOOK_LOG,
)

CHECKS = [
    constraints_of("webhooks"),
    SqlCheck("webhook_deliveries", "none_was_abandoned", dg.AssetCheckSeverity.WARN),
]
