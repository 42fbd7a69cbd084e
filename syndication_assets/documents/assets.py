"""The assets that are loaded from landed feeds and exports: document observations, documents and their sections."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import dagster as dg
from psycopg import sql

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.documents.document_load import DayLoad, load_day
from syndication_assets.documents.feeds.feed_assets import blog_feed_files
from syndication_assets.landing.assets import landing_zone
from syndication_assets.landing.loading.ledger_observations import observe_ledger
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import LOAD_DOCUMENTS
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.text.markdown import markdown_table

LOADED_TABLES = ("document_observations", "source_documents", "source_sections")


@dg.multi_asset(
    name="load_documents",
    specs=[
        dg.AssetSpec(
            key=["documents", table],
            group_name="documents",
            description=description_of(f"documents/{table}/merge.sql"),
            deps=[landing_zone, blog_feed_files],
            kinds={"postgres", "python"},
            owners=OWNERS,
            tags=LOAD_DOCUMENTS,
            metadata={"dagster/table_name": f"documents.{table}"},
        )
        for table in LOADED_TABLES
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def load_documents(
    context: dg.AssetExecutionContext, postgres: PostgresResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Loads the days of the range in order, each in its own transaction, and logs what each load did."""
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    url = postgres.url()
    loads: list[DayLoad] = []
    for day in context.partition_keys:
        load = load_day(url, zone, date.fromisoformat(day), maximum_file_bytes=settings.maximum_file_bytes)
        loads.append(load)
        if load.files:
            context.log.info(
                f"{day}: {load.files:,} files, {load.documents:,} documents, "
                f"{load.counts['source_documents.rows_changed']:,} of them and "
                f"{load.counts['source_sections.rows_changed']:,} sections changed, {load.quarantined:,} quarantined"
            )
    with transaction(url) as connection:
        observe_ledger(context, connection, "documents")
        for table in LOADED_TABLES:
            key = dg.AssetKey(["documents", table])
            if table == "document_observations":
                for load in loads:
                    context.add_asset_metadata(
                        {"dagster/partition_row_count": load.documents},
                        asset_key=key,
                        partition_key=load.day.isoformat(),
                    )
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    **table_metadata(connection, "documents", table),
                    **_counts(loads, table),
                    "dagster/row_count": _rows(connection, table),
                    **(_details(loads) if table == "document_observations" else {}),
                },
            )


def _counts(loads: list[DayLoad], table: str) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for load in loads:
        totals.update(load.counts)
    return {name.partition(".")[2]: count for name, count in totals.items() if name.partition(".")[0] == table}


def _details(loads: list[DayLoad]) -> dict[str, dg.MetadataValue | int]:
    unknown_keys: Counter[str] = Counter()
    for load in loads:
        unknown_keys.update(load.unknown_keys)
    details: dict[str, dg.MetadataValue | int] = {
        "files_read": sum(load.files for load in loads),
        "documents_read": sum(load.documents for load in loads),
        "items_quarantined": sum(load.quarantined for load in loads),
    }
    if unknown_keys:
        details["unknown_keys"] = dg.MetadataValue.md(markdown_table(("key", "times"), unknown_keys.most_common(50)))
    return details


def _rows(connection: Connection, table: str) -> int:
    statement = sql.SQL("select count(*) from {}").format(sql.Identifier("documents", table))
    return int(connection.execute(statement).fetchall()[0][0])
