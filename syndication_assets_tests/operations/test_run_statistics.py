"""`syndication runs`: how often everything ran, how that ended, and how much it made a second."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.automation.job_statistics import job_statistics
from syndication_assets.cli.main import main
from syndication_assets.operations.executions.run_statistics import RunStatistics, all_days
from syndication_assets_tests.operations.test_executions import History
from syndication_assets_tests.today import today

DAY = date(2026, 6, 10)


def statistics(what: str, *values: int | float | None, day: date | None = DAY) -> RunStatistics:
    return RunStatistics(day, what, *values)  # type: ignore[arg-type]


def test_days_are_added_up_and_what_is_unknown_is_no_zero():
    days = [
        statistics("fetch", 2, 1, 1, 10.0, 50),
        statistics("write", 1, 0, 0, None, None),
        statistics("fetch", 2, 2, 0, 30.0, None),
    ]
    fetch, write = all_days(days)
    assert fetch == statistics("fetch", 4, 3, 1, 40.0, 50, day=None)
    assert (fetch.failed, fetch.success_rate, fetch.made_a_second) == (0, 0.75, 1.25)
    assert (write.failed, write.success_rate, write.made_a_second) == (1, 0.0, None)
    assert statistics("instant", 1, 1, 0, 0.0, 7).made_a_second is None


@pytest.mark.one_server
def test_works_and_downloads_are_counted_once_and_shown(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = History(database_url)
    midnight = datetime(today().year, today().month, today().day, tzinfo=UTC)
    # One work of two channels, of which one failed; one work that was killed; one that found nothing to do.
    for status, made, error, work in (
        ("success", 30, None, 1), ("failed", 0, "no", 1), ("killed", None, "killed", 2), ("idle", None, None, 3),
        ("running", None, None, 4),
    ):  # fmt: skip
        database.insert(
            "operations.execution_history", "execution_id", process="writing", step="content/posts_content",
            work_id=f"00000000-0000-0000-0000-00000000000{work}", started_at=midnight, status=status, rows_out=made,
            finished_at=None if status == "running" else midnight + timedelta(seconds=10), error_message=error,
            executed_on=today(),
        )  # fmt: skip
    for status, posts in (("completed", 100), ("failed", 0)):
        database.insert(
            "scraping.download_runs", "run_id", kind="load", source="linkedin_apify", partition_from=today(),
            partition_to=today(), status=status, started_at=midnight, completed_at=midnight + timedelta(seconds=5),
            script_name="test", posts_fetched=posts, error_message=None if status == "completed" else "no",
        )  # fmt: skip
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))

    def shown(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["runs", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    steps = {row["what"]: row for row in json.loads(shown("--json"))}
    assert steps["content/posts_content"] == {
        "day": str(today()), "what": "content/posts_content", "runs": 2, "succeeded": 0, "in_part": 1, "failed": 1,
        "success_rate": 0.0, "seconds": 20.0, "made": 30, "made_a_second": 1.5,
    }  # fmt: skip
    assert steps["load linkedin_apify"]["success_rate"] == 0.5
    assert "2 runs, 50% succeeded, 1 failed, 5.0 s each, 100 made (10.0 a second)" in shown("--total")
    assert shown("--organization", "default").count("\n") == 2


def test_jobs_are_counted_from_the_records_of_dagster():
    @dg.asset
    def fine() -> None: ...

    @dg.asset
    def broken() -> None:
        raise ValueError

    with dg.DagsterInstance.ephemeral() as instance:
        definitions = dg.Definitions(
            [fine, broken], jobs=[dg.define_asset_job("good", [fine]), dg.define_asset_job("bad", [broken])]
        )
        for job in ("good", "good", "bad"):
            definitions.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)
        bad, good = job_statistics(instance, today() - timedelta(days=1))
    assert (bad.what, bad.runs, bad.succeeded, bad.failed) == ("bad", 1, 0, 1)
    assert (good.what, good.runs, good.success_rate) == ("good", 2, 1.0)
    assert good.seconds is not None
