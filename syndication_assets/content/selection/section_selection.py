"""The asset that selects the next section of a document for each channel and day."""

from datetime import date

import dagster as dg

from syndication_assets.content.selection.daily_selection import DaySelection, select_each_day, select_for_day
from syndication_assets.database.connection import Connection
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import CONTENT
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_specs import external_table

_STEPS = ("waiting_channels", "published_documents", "candidates")

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
    description=description_of("content/section_selections/merge.sql"),
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
    metadata, left_out = select_each_day(
        context, postgres, "section_selections", select_sections, content_process="blog_post"
    )
    context.log.info(f"section_selections: no section left for a channel on {left_out:,} occasions")
    return dg.MaterializeResult(metadata={**metadata, "channels_without_a_section": left_out})


def select_sections(connection: Connection, selected_on: date) -> DaySelection:
    """Selects a section for each channel without a selection on the day."""
    return select_for_day(connection, "section_selections", _STEPS, {"selected_on": selected_on})
