"""The asset that selects the next section of a document for each channel and day."""

from datetime import date, timedelta

import dagster as dg

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import CONTENT
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table

section_channels = external_table(
    "content",
    "section_channels",
    (
        "One row gives one channel a section of a document each day, from a first day on. User-maintained: without a "
        "row, a channel gets only products."
    ),
)


@dg.asset(
    key=["content", "section_selections"],
    group_name="content",
    description=description_of("content/section_selections.sql"),
    deps=[
        section_channels,
        dg.AssetKey(["documents", "document_observations"]),
        dg.AssetKey(["documents", "source_documents"]),
        dg.AssetKey(["documents", "source_sections"]),
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=CONTENT,
    metadata={"dagster/table_name": "content.section_selections"},
)
def section_selections(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    first_day, end_day = window_of(context)
    written = without_section = 0
    # A day depends on the days before it, so days run in order, each in its own transaction.
    for number in range((end_day - first_day).days):
        day = first_day + timedelta(days=number)
        with transaction(postgres.url(), lock="content.section_selections") as connection:
            counts = select_sections(connection, day)
            fault_points.reach("section_selections.before_commit")
            rows_of_day = _count_of_day(connection, day)
        written += counts["rows_written"]
        without_section += counts["channels_waiting"] - counts["rows_written"]
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows_of_day}, asset_key=context.asset_key, partition_key=day.isoformat()
        )
    with transaction(postgres.url()) as connection:
        metadata = table_metadata(connection, "content", "section_selections")
        preview = _preview(connection, first_day, end_day)
    context.log.info(
        f"section_selections: {first_day} to {end_day} (exclusive): {written:,} rows written; "
        f"no section left for a channel on {without_section:,} occasions"
    )
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "rows_written": written,
            "channels_without_a_section": without_section,
            "selected": preview,
        }
    )


def select_sections(connection: Connection, selected_on: date) -> dict[str, int]:
    """Selects for channels without a section on the day; returns `channels_waiting` and `rows_written`."""
    cursor = connection.execute(load_sql("content/section_selections.sql"), {"selected_on": selected_on})
    waiting, written = cursor.fetchall()[0]
    return {"channels_waiting": int(waiting), "rows_written": int(written)}


def _count_of_day(connection: Connection, day: date) -> int:
    statement = "select count(*) from content.section_selections where selected_on = %s"
    return int(connection.execute(statement, [day]).fetchall()[0][0])


def _preview(connection: Connection, first_day: date, end_day: date) -> dg.MetadataValue:
    rows = connection.execute(
        "select s.selected_on, s.platform || '/' || s.channel_type, d.title, t.heading, s.attempt, s.sections_left"
        " from content.section_selections as s"
        " inner join documents.source_sections as t"
        " on s.organization_id = t.organization_id and s.section_id = t.section_id"
        " inner join documents.source_documents as d"
        " on t.organization_id = d.organization_id and t.document_id = d.document_id"
        " where s.selected_on >= %s and s.selected_on < %s"
        " order by s.selected_on desc, s.organization_id, s.platform, s.channel_type limit 20",
        [first_day, end_day],
    ).fetchall()
    return dg.MetadataValue.md(
        markdown_table(("day", "channel", "document", "section", "attempt", "sections left"), rows)
    )
