"""The asset that selects one product for each channel and day."""

from datetime import date, timedelta
from typing import Any

import dagster as dg
from psycopg.types.json import Jsonb

from syndication_assets import fault_points
from syndication_assets.content.generation.template_rows import (
    as_rows,
    read_templates,
)
from syndication_assets.database.connection import Connection, run_file, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import CONTENT
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table


@dg.asset(
    key=["content", "product_selections"],
    group_name="content",
    description=description_of("content/product_selections.sql"),
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
    no_repeat_days = Settings.from_environment().no_repeat_days
    first_day, end_day = window_of(context)
    written = unmet = 0
    # A day depends on the days before it, so days run in order, each in its own transaction.
    for number in range((end_day - first_day).days):
        day = first_day + timedelta(days=number)
        with transaction(postgres.url(), lock="content.product_selections") as connection:
            templates, broken = read_templates(connection)
            counts = select_products(connection, day, no_repeat_days, as_rows(templates))
            fault_points.reach("product_selections.before_commit")
            rows_of_day = _count_of_day(connection, day)
        for error in broken:
            context.log.error(f"{error} Until then, no product is selected with it.")
        written += counts["rows_written"]
        missing = counts["channels_waiting"] - counts["rows_written"]
        unmet += missing
        if missing:
            context.log.warning(
                f"{day}: {missing} channel(s) got no product: no product has both a page and a template that fits."
            )
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows_of_day}, asset_key=context.asset_key, partition_key=day.isoformat()
        )
    with transaction(postgres.url()) as connection:
        metadata = table_metadata(connection, "content", "product_selections")
        preview = _preview(connection, first_day, end_day)
    context.log.info(f"product_selections: {first_day} to {end_day} (exclusive): {written:,} rows written")
    return dg.MaterializeResult(
        metadata={**metadata, "rows_written": written, "channels_without_a_product": unmet, "selected": preview}
    )


def select_products(
    connection: Connection, selected_on: date, no_repeat_days: int, usable_templates: list[dict[str, Any]]
) -> dict[str, int]:
    """Selects for channels without a selection on the day; returns `channels_waiting` and `rows_written`."""
    connection.execute(
        "drop table if exists pg_temp.waiting_channels, pg_temp.top_categories, pg_temp.known_products,"
        " pg_temp.candidates"
    )
    counts: dict[str, int] = run_file(
        connection,
        "content/product_selections.sql",
        {
            "selected_on": selected_on,
            "no_repeat_days": no_repeat_days,
            "usable_templates": Jsonb(usable_templates),
        },
    ).fetchall()[0]
    return counts


def _count_of_day(connection: Connection, day: date) -> int:
    statement = "select count(*) from content.product_selections where selected_on = %s"
    return int(connection.execute(statement, [day]).fetchall()[0][0])


def _preview(connection: Connection, first_day: date, end_day: date) -> dg.MetadataValue:
    rows = connection.execute(
        "select s.selected_on, s.platform || '/' || s.channel_type, p.name, s.score, s.factors -> 'category_turn' ->>"
        " 'category' from content.product_selections as s inner join catalogue.products as p"
        " on s.organization_id = p.organization_id and s.product_id = p.product_id"
        " where s.selected_on >= %s and s.selected_on < %s"
        " order by s.selected_on desc, s.organization_id, s.platform, s.channel_type limit 20",
        [first_day, end_day],
    ).fetchall()
    return dg.MetadataValue.md(markdown_table(("day", "channel", "product", "score", "category"), rows))
