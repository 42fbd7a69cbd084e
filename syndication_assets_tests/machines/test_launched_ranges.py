"""Which lost runs are launched again: those of `dagster job launch` are, those of `dagster job backfill` are not."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._core.storage.tags import BACKFILL_ID_TAG
from dagster._core.test_utils import create_run_for_test
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry

from syndication_assets.settings import PROJECT_DIRECTORY

pytestmark = pytest.mark.one_server
PAGE = (PROJECT_DIRECTORY / "docs" / "many-machines.md").read_text(encoding="utf-8")
COORDINATOR = {"module": "dagster._core.run_coordinator", "class": "QueuedRunCoordinator"}


def command_of_the_page() -> list[str]:
    (line,) = re.findall(r"^( *dagster job launch .*)$", PAGE, flags=re.MULTILINE)
    return shlex.split(line)


def test_a_lost_run_of_a_backfill_that_the_command_started_is_not_launched_again(tmp_path: Path):
    """Dagster calls such a backfill complete as soon as its runs are in the queue."""
    retries = {"run_retries": {"enabled": True, "max_retries": 3}}
    with dg.DagsterInstance.local_temp(str(tmp_path), retries) as instance:
        backfill = PartitionBackfill("bulk", BulkActionStatus.COMPLETED, False, {}, 0.0, partition_names=["2025-11-01"])
        instance.add_backfill(backfill)
        lost = {
            name: create_run_for_test(instance, status=DagsterRunStatus.FAILURE, tags=tags)
            for name, tags in {"backfill": {BACKFILL_ID_TAG: "bulk"}, "launch": {}}.items()
        }
        assert {name: should_retry(run, instance) for name, run in lost.items()} == {"backfill": False, "launch": True}


@pytest.mark.slow
def test_the_command_of_the_page_puts_a_range_of_days_into_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "dagster.yaml").write_text(json.dumps({"run_coordinator": COORDINATOR}))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    program, *arguments = command_of_the_page()
    at = arguments.index("--workspace")
    arguments[at : at + 4] = ["--module-name", "syndication_assets.definitions"]
    subprocess.run([Path(sys.executable).parent / program, *arguments], check=True, cwd=PROJECT_DIRECTORY)
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs()
    assert (run.status, run.job_name) == (DagsterRunStatus.QUEUED, "daily_graph")
    assert run.tags["dagster/asset_partition_range_start"] == "2025-11-01"
    assert run.tags["dagster/asset_partition_range_end"] == "2025-11-10"
    assert BACKFILL_ID_TAG not in run.tags
