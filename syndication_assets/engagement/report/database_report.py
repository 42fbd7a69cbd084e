"""The page on the database of the current week, as an asset: it follows every measurement."""

from pathlib import Path
from typing import Any

import dagster as dg

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement.report.report_values import Row
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.operations.conditions import conditions_of
from syndication_assets.operations.database_health.kinds import KINDS
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import HEALTH
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets.sql_assets.descriptions import OWNERS

_TABLES = 20
_INDEXES = 20
_QUERIES = 10
_OF_THE_MOMENT = frozenset({"connections_used", "database_unmeasured"})
"""Kinds whose problems follow from no measurement: a page would keep what was true for a minute."""


@dg.asset(
    key=["engagement", "database_report"],
    group_name="engagement",
    deps=[
        dg.AssetKey(["operations", table])
        for table in ("database_health_daily", "table_health_daily", "index_health_daily", "query_statistics_daily")
    ],
    kinds={"python", "html"},
    owners=OWNERS,
    tags=HEALTH,
)
def database_report(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """One HTML page on the database of the newest measured week, as SYNDICATION_REPORTS_DIR/database-<week>.html.

    It is about the whole installation, so it lies beside the folders of the organizations, not in one. A re-run renders
    it again: the same measurements give the same bytes. Pages of earlier weeks stay as they are.
    """
    directory = Settings.from_environment().reports_directory
    page = write_database_page(postgres.url(), directory)
    if page is None:
        context.log.info("The database was never measured: no page")
        return dg.MaterializeResult(metadata={"pages": 0})
    return dg.MaterializeResult(
        metadata={"pages": 1, "page": dg.MetadataValue.path(page), "dagster/uri": dg.MetadataValue.text(page.as_uri())}
    )


def write_database_page(url: str, directory: Path) -> Path | None:
    """Writes the page of the newest measured week, if its bytes changed; None if nothing was ever measured."""
    # It imports matplotlib, which only a run that renders pages needs.
    from syndication_assets.engagement.report.database_page import (  # noqa: PLC0415
        DatabaseWeek,
        PageProblem,
        database_page_name,
        render_database_page,
    )
    from syndication_assets.engagement.report.report_files import write_if_changed  # noqa: PLC0415

    with read_only_transaction(url) as connection:
        weeks = [IsoWeek.of(row["week_start"]) for row in _rows(connection, "weeks")]
        if not weeks:
            return None
        of_week = {"week_start": weeks[0].monday}
        report = DatabaseWeek(
            week=weeks[0],
            previous=weeks[1] if len(weeks) > 1 else None,
            days=_rows(connection, "days", **of_week),
            tables=_rows(connection, "tables", **of_week, row_limit=_TABLES),
            indexes=_rows(connection, "indexes", **of_week, row_limit=_INDEXES),
            queries=_rows(connection, "queries", **of_week, row_limit=_QUERIES),
            problems=[
                PageProblem(problem.severity, problem.subject, problem.message)
                for kind in KINDS
                if kind not in _OF_THE_MOMENT
                for problem in conditions_of(connection, kind)
            ],
        )
    page = directory / database_page_name(report.week)
    write_if_changed(page, render_database_page(report))
    return page


def _rows(connection: Connection, query: str, **parameters: Any) -> list[Row]:
    cursor = connection.execute(load_sql(f"engagement/database_report/{query}.sql"), parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
