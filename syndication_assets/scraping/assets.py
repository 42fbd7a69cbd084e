"""The load of landed posts as assets: one parse and one transaction per day."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import dagster as dg
from psycopg import sql

from syndication_assets.database.connection import Connection, analyze_grown_tables, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.assets import landing_zone
from syndication_assets.landing.loading.ledger_observations import observe_ledger
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.bluesky.assets import bluesky_api_files
from syndication_assets.scraping.facebook.assets import facebook_graph_files
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.instagram.assets import instagram_apify_files, instagram_graph_files
from syndication_assets.scraping.linkedin.assets import linkedin_api_files, linkedin_apify_files
from syndication_assets.scraping.loading.post_load import DayLoad, load_day
from syndication_assets.scraping.mastodon.assets import mastodon_api_files
from syndication_assets.scraping.reading.read_ahead import read_ahead
from syndication_assets.scraping.rss.assets import rss_feed_files
from syndication_assets.scraping.youtube.assets import youtube_data_api_files
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import LOAD
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import describe_run, table_metadata
from syndication_assets.text.markdown import markdown_table

_DOWNLOAD_RUNS = (
    "One row is one run of a fetch or load: its program, counters, cost and outcome. A run whose process died is "
    "closed by the next run of its source. A re-run adds a row."
)
LOADED_TABLES = {
    "download_runs": _DOWNLOAD_RUNS,
    **{
        table: description_of(f"scraping/{table}/merge.sql")
        for table in (
            "raw_payloads",
            "profiles",
            "profile_snapshots",
            "posts",
            "post_aliases",
            "post_media",
            "hashtags",
            "post_hashtags",
            "data_downloads",
        )
    },
}
_DAY_OF_ROW = {
    "download_runs": "partition_from",
    "raw_payloads": "landed_on",
    "profile_snapshots": "(observed_at at time zone 'utc')::date",
    "data_downloads": "(downloaded_at at time zone 'utc')::date",
}
_COUNTERS_OF_TABLE = {
    "posts": ("posts_fetched", "posts_new", "posts_updated"),
    "data_downloads": ("snapshots_new", "snapshots_updated", "snapshots_removed"),
    "raw_payloads": ("files_read", "items_read", "items_quarantined", "source_errors"),
}


@dg.multi_asset(
    name="load_landed_files",
    specs=[
        dg.AssetSpec(
            key=["scraping", table],
            group_name="scraping",
            description=description,
            deps=[
                landing_zone,
                linkedin_apify_files,
                linkedin_api_files,
                youtube_data_api_files,
                facebook_graph_files,
                instagram_apify_files,
                rss_feed_files,
                instagram_graph_files,
                mastodon_api_files,
                bluesky_api_files,
            ],
            kinds={"postgres", "python"},
            owners=OWNERS,
            tags=LOAD,
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
    """Loads each day of the range in its own transaction, in order, and logs the counts."""
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    days = context.partition_keys
    loads: list[DayLoad] = []
    with (
        run_session(postgres.url(), "load_landed_files", context.run.run_id) as session,
        read_ahead(zone, settings.maximum_file_bytes) as ahead,
    ):
        for number, day in enumerate(days, start=1):
            ahead.begin_day(date.fromisoformat(days[number]) if number < len(days) else None)
            load = load_day(
                postgres.url(),
                zone,
                date.fromisoformat(day),
                maximum_file_bytes=settings.maximum_file_bytes,
                session=session,
                ahead=ahead,
            )
            loads.append(load)
            if number.bit_count() == 1:  # days 1, 2, 4, 8 …: in between, tables hardly grow
                analyze_grown_tables(postgres.url(), ["scraping"])
            context.log.info(f"[{number}/{len(days)}] {_summary(load)}")
            if load.archived:
                context.log.error(_archived(load))
            for problem in load.unreadable_folders:
                context.log.error(f"{day}: {zone.url}/{problem}. The other folders were loaded.")
            for folder in load.unknown_folders:
                context.log.error(
                    f"{day}: {zone.url}/{folder} belongs to no organization and was not read. "
                    f"Add the organization (`syndication organization add {folder!r} …`) or remove the folder."
                )
    if all(load.archived and not load.runs and not load.late_files for load in loads):
        raise dg.Failure(
            f"Nothing was loaded. {_archived(loads[0])}", metadata={"archived_days": len(loads)}, allow_retries=False
        )
    with transaction(postgres.url()) as connection:
        observe_ledger(context, connection, "scraping")
        for table in LOADED_TABLES:
            key = dg.AssetKey(["scraping", table])
            counters = _COUNTERS_OF_TABLE.get(table, ())
            rows_by_day = _rows_by_day(connection, table, loads)
            for load in loads:
                counts = {name: load.total(name) for name in counters}
                if rows_by_day is not None:
                    counts["dagster/partition_row_count"] = rows_by_day.get(load.day, 0)
                context.add_asset_metadata(counts, asset_key=key, partition_key=load.day.isoformat())
            details = _details(connection, table, loads)
            describe_run(context, key, {**table_metadata(connection, "scraping", table), **details})
            yield dg.MaterializeResult(asset_key=key)


def _archived(load: DayLoad) -> str:
    late = f" {load.late_files:,} files that landed later are in quarantine." if load.late_files else ""
    return (
        f"{load.day} of {', '.join(load.archived)} is archived: its rows stay as they are.{late} To load it again, run "
        f"`syndication archive restore {load.day:%Y-%m} --organization {load.archived[0]}` first."
    )


def _summary(load: DayLoad) -> str:
    if not load.runs:
        return f"{load.day}: no files have landed"
    errors = f", {count:,} of them errors of the source" if (count := load.total("source_errors")) else ""
    return (
        f"{load.day}: {load.total('files_read'):,} files, {load.total('items_read'):,} items, "
        f"{load.total('posts_new'):,} new and {load.total('posts_updated'):,} updated posts, "
        f"{load.total('snapshots_new'):,} new snapshots, {load.total('items_quarantined'):,} quarantined{errors}"
    )


def _rows_by_day(connection: Connection, table: str, loads: list[DayLoad]) -> dict[date, int] | None:
    """Day → number of rows; None for tables whose rows do not belong to a day."""
    day = _DAY_OF_ROW.get(table)
    if day is None:
        return None
    statement = sql.SQL("select {day}, count(*) from {table} where {day} = any(%s) group by 1")
    return dict(
        connection.execute(
            statement.format(day=sql.SQL(day), table=sql.Identifier("scraping", table)), [[load.day for load in loads]]
        ).fetchall()
    )


def _details(connection: Connection, table: str, loads: list[DayLoad]) -> dict[str, dg.MetadataValue | int]:
    if table == "raw_payloads":
        return _unknown_keys(loads)
    if table in _DAY_OF_ROW:
        return {}
    statement = sql.SQL("select count(*) from {}").format(sql.Identifier("scraping", table))
    return {"dagster/row_count": int(connection.execute(statement).fetchall()[0][0])}


def _unknown_keys(loads: list[DayLoad]) -> dict[str, dg.MetadataValue | int]:
    """Keys that no adapter knows: a source has added or renamed a key."""
    counts: Counter[str] = Counter()
    for load in loads:
        counts.update(load.unknown_keys)
    if not counts:
        return {}
    return {"unknown_keys": dg.MetadataValue.md(markdown_table(("key", "times"), sorted(counts.items())))}
