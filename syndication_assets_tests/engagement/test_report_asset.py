"""The report as an asset: what a run shows."""

import warnings
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.report_pages import MONDAY, two_weeks

pytestmark = pytest.mark.both_servers

with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    from syndication_assets.engagement.report.report_asset import engagement_report


def materialize(rows: ReportDatabase, monkeypatch: pytest.MonkeyPatch, directory: Path, first: date, last: date):
    rows.roll_up()
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", rows.url)
    monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(directory))
    result = dg.materialize(
        [engagement_report],
        resources={"postgres": PostgresResource()},
        tags={
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        },
    )
    return {
        event.materialization.partition: event.materialization.metadata
        for event in result.get_asset_materialization_events()
        for event in [event.step_materialization_data]
    }


@pytest.mark.both_servers(False)
def test_the_asset_shows_its_pages_and_the_chart_of_the_newest_week_once(
    rows: ReportDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    two_weeks(rows)
    days = materialize(rows, monkeypatch, tmp_path, MONDAY - timedelta(days=7), MONDAY + timedelta(days=6))
    assert len(days) == 14
    newest = days["2025-11-16"]
    assert newest["main_chart"].value.startswith("![default, 2025-W46: ")
    assert "](data:image/png;base64,iVBOR" in newest["main_chart"].value
    assert len(newest["main_chart"].value) < 150_000
    assert [day for day, metadata in days.items() if "main_chart" in metadata] == ["2025-11-16"]
    assert (newest["weeks_rendered"].value, newest["pages_changed"].value, newest["posts"].value) == (2, 2, 1)
    assert newest["page_default"] == dg.MetadataValue.path(tmp_path / "default" / "2025-W46.html")
    assert newest["dagster/uri"].value == (tmp_path / "default" / "2025-W46.html").as_uri()
    again = materialize(rows, monkeypatch, tmp_path, MONDAY, MONDAY)["2025-11-10"]
    assert (again["pages"].value, again["pages_changed"].value) == (1, 0)


def test_a_run_of_a_day_without_any_data_succeeds(
    rows: ReportDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (metadata,) = materialize(rows, monkeypatch, tmp_path, MONDAY, MONDAY).values()
    assert metadata["pages"].value == 0
    assert metadata["skipped"].value == "default: no observations in 2025-W46"
    assert "main_chart" not in metadata
