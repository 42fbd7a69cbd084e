"""The measurements of the database as assets. Their checks say the same as the alerts of the same names."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import dagster as dg

from syndication_assets.database.connection import Connection
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.conditions import Condition, condition_files, conditions_of
from syndication_assets.operations.database_health.health_measuring import Measurement, measure
from syndication_assets.operations.database_health.kinds import CHECKS, HealthCheck
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import HEALTH
from syndication_assets.sql_assets.checks import (
    SqlCheck,
    check_result,
    constraints_of,
    find_offenders,
    read_only_transaction,
)
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.text.markdown import markdown_table

_ROOM = "operations"
_SHOWN = 20


_DESCRIPTIONS: Final = {
    "database_health_daily": "One row is one UTC day of the whole database, as last measured on it: size, connections, "
    "hits of the cache, transaction ids, and the size of Dagster's event log.",
    "table_health_daily": "One row is one table on one UTC day, with the sums of its partitions: rows, bytes, bloat, "
    "scans, and when it was vacuumed and analyzed.",
    "index_health_daily": "One row is one index on one UTC day, with the sums of those of partitions: bytes, scans, "
    "since when it is unused, whether another one makes it needless, and whether readers can use it.",
    "query_statistics_daily": "One row is one expensive statement on one UTC day, without the values in it, with its "
    "plan. From pg_stat_statements where the server has it, else as it was seen running.",
}
_CONSTRAINTS: Final = tuple(constraints_of(table) for table in _DESCRIPTIONS)


def _spec(check: HealthCheck) -> dg.AssetCheckSpec:
    rule = description_of(condition_files()[check.kind])
    return dg.AssetCheckSpec(
        check.name,
        asset=[_ROOM, check.table],
        description=f"Fails while there is a problem of the kind {check.kind}: {rule[0].lower()}{rule[1:]}",
    )


@dg.multi_asset(
    name="database_health",
    specs=[
        dg.AssetSpec(
            key=[_ROOM, table],
            group_name=_ROOM,
            description=f"{description} A re-run on the same day replaces its rows.",
            kinds={"postgres"},
            owners=OWNERS,
            tags=HEALTH,
            metadata={"dagster/table_name": f"{_ROOM}.{table}"},
        )
        for table, description in _DESCRIPTIONS.items()
    ],
    check_specs=[*(_spec(check) for check in CHECKS), *(check.spec(_ROOM) for check in _CONSTRAINTS)],
)
def database_health(
    context: dg.AssetExecutionContext, postgres: PostgresResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Measures the database as it is now. Statistics of the past are nowhere, so there is nothing to backfill."""
    url = postgres.url()
    measurement = measure(Settings.from_environment(), url)
    context.log.info(f"{measurement.sentence}.")
    with read_only_transaction(url) as connection:
        for table in _DESCRIPTIONS:
            metadata = {**table_metadata(connection, _ROOM, table), **metadata_of(connection, table, measurement)}
            yield dg.MaterializeResult(asset_key=[_ROOM, table], metadata=metadata)
        for check in CHECKS:
            yield result_of(check, conditions_of(connection, check.kind))
        for constraints in _CONSTRAINTS:
            yield _result_of_constraints(connection, constraints, measurement)


def metadata_of(connection: Connection, table: str, measurement: Measurement) -> dict[str, dg.MetadataValue]:
    """What people look at: how many rows the day has, and the first of them where that says most."""
    rows = {
        "database_health_daily": 1,
        "table_health_daily": measurement.tables,
        "index_health_daily": measurement.indexes,
        "query_statistics_daily": measurement.statements,
    }[table]
    metadata: dict[str, dg.MetadataValue] = {"rows": dg.MetadataValue.int(rows)}
    if table == "database_health_daily":
        if measurement.database_bytes is not None:
            metadata["database_bytes"] = dg.MetadataValue.int(measurement.database_bytes)
        reasons = list(measurement.not_measured.items())
        metadata["not_measured"] = dg.MetadataValue.md(markdown_table(("what", "reason"), reasons))
    elif table == "table_health_daily":
        metadata["largest"] = _preview(
            connection,
            "table_name, live_rows, total_bytes, bytes_grown, bloat_bytes, sequential_scans_a_day, analyzed_at",
            "operations.newest_table_health order by total_bytes desc, table_name",
        )
    elif table == "query_statistics_daily":
        metadata["slowest"] = _preview(
            connection,
            "query_id, round(milliseconds) as milliseconds, calls, times_seen, query",
            "operations.newest_query_statistics order by milliseconds desc, query_id",
        )
    return metadata


def _preview(connection: Connection, columns: str, source: str) -> dg.MetadataValue:
    cursor = connection.execute(f"select {columns} from {source} limit {_SHOWN}")  # noqa: S608 - our own columns
    names = [column.name for column in cursor.description or ()]
    return dg.MetadataValue.md(markdown_table(names, cursor.fetchall()))


def result_of(check: HealthCheck, problems: list[Condition]) -> dg.AssetCheckResult:
    """The result as the UI shows it: passed without problems, else with what to do about the first."""
    rows = [(problem.subject, problem.severity, problem.value, problem.message) for problem in problems]
    return dg.AssetCheckResult(
        asset_key=[_ROOM, check.table],
        check_name=check.name,
        passed=not problems,
        severity=dg.AssetCheckSeverity.WARN,
        description=problems[0].message if problems else f"There is no problem of the kind {check.kind}.",
        metadata={
            "offenders": len(problems),
            "first_offenders": dg.MetadataValue.md(
                markdown_table(("subject", "severity", "value", "what to do"), rows[:_SHOWN])
            ),
        },
    )


def _result_of_constraints(connection: Connection, check: SqlCheck, measurement: Measurement) -> dg.AssetCheckResult:
    window = (measurement.measured_on, measurement.measured_on + timedelta(days=1))
    return check_result(_ROOM, check, find_offenders(connection, _ROOM, check, window), window)
