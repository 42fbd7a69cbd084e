"""The assets that are loaded from landed catalogues: snapshots, products and their changes, prices, categories."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import dagster as dg
from psycopg import sql

from syndication_assets.catalogue.clan.assets import clan_catalogue_files
from syndication_assets.catalogue.loading.catalogue_load import DayLoad, load_day
from syndication_assets.catalogue.loading.quality import quality_metadata
from syndication_assets.catalogue.shopify.assets import shopify_products_files
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.assets import landing_zone
from syndication_assets.landing.loading.ledger_observations import observe_ledger
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import LOAD_CATALOGUES
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import describe_run, table_metadata
from syndication_assets.text.markdown import markdown_table

LOADED_TABLES = (
    "catalogue_snapshots",
    "product_observations",
    "products",
    "product_prices",
    "category_trees",
    "categories",
    "product_categories",
)
_COUNTERS_OF_TABLE = {
    "products": ("products_new", "products_updated"),
    "product_observations": ("changes",),
    "product_prices": ("prices_changed",),
    "product_categories": ("product_categories_changed",),
}


@dg.multi_asset(
    name="load_catalogues",
    specs=[
        dg.AssetSpec(
            key=["catalogue", table],
            group_name="catalogue",
            description=description_of(f"catalogue/{table}/merge.sql"),
            deps=[landing_zone, clan_catalogue_files, shopify_products_files],
            kinds={"postgres", "python"},
            owners=OWNERS,
            tags=LOAD_CATALOGUES,
            metadata={"dagster/table_name": f"catalogue.{table}"},
        )
        for table in LOADED_TABLES
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def load_catalogues(
    context: dg.AssetExecutionContext, postgres: PostgresResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Loads the days of the range in order, each in its own transaction, and logs what each load did."""
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    days = context.partition_keys
    loads: list[DayLoad] = []
    for number, day in enumerate(days, start=1):
        load = load_day(postgres.url(), zone, date.fromisoformat(day), maximum_file_bytes=settings.maximum_file_bytes)
        loads.append(load)
        context.log.info(f"[{number}/{len(days)}] {_summary(load)}")
        for vendor, snapshot in load.rejected:
            context.log.error(
                f"{day}: the catalogue of {vendor.vendor} ({vendor.organization}) at {snapshot.observed_at:%H:%M} UTC "
                f"was rejected and changed nothing: {snapshot.reason}"
            )
    with transaction(postgres.url()) as connection:
        observe_ledger(context, connection, "catalogue")
        for table in LOADED_TABLES:
            key = dg.AssetKey(["catalogue", table])
            counters = _COUNTERS_OF_TABLE.get(table, ())
            for load in loads:
                counts = {name: load.counts[name] for name in counters}
                if table == "catalogue_snapshots":
                    counts["dagster/partition_row_count"] = len(load.snapshots)
                context.add_asset_metadata(counts, asset_key=key, partition_key=load.day.isoformat())
            describe_run(
                context,
                key,
                {
                    **table_metadata(connection, "catalogue", table),
                    "dagster/row_count": _rows(connection, table),
                    **(_snapshot_metadata(loads) if table == "catalogue_snapshots" else {}),
                    **(quality_metadata(connection) if table == "products" else {}),
                },
            )
            yield dg.MaterializeResult(asset_key=key)


def _summary(load: DayLoad) -> str:
    if not load.snapshots and not load.items_quarantined:
        return f"{load.day}: no catalogue has landed"
    return (
        f"{load.day}: {len(load.snapshots)} catalogues, {len(load.rejected)} of them rejected, "
        f"{load.counts['products_new']:,} new and "
        f"{load.counts['products_updated']:,} updated products, {load.counts['prices_changed']:,} changed prices, "
        f"{load.items_quarantined:,} quarantined"
    )


def _rows(connection: Connection, table: str) -> int:
    statement = sql.SQL("select count(*) from {}").format(sql.Identifier("catalogue", table))
    return int(connection.execute(statement).fetchall()[0][0])


def _snapshot_metadata(loads: list[DayLoad]) -> dict[str, dg.MetadataValue | int]:
    """Counts, a table of the latest snapshots, and the keys of items that no parser reads."""
    rows = [
        (
            vendor.organization,
            vendor.vendor,
            f"{snapshot.observed_at:%Y-%m-%d %H:%M}",
            snapshot.status,
            f"{snapshot.products:,}",
            f"{snapshot.products_rejected:,}",
            f"{snapshot.prices_placeholder:,}",
            f"{snapshot.prices_unread:,}",
            snapshot.reason or "",
        )
        for load in loads
        for vendor, snapshot in load.by_vendor
    ]
    head = (
        "organization",
        "vendor",
        "observed",
        "status",
        "products",
        "items rejected",
        "placeholder prices",
        "unreadable prices",
        "reason",
    )
    unknown_keys: Counter[str] = Counter()
    for load in loads:
        unknown_keys.update(load.unknown_keys)
    metadata: dict[str, dg.MetadataValue | int] = {
        "catalogues": len(rows),
        "rejected": sum(len(load.rejected) for load in loads),
        "items_quarantined": sum(load.items_quarantined for load in loads),
        "files_without_manifest": sum(len(load.unlisted) for load in loads),
    }
    if rows:
        metadata["snapshots"] = dg.MetadataValue.md(markdown_table(head, rows[-50:]))
    if unknown_keys:
        table = markdown_table(("key", "times"), unknown_keys.most_common(50))
        metadata["unknown_keys"] = dg.MetadataValue.md(table)
    return metadata
