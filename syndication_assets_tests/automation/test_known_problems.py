"""Failed runs, failed checks and files that wait are found, and are gone when a later run makes up for them."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster import AssetCheckSeverity

from syndication_assets.automation.rooms import rooms
from syndication_assets.automation.sensors import failed_checks, failed_runs
from syndication_assets.automation.sensors.known_problems import finders
from syndication_assets.operations.conditions import Problem
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.checks import days_metadata
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


@dg.op
def broken() -> None:
    raise ValueError("the shop is closed")


@dg.op
def working() -> None:
    pass


def run(instance: dg.DagsterInstance, name: str, op: dg.OpDefinition, **tags: str) -> None:
    @dg.job(name=name)
    def job() -> None:
        op()

    job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def found(kind: str, instance: dg.DagsterInstance, url: str = "", threshold: int = 1) -> list[Problem]:
    """With a URL, in a database with its open alerts; without one, when nobody was told of anything."""
    if url:
        return list(finders(Settings.from_environment(), url, instance)[kind](Decimal(threshold)))
    finder = {"run_failed": failed_runs.failed_runs, "check_failed": failed_checks.failed_checks}[kind]
    return list(finder(instance, Decimal(threshold), {}))


def test_a_failed_run_is_a_problem_with_its_reason_until_its_day_succeeds():
    with dg.DagsterInstance.ephemeral() as instance:
        for day in ("2026-03-02", "2026-03-03"):
            run(instance, "daily_graph", broken, **{"dagster/partition": day})
        (problem,) = found("run_failed", instance)
        assert (problem.subject, problem.value) == ("daily_graph", 2)
        assert "for 2026-03-03, 2026-03-02" in problem.message
        assert "the shop is closed." in problem.message
        run(instance, "daily_graph", working, **{"dagster/partition": "2026-03-02"})
        assert [problem.value for problem in found("run_failed", instance)] == [1]
        run(instance, "daily_graph", working, **{"dagster/partition": "2026-03-03"})
        assert found("run_failed", instance) == []


def test_a_later_fetch_makes_up_for_one_that_failed_the_day_before():
    with dg.DagsterInstance.ephemeral() as instance:
        run(instance, "fetch", broken, **{"dagster/partition": "2026-03-02"})
        assert len(found("run_failed", instance)) == 1
        run(instance, "fetch", working, **{"dagster/partition": "2026-03-03"})
        assert found("run_failed", instance) == []


def test_a_canceled_run_is_no_problem():
    with dg.DagsterInstance.ephemeral() as instance:
        run(instance, "daily_graph", broken)
        assert len(found("run_failed", instance)) == 1
        (failed,) = instance.get_runs()
        instance.report_run_canceled(failed)
        assert found("run_failed", instance) == []


def test_a_failure_stays_a_problem_for_weeks_however_many_runs_of_other_jobs_follow():
    with dg.DagsterInstance.ephemeral() as instance:
        days_ago = datetime.now(UTC) - timedelta(days=80)
        tags = {"dagster/partition": "2026-03-02"}
        failed = dg.DagsterRun("daily_graph", tags=tags, status=dg.DagsterRunStatus.FAILURE)
        instance.run_storage.add_historical_run(failed, days_ago)
        for _ in range(2_001):
            instance.run_storage.add_run(dg.DagsterRun("publish", status=dg.DagsterRunStatus.SUCCESS))
        other_day = {"dagster/partition": "2026-03-03"}
        instance.run_storage.add_run(dg.DagsterRun("daily_graph", tags=other_day, status=dg.DagsterRunStatus.SUCCESS))
        assert [problem.subject for problem in found("run_failed", instance)] == ["daily_graph"]
        instance.delete_run(failed.run_id)
        assert found("run_failed", instance) == []


def test_a_failure_that_people_were_told_of_is_a_problem_however_old_it_is_until_a_success(database_url: str):
    with dg.DagsterInstance.ephemeral() as instance, psycopg.connect(database_url) as connection:
        failed_at = datetime.now(UTC) - timedelta(days=100)
        tags = {"dagster/partition": "2026-03-02"}
        for job in ("daily_graph", "hourly_graph"):
            failed = dg.DagsterRun(job, tags=tags, status=dg.DagsterRunStatus.FAILURE)
            instance.run_storage.add_historical_run(failed, failed_at)
        assert found("run_failed", instance, database_url) == [], "nobody was told within 90 days"
        connection.execute(
            "insert into operations.alerts (organization_id, kind, subject, severity, message, since, opened_at,"
            " last_seen_at, is_of_installation) select organization_id, 'run_failed', 'daily_graph', 'error', '',"
            " %(at)s, %(at)s, %(at)s, true from tenancy.organizations",
            {"at": failed_at},
        )
        connection.commit()
        assert [problem.subject for problem in found("run_failed", instance, database_url)] == ["daily_graph"]
        instance.run_storage.add_run(dg.DagsterRun("daily_graph", tags=tags, status=dg.DagsterRunStatus.SUCCESS))
        assert found("run_failed", instance, database_url) == []


def test_successes_are_read_page_by_page_until_the_failure_is_made_up_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(failed_runs, "_PAGE", 2)
    with dg.DagsterInstance.ephemeral() as instance:
        for day, status in [("02", "FAILURE"), *((day, "SUCCESS") for day in ("02", "03", "04", "05", "06"))]:
            tags = {"dagster/partition": f"2026-03-{day}"}
            instance.run_storage.add_run(dg.DagsterRun("daily_graph", tags=tags, status=dg.DagsterRunStatus[status]))
        assert found("run_failed", instance) == []


@pytest.mark.parametrize(("is_of_days", "problems"), [(True, [1, 1, 0]), (False, [1, 0, 0])])
def test_what_a_check_finds_on_a_day_is_made_up_for_by_this_day_only(is_of_days: bool, problems: list[int]):
    key = next(key for checks in rooms.asset_checks or () for key in checks.check_keys)

    def evaluate(instance: dg.DagsterInstance, day: str, *, passed: bool) -> None:
        window = date.fromisoformat(day), date.fromisoformat(day) + timedelta(days=1)

        @dg.asset_check(asset=key.asset_key, name=key.name)
        def check() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=passed, metadata=days_metadata(window, matter=is_of_days))

        job = dg.define_asset_job("checks", dg.AssetSelection.all_asset_checks())
        dg.Definitions(asset_checks=[check], jobs=[job]).resolve_job_def("checks").execute_in_process(instance=instance)

    with dg.DagsterInstance.ephemeral() as instance:
        numbers = []
        for day, passed in (("2026-03-02", False), ("2026-03-03", True), ("2026-03-02", True)):
            evaluate(instance, day, passed=passed)
            numbers.append(len(found("check_failed", instance)))
    assert numbers == problems


@pytest.mark.parametrize(
    ("passed", "severity", "problems"),
    [
        (False, AssetCheckSeverity.ERROR, 1),
        (False, AssetCheckSeverity.WARN, 0),
        (True, AssetCheckSeverity.ERROR, 0),
    ],
)
def test_the_newest_evaluation_of_a_check_counts(passed: bool, severity: AssetCheckSeverity, problems: int):
    key = next(key for checks in rooms.asset_checks or () for key in checks.check_keys)

    @dg.asset_check(asset=key.asset_key, name=key.name)
    def check() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=passed, severity=severity, description="Two rows are wrong.")

    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(
            asset_checks=[check], jobs=[dg.define_asset_job("checks", dg.AssetSelection.all_asset_checks())]
        )
        job.resolve_job_def("checks").execute_in_process(instance=instance)
        messages = [problem.message for problem in found("check_failed", instance)]
    assert messages == ["Two rows are wrong."] * problems


@pytest.mark.parametrize(("hours", "problems"), [(7, 1), (5, 0)])
def test_a_landed_file_that_waits_is_a_problem(
    hours: int, problems: int, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_LANDING_URL", str(tmp_path))
    folder = tmp_path / "default" / "linkedin_apify" / today().isoformat()
    folder.mkdir(parents=True)
    file = folder / "a.json"
    file.write_text("[]")
    waited_since = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
    os.utime(file, (waited_since, waited_since))
    with dg.DagsterInstance.ephemeral() as instance:
        found_problems = found("files_not_loaded", instance, database_url, threshold=6)
    assert [problem.subject for problem in found_problems] == ["linkedin_apify"] * problems
