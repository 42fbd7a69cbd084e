"""The assets of the operations room: the month partitions for the coming months."""

import dagster as dg

from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.descriptions import OWNERS


@dg.asset(
    key=["operations", "month_partitions"],
    group_name="operations",
    automation_condition=dg.AutomationCondition.on_cron("@daily"),
    kinds={"postgres"},
    owners=OWNERS,
)
def month_partitions(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """The partitions of this month and the following months, for each table of `operations.partitioned_tables`.

    A re-run creates missing partitions, usually none. Loads of older days create the partitions of their own month;
    this asset creates partitions in advance, so that no load has to wait for a lock on the first of a month.
    """
    with transaction(postgres.url()) as connection:
        rows = connection.execute(
            "select p.table_name, t.months_ahead, p.partitions_made"
            " from operations.ensure_upcoming_partitions() p join operations.partitioned_tables t using (table_name)"
            " order by 1"
        ).fetchall()
    made = sum(count for _, _, count in rows)
    context.log.info(f"month_partitions: {made} partitions created for {len(rows)} tables")
    lines = [f"| {table} | {months_ahead} | {count} |" for table, months_ahead, count in rows]
    table = "\n".join(["| table | months ahead | partitions created |", "|---|---:|---:|", *lines])
    return dg.MaterializeResult(metadata={"partitions_made": made, "tables": dg.MetadataValue.md(table)})
