"""One way to make an asset out of a SELECT: `sql/<room>/<table>/query.sql` fills `<room>.<table>` for a window of days.

The file's opening comment is the asset's description. A range of partitions is one window in one transaction.
"""

from collections.abc import Sequence

import dagster as dg

from syndication_assets import fault_points
from syndication_assets.database.connection import analyze_grown_tables, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.archived_months import closed_months, why_closed
from syndication_assets.sql_assets.cadence import ROLLUP
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.rollups import compute_rollup, rollup_query
from syndication_assets.sql_assets.table_metadata import count_by_day, describe_run, table_metadata
from syndication_assets.sql_assets.windows import window_of


def rollup_asset(
    room: str, table: str, *, deps: Sequence[dg.AssetDep | dg.AssetKey], closed_by: Sequence[str] = ()
) -> dg.AssetsDefinition:
    """The asset `<room>/<table>`, computed from the tables of `deps` by its SELECT.

    A day is not computed while an archive has its month in this table or in one of `closed_by`. A run that could
    compute nothing for that reason fails, and changes nothing.
    """
    rooms_read = {dg.AssetDep.from_coercible(dep).asset_key.path[0] for dep in deps}

    @dg.asset(
        key=[room, table],
        group_name=room,
        description=description_of(rollup_query(room, table)),
        deps=deps,
        partitions_def=daily_partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"postgres", "sql"},
        owners=OWNERS,
        tags=ROLLUP,
        metadata={"dagster/table_name": f"{room}.{table}"},
    )
    def rollup(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
        first_day, end_day = window_of(context)
        analyze_grown_tables(postgres.url(), rooms_read)
        with transaction(postgres.url(), lock=f"{room}.{table}") as connection:
            counts = compute_rollup(connection, room, table, first_day, end_day)
            closed = closed_months(connection, [f"{room}.{table}", *closed_by], first_day, end_day)
            if closed and not counts["rows_computed"]:
                raise dg.Failure(f"Nothing was computed. {why_closed(closed)}", allow_retries=False)
            fault_points.reach(f"{table}.before_commit")
            rows_by_day = count_by_day(connection, f"{room}.{table}", first_day, end_day)
            metadata = table_metadata(connection, room, table)
        fault_points.reach(f"{table}.after_commit")
        if closed:
            context.log.warning(why_closed(closed))
        context.log.info(
            f"{table}: {first_day} to {end_day} (exclusive): {counts['rows_computed']:,} rows computed, "
            f"{counts['rows_written']:,} written, {counts['rows_removed']:,} removed"
        )
        if rows_by_day is not None:
            for day in context.partition_keys:
                context.add_asset_metadata(
                    {"dagster/partition_row_count": rows_by_day.get(day, 0)},
                    asset_key=context.asset_key,
                    partition_key=day,
                )
        describe_run(context, context.asset_key, {**metadata, **counts})
        return dg.MaterializeResult()

    return rollup
