"""The asset that selects one product for each channel and day."""

from datetime import date
from typing import Any

import dagster as dg
from psycopg.types.json import Jsonb

from syndication_assets.content.generation.text_template_rows import as_rows, read_templates
from syndication_assets.content.selection.daily_selection import DaySelection, select_each_day, select_for_day
from syndication_assets.database.connection import Connection
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import CONTENT
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions

_STEPS = (
    "waiting_channels",
    "usable_templates",
    "branches_of_products",
    "eligible_products",
    "candidates",
    "turns",
    "choices",
)


@dg.asset(
    key=["content", "product_selections"],
    group_name="content",
    description=description_of("content/product_selections/merge.sql"),
    deps=[
        dg.AssetKey(["content", "content_templates"]),
        dg.AssetKey(["content", "approval_rules"]),
        dg.AssetKey(["catalogue", "products"]),
        dg.AssetKey(["catalogue", "categories"]),
        dg.AssetKey(["catalogue", "product_categories"]),
        dg.AssetKey(["catalogue", "product_prices"]),
        dg.AssetKey(["channels", "channel_requirements"]),
        # Of the previous day, because the day's own priorities depend on its selections.
        dg.AssetDep(
            dg.AssetKey(["engagement", "content_priorities"]),
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1),
        ),
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=CONTENT,
    metadata={"dagster/table_name": "content.product_selections"},
)
def product_selections(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    def select(connection: Connection, day: date) -> DaySelection:
        templates, broken = read_templates(connection)
        for error in broken:
            context.log.error(f"{error} Until then, no product is selected with it.")
        selection = select_products(connection, day, as_rows(templates))
        if selection.channels_left_out:
            reason = (
                "no product has both a page and a template that fits."
                if _has_catalogue(connection, day)
                else "no catalogue had been accepted by then."
            )
            context.log.warning(f"{day}: {selection.channels_left_out} channel(s) got no product: {reason}")
        return selection

    metadata, left_out = select_each_day(
        context,
        postgres,
        "product_selections",
        select,
        content_process="product_post",
        nothing_to_select="No product had both a page and a template that fits, or no catalogue had been accepted.",
    )
    return dg.MaterializeResult(metadata={**metadata, "channels_without_a_product": left_out})


def _has_catalogue(connection: Connection, day: date) -> bool:
    rows = connection.execute(
        "select exists (select from catalogue.products"
        " where first_seen_at < (%s::date + 1)::timestamp at time zone 'utc')",
        [day],
    ).fetchall()
    return bool(rows[0][0])


def select_products(connection: Connection, selected_on: date, usable_templates: list[dict[str, Any]]) -> DaySelection:
    """Selects a product for each channel without a selection on the day."""
    parameters = {
        "selected_on": selected_on,
        "usable_templates": Jsonb(usable_templates),
    }
    return select_for_day(connection, "product_selections", _STEPS, parameters)
