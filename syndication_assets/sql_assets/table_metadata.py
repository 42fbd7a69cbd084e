"""The metadata of a table as the UI shows it: columns with their comments, row counts by day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg
from psycopg import sql

from syndication_assets.database.connection import Connection


def table_metadata(connection: Connection, room: str, table: str) -> Mapping[str, Any]:
    """The name and commented columns of a table, under the metadata keys that the UI displays."""
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


def describe_run(context: dg.AssetExecutionContext, asset_key: dg.AssetKey, metadata: Mapping[str, Any]) -> None:
    """Attaches metadata of a whole run, such as a table's columns, to the last day of the run.

    Attached to every day, it would be stored a thousand times, and charts would show the range's total on each day.
    """
    context.add_asset_metadata(metadata, asset_key=asset_key, partition_key=context.partition_keys[-1])


def count_by_day(connection: Connection, table: str, first_day: date, end_day: date) -> dict[str, int] | None:
    """The number of rows by day, without days that have none; None if the table has no `activity_date`."""
    if not _has_column(connection, table, "activity_date"):
        return None
    # Joined by organization, because the indexes on days begin with it: a day must not scan the whole history.
    statement = sql.SQL(
        "select t.activity_date, count(*) from tenancy.organizations as o"
        " inner join {} as t on t.organization_id = o.organization_id"
        " where t.activity_date >= %s and t.activity_date < %s group by 1"
    ).format(sql.Identifier(*table.split(".")))
    counts = connection.execute(statement, [first_day, end_day]).fetchall()
    return {day.isoformat(): count for day, count in counts}


def _has_column(connection: Connection, table: str, column: str) -> bool:
    row = connection.execute(
        "select exists (select from pg_attribute where attrelid = %s::regclass and attname = %s)", [table, column]
    ).fetchone()
    return row is not None and bool(row[0])
