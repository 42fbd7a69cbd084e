"""What the scraping room materializes from landed files: one parse, one transaction a day, eleven tables."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from syndication_assets.partitions import daily_partitions
from syndication_assets.resources.database import transaction
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.scraping.download_runs import run_session
from syndication_assets.scraping.fetch_assets import linkedin_apify_files, youtube_data_api_files
from syndication_assets.scraping.load import DayLoad, load_day
from syndication_assets.settings import Settings
from syndication_assets.sql_assets import OWNERS, description_of, table_metadata

_DOWNLOAD_RUNS = (
    "One row is one session of fetching or loading: who ran it, what it counted, what it cost and how it ended. "
    "A session that died is closed by the next one. A re-run adds its own row."
)
LOADED_TABLES = {
    "download_runs": _DOWNLOAD_RUNS,
    **{
        table: description_of(f"scraping/{table}.sql")
        for table in (
            "landed_files",
            "raw_payloads",
            "quarantine",
            "profiles",
            "posts",
            "post_aliases",
            "post_media",
            "hashtags",
            "post_hashtags",
            "data_downloads",
        )
    },
}
_COUNTERS_OF_TABLE = {
    "posts": ("posts_fetched", "posts_new", "posts_updated"),
    "data_downloads": ("snapshots_new", "snapshots_updated", "snapshots_removed"),
    "quarantine": ("items_quarantined",),
    "raw_payloads": ("items_read",),
    "landed_files": ("files_read",),
}


@dg.multi_asset(
    name="load_landed_files",
    specs=[
        dg.AssetSpec(
            key=["scraping", table],
            group_name="scraping",
            description=description,
            deps=[linkedin_apify_files, youtube_data_api_files],
            kinds={"postgres", "python"},
            owners=OWNERS,
            metadata={"dagster/table_name": f"scraping.{table}"},
        )
        for table, description in LOADED_TABLES.items()
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def load_landed_files(
    context: dg.AssetExecutionContext, postgres: PostgresResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Loads each day of the range in a transaction of its own, in order, saying what it did."""
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    days = context.partition_keys
    loads: list[DayLoad] = []
    with run_session(postgres.url(), "load_landed_files", context.run.run_id) as session:
        for number, day in enumerate(days, start=1):
            load = load_day(
                postgres.url(),
                zone,
                date.fromisoformat(day),
                maximum_file_bytes=settings.maximum_file_bytes,
                session=session,
            )
            loads.append(load)
            context.log.info(f"[{number}/{len(days)}] {_summary(load)}")
            for folder in load.unknown_folders:
                context.log.error(
                    f"{day}: {zone.url}/{folder} belongs to no organization, and was not read. "
                    f"Make the organization (in tenancy.organizations, slug {folder!r}) or remove the folder."
                )
    for table in LOADED_TABLES:
        for load in loads:
            context.add_asset_metadata(
                {name: load.total(name) for name in _COUNTERS_OF_TABLE.get(table, ())},
                asset_key=dg.AssetKey(["scraping", table]),
                partition_key=load.day.isoformat(),
            )
    with transaction(postgres.url()) as connection:
        for table in LOADED_TABLES:
            yield dg.MaterializeResult(
                asset_key=["scraping", table],
                metadata={
                    **table_metadata(connection, "scraping", table),
                    **{name: sum(load.total(name) for load in loads) for name in _COUNTERS_OF_TABLE.get(table, ())},
                    **_unknown_keys(loads, table),
                },
            )


def _summary(load: DayLoad) -> str:
    if not load.runs:
        return f"{load.day}: nothing has landed"
    return (
        f"{load.day}: {load.total('files_read'):,} files, {load.total('items_read'):,} items, "
        f"{load.total('posts_new'):,} new and {load.total('posts_updated'):,} updated posts, "
        f"{load.total('snapshots_new'):,} new snapshots, {load.total('items_quarantined'):,} quarantined"
    )


def _unknown_keys(loads: list[DayLoad], table: str) -> dict[str, dg.MetadataValue]:
    """Keys that no adapter knows: a source has begun to say more, or says something under another name."""
    counts: dict[str, int] = {}
    for load in loads:
        for key, count in load.unknown_keys.items():
            counts[key] = counts.get(key, 0) + count
    if table != "raw_payloads" or not counts:
        return {}
    rows = "\n".join(f"| `{key}` | {count:,} |" for key, count in sorted(counts.items()))
    return {"unknown_keys": dg.MetadataValue.md(f"| key | times |\n|---|---|\n{rows}")}
