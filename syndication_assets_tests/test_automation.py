"""Schedules and the sensor of the landing zone."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.automation import daily_schedule, fetch_schedule, landing_zone_sensor
from syndication_assets.definitions import defs
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.scraping.download_runs import RunSession
from syndication_assets.scraping.load import load_day


@pytest.fixture
def landed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LandingZone:
    """An empty landing zone whose files have been at rest, as the environment names it."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", str(tmp_path / "landing"))
    monkeypatch.setattr("syndication_assets.automation._is_changing", lambda _files: False)
    return LandingZone(str(tmp_path / "landing"))


def _tick(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(
        cursor=cursor, definitions=defs, resources={"postgres": PostgresResource()}, sensor_name="landing_zone_sensor"
    )
    return landing_zone_sensor.evaluate_tick(context)


def _days(tick) -> list[str]:
    return [request.partition_key for request in tick.run_requests]


def test_the_daily_schedule_asks_for_yesterday_and_the_look_back_window_as_one_run():
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 11, 26, 1, 30, tzinfo=UTC))
    request = daily_schedule(context)
    assert request.tags["dagster/asset_partition_range_start"] == "2025-11-18"
    assert request.tags["dagster/asset_partition_range_end"] == "2025-11-25"


def test_the_look_back_window_is_a_setting_and_ends_at_the_first_day(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_LOOK_BACK_DAYS", "4000")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2015, 1, 5, 1, 30, tzinfo=UTC))
    assert daily_schedule(context).tags["dagster/asset_partition_range_start"] == "2015-01-01"


def test_the_fetch_schedule_asks_for_the_day_that_is_going_on():
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 11, 26, 18, 0, tzinfo=UTC))
    assert fetch_schedule(context).partition_key == "2025-11-26"


def test_schedules_and_the_sensor_are_stopped_until_somebody_starts_them():
    repository = defs.get_repository_def()
    for definition in [*repository.schedule_defs, *repository.sensor_defs]:
        assert definition.default_status.value == "STOPPED"


def test_the_sensor_requests_each_day_once_per_content(landed: LandingZone):
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    landed.land("default", "linkedin_apify", date(2025, 11, 26), "b.json", b"[]")
    first = _tick()
    assert _days(first) == ["2025-11-25", "2025-11-26"]
    second = _tick(first.cursor)
    assert _days(second) == []
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "late.json", b"[]")
    third = _tick(second.cursor)
    assert _days(third) == ["2025-11-25"]
    assert third.run_requests[0].run_key not in {request.run_key for request in first.run_requests}


def test_the_sensor_leaves_days_alone_that_are_loaded(landed: LandingZone, database_url: str, session: RunSession):
    """A sensor that is started after months of loading must not request all of them again."""
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    load_day(database_url, landed, date(2025, 11, 25), maximum_file_bytes=1000, session=session)
    assert _days(_tick()) == []


def test_the_sensor_waits_for_files_that_are_still_being_written(
    database_url: str, zone: LandingZone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", zone.url)
    path, _ = zone.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    assert _days(_tick()) == []
    an_hour_ago = datetime.now(UTC).timestamp() - 3600
    os.utime(Path(zone.url) / path, (an_hour_ago, an_hour_ago))
    assert _days(_tick()) == ["2025-11-25"]


def test_a_tick_is_bounded_and_the_rest_comes_with_the_next(landed: LandingZone):
    for day in range(1, 32):
        landed.land("default", "linkedin_apify", date(2025, 10, day), "a.json", b"[]")
    first = _tick()
    assert len(_days(first)) == 30
    assert _days(_tick(first.cursor)) == ["2025-10-31"]
