"""Jobs and schedules."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from syndication_assets.automation.schedules import daily_schedule, fetch_schedule
from syndication_assets.definitions import defs


def test_the_daily_schedule_requests_yesterday_and_the_look_back_window_as_one_run():
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 11, 26, 1, 30, tzinfo=UTC))
    request = daily_schedule(context)
    assert request.tags["dagster/asset_partition_range_start"] == "2025-11-18"
    assert request.tags["dagster/asset_partition_range_end"] == "2025-11-25"


def test_the_look_back_window_is_a_setting_and_ends_at_the_first_day(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_LOOK_BACK_DAYS", "4000")
    monkeypatch.setenv("SYNDICATION_FIRST_DAY", "2015-01-01")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2015, 1, 5, 1, 30, tzinfo=UTC))
    assert daily_schedule(context).tags["dagster/asset_partition_range_start"] == "2015-01-01"


def test_the_fetch_schedule_requests_the_current_day():
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 11, 26, 18, 0, tzinfo=UTC))
    assert fetch_schedule(context).partition_key == "2025-11-26"


def test_only_what_reaches_no_outside_service_unasked_runs_by_default():
    """Alerts reach only the people whom somebody has named by a route, and events only the webhooks that were added."""
    repository = defs.get_repository_def()
    definitions = [*repository.schedule_defs, *repository.sensor_defs]
    running = [definition.name for definition in definitions if definition.default_status.value == "RUNNING"]
    assert running == ["daily_schedule", "health_schedule", "alert_sensor", "webhook_sensor"]


def test_every_check_runs_in_a_job_including_those_of_user_maintained_tables():
    repository = defs.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    in_jobs = {check for job in jobs for check in job.asset_layer.asset_graph.asset_check_keys}
    assert in_jobs == set(repository.asset_graph.asset_check_keys)
