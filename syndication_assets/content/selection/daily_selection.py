"""What the selections have in common: one row per channel and day, selected day by day and never changed afterwards."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import dagster as dg
from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, run_file, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.executions.tally import Channel
from syndication_assets.sql_assets.steps import run_steps
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table


class DaySelection(NamedTuple):
    """What selecting for one day did."""

    channels_waiting: int
    """Channels without a selection on the day before it was selected for."""
    rows_written: int

    @property
    def channels_left_out(self) -> int:
        """Waiting channels for which there was nothing to select."""
        return self.channels_waiting - self.rows_written


def select_for_day(
    connection: Connection, table: str, steps: Iterable[str], parameters: Mapping[str, Any]
) -> DaySelection:
    """Runs the steps of `sql/content/<table>/`, then its merge.sql; `parameters` contain the day as `selected_on`."""
    run_steps(connection, f"content/{table}", steps, parameters)
    return DaySelection(**run_file(connection, f"content/{table}/merge.sql", parameters).fetchall()[0])


def select_each_day(
    context: dg.AssetExecutionContext,
    postgres: PostgresResource,
    table: str,
    select: Callable[[Connection, date], DaySelection],
    *,
    content_process: str,
    nothing_to_select: str | None = None,
) -> tuple[dict[str, Any], int]:
    """Selects for the days of the run, in order.

    Returns the metadata of the run, and how often there was nothing to select for a channel. `nothing_to_select` is the
    reason that the history of executions gives for that; None if it is no failure.

    A day depends on the days before it, so each day has its own transaction.
    """
    first_day, end_day = window_of(context)
    written = left_out = 0
    with executing_asset(context, postgres.url(), "selecting") as execution:
        for number in range((end_day - first_day).days):
            day = first_day + timedelta(days=number)
            with transaction(postgres.url(), lock=f"content.{table}") as connection:
                selection = select(connection, day)
                fault_points.reach(f"{table}.before_commit")
                rows_of_day = _count_of_day(connection, table, day)
                channels = _waiting_channels(connection, table, day)
            for organization_id, platform, channel_type, is_selected in channels:
                is_rejected = not is_selected and nothing_to_select is not None
                execution.tally.add(
                    organization_id,
                    Channel(platform, channel_type, content_process),
                    came_in=1,
                    went_out=int(is_selected),
                    rejected=int(is_rejected),
                    reason=nothing_to_select if is_rejected else None,
                )
            written += selection.rows_written
            left_out += selection.channels_left_out
            context.add_asset_metadata(
                {"dagster/partition_row_count": rows_of_day}, asset_key=context.asset_key, partition_key=day.isoformat()
            )
    context.log.info(f"{table}: {first_day} to {end_day} (exclusive): {written:,} rows written")
    with transaction(postgres.url()) as connection:
        metadata = {
            **table_metadata(connection, "content", table),
            "rows_written": written,
            **execution.metadata,
            "selected": _preview(connection, table, first_day, end_day),
        }
    return metadata, left_out


def _count_of_day(connection: Connection, table: str, day: date) -> int:
    statement = sql.SQL("select count(*) from {} where selected_on = %s").format(sql.Identifier("content", table))
    return int(connection.execute(statement, [day]).fetchall()[0][0])


def _waiting_channels(connection: Connection, table: str, day: date) -> list[tuple[str, str, str, bool]]:
    """Organization, platform and channel of each waiting channel, and whether it got its selection."""
    statement = sql.SQL(
        "select w.organization_id, w.platform, w.channel_type, s.selected_on is not null from waiting_channels as w"
        " left join {} as s on w.organization_id = s.organization_id and w.platform = s.platform"
        " and w.channel_type = s.channel_type and s.selected_on = %s order by 1, 2, 3"
    ).format(sql.Identifier("content", table))
    return connection.execute(statement, [day]).fetchall()


def _preview(connection: Connection, table: str, first_day: date, end_day: date) -> dg.MetadataValue:
    cursor = connection.execute(
        load_sql(f"content/{table}/preview.sql"), {"window_start": first_day, "window_end": end_day}
    )
    columns = [column.name for column in cursor.description or ()]
    return dg.MetadataValue.md(markdown_table(columns, cursor.fetchall()))
