"""One way to make an asset out of a SQL file: `sql/<room>/<table>.sql` fills `<room>.<table>` for a window of days.

The file's opening comment is the asset's description. Its last statement returns `rows_computed`, `rows_written` and
`rows_removed`. A range of partitions is one window, one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, analyze_grown_tables, load_sql, run_file, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import ROLLUP
from syndication_assets.sql_assets.partitions import daily_partitions

OWNERS = ["team:syndication"]


def description_of(relative_path: str) -> str:
    """The opening comment of a SQL file, as text."""
    lines = []
    for line in load_sql(relative_path).splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def window_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> tuple[date, date]:
    """The days of the run: the first one, and the one after the last."""
    window = context.partition_time_window
    return window.start.date(), window.end.date()


def rollup_asset(room: str, table: str, *, deps: Sequence[dg.AssetDep | dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `<room>/<table>`, computed from other tables by its SQL file."""
    path = f"{room}/{table}.sql"
    rooms_read = {dg.AssetDep.from_coercible(dep).asset_key.path[0] for dep in deps}

    @dg.asset(
        key=[room, table],
        group_name=room,
        description=description_of(path),
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
            counts = run_window(connection, path, first_day, end_day)
            fault_points.reach(f"{table}.before_commit")
            rows_by_day = count_by_day(connection, f"{room}.{table}", first_day, end_day)
            metadata = table_metadata(connection, room, table)
        fault_points.reach(f"{table}.after_commit")
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


def describe_run(context: dg.AssetExecutionContext, asset_key: dg.AssetKey, metadata: Mapping[str, Any]) -> None:
    """Says what is true of a whole run, such as a table's columns, with its last day.

    With every day it would be said a thousand times, and a chart would show the sum of the range on each.
    """
    context.add_asset_metadata(metadata, asset_key=asset_key, partition_key=context.partition_keys[-1])


def run_window(connection: Connection, path: str, first_day: date, end_day: date) -> dict[str, int]:
    """Runs a SQL file for the days from `first_day` to before `end_day`; returns what its last statement counts."""
    counts: dict[str, int] = run_file(connection, path, {"window_start": first_day, "window_end": end_day}).fetchall()[
        0
    ]
    return counts


def count_by_day(connection: Connection, table: str, first_day: date, end_day: date) -> dict[str, int] | None:
    """Rows of each day that has any; None for a table that has no `activity_date`."""
    if not _has_column(connection, table, "activity_date"):
        return None
    # By organization, because the indexes on days begin with it: a day must not cost a scan of the whole history.
    statement = sql.SQL(
        "select t.activity_date, count(*) from tenancy.organizations as o"
        " inner join {} as t on t.organization_id = o.organization_id"
        " where t.activity_date >= %s and t.activity_date < %s group by 1"
    ).format(sql.Identifier(*table.split(".")))
    counts = connection.execute(statement, [first_day, end_day]).fetchall()
    return {day.isoformat(): count for day, count in counts}


def table_metadata(connection: Connection, room: str, table: str) -> Mapping[str, Any]:
    """Name and columns of a table, with their comments, under the keys that the UI knows."""
    columns = connection.execute(
        "select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(a.attrelid, a.attnum)"
        " from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"
        " order by a.attnum",
        [f"{room}.{table}"],
    ).fetchall()
    return {
        "dagster/table_name": f"{room}.{table}",
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name,
                    type_name,
                    description=comment,
                    constraints=dg.TableColumnConstraints(nullable=not is_required),
                )
                for name, type_name, is_required, comment in columns
            ]
        ),
    }


def _has_column(connection: Connection, table: str, column: str) -> bool:
    row = connection.execute(
        "select exists (select from pg_attribute where attrelid = %s::regclass and attname = %s)", [table, column]
    ).fetchone()
    return row is not None and bool(row[0])
