"""Runs whose process was killed, or lost its terminal, are closed, and never count as runs in progress for a day."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml
from dagster._core.launcher import DefaultRunLauncher
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration

from syndication_assets.automation import run_process
from syndication_assets.automation.run_process import PROCESS_TAG, RunLocks, own_process
from syndication_assets.automation.watched_runs import WatchedRunLauncher, close_dead_runs
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.one_server

CONFIGURATION = Path(run_process.__file__).with_name("dagster.yaml")
# A run of one step that waits, as the command line executes it.
RUN = """
import sys, time
import dagster as dg
from syndication_assets.automation.progress_logger import progress_logger
from syndication_assets.automation.range_run import run_job
@dg.op
def wait():
    print("started", flush=True)
    time.sleep(60)
@dg.job
def waiting():
    wait()
definitions = dg.Definitions(jobs=[waiting], loggers={"progress": progress_logger})
with dg.DagsterInstance.get() as instance:
    print(run_job(definitions, instance, "waiting", {}).failure)
"""
# A process that has started as many runs as the queue allows at a time.
FOUR_RUNS = """
import sys, time
import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType
@dg.job
def nothing(): ...
with dg.DagsterInstance.get() as instance:
    for _ in range(4):
        run = instance.create_run_for_job(nothing)
        start = DagsterEvent(DagsterEventType.RUN_START.value, job_name="nothing", message="started")
        instance.report_dagster_event(start, run.run_id)
    print("started", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def storage(server: Server, dagster_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The project's own instance: this process and its children find it in the environment."""
    (tmp_path / "dagster.yaml").write_text(CONFIGURATION.read_text())
    with new_database(server, dagster_template) as url:
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
        monkeypatch.setenv("SYNDICATION_DAGSTER_LOGS", str(tmp_path / "logs"))
        monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", url.replace("postgresql://", "postgresql+psycopg2://"))
        yield url


@pytest.fixture
def instance(storage: str) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as opened:
        yield opened


@pytest.fixture
def start(storage: str) -> Iterator:
    """Starts a script and waits until it has begun its run."""
    processes: list[subprocess.Popen[str]] = []

    def started(script: str, **options) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n", process.communicate()[1]
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def statuses(instance: dg.DagsterInstance) -> list[str]:
    return [run.status.value for run in instance.get_runs()]


def monitor(instance: dg.DagsterInstance) -> None:
    """What the daemon does when it starts, and once a minute."""
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as workspace:
        assert not any(execute_run_monitoring_iteration(workspace, logging.getLogger("test")))


def test_a_killed_run_is_closed_by_the_next_command_and_a_live_one_is_not(instance: dg.DagsterInstance, start):
    process = start(RUN)
    (run,) = instance.get_runs()
    assert close_dead_runs(instance) == []
    process.kill()
    process.wait()
    assert statuses(instance) == ["STARTED"]
    assert close_dead_runs(instance) == [run.run_id]
    assert statuses(instance) == ["FAILURE"]
    messages = [record.message for record in instance.all_logs(run.run_id) if record.message]
    assert (
        "The process of this run has ended without closing it: it was killed, or its terminal was closed." in messages
    )
    assert close_dead_runs(instance) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_run_whose_terminal_is_closed_closes_itself_as_one_that_is_terminated(
    number: signal.Signals, instance: dg.DagsterInstance, start
):
    process = start(RUN)
    process.send_signal(number)
    process.wait(30)
    assert statuses(instance) in (["FAILURE"], ["CANCELED"])


@pytest.mark.slow
def test_a_run_that_ignores_hang_ups_goes_on(instance: dg.DagsterInstance, start):
    process = start(RUN, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    assert statuses(instance) == ["STARTED"]


@pytest.mark.slow
def test_four_dead_runs_do_not_block_the_queue(instance: dg.DagsterInstance, start):
    process = start(FOUR_RUNS)
    monitor(instance)
    assert statuses(instance) == ["STARTED"] * 4
    process.kill()
    process.wait()
    monitor(instance)
    assert statuses(instance) == ["FAILURE"] * 4


@pytest.mark.slow
def test_dagsters_own_launcher_leaves_dead_runs_started(instance: dg.DagsterInstance, start, monkeypatch):
    """The negative control. If this fails, upstream asks after its runs: remove `WatchedRunLauncher`."""
    process = start(FOUR_RUNS)
    process.kill()
    process.wait()
    launcher = DefaultRunLauncher()
    launcher.register_instance(instance)
    monkeypatch.setattr(type(instance), "run_launcher", launcher)
    monitor(instance)
    assert statuses(instance) == ["STARTED"] * 4


def test_a_run_of_another_machine_is_dead_when_nobody_holds_its_lock(
    instance: dg.DagsterInstance, storage: str, start, monkeypatch: pytest.MonkeyPatch
):
    process = start(FOUR_RUNS)
    runs = instance.get_runs()
    for run in runs:
        instance.add_run_tags(run.run_id, {PROCESS_TAG: "elsewhere/1/1700000000"})
    monkeypatch.setattr(run_process, "_SECONDS_TO_LOCK_AGAIN", 0)
    assert close_dead_runs(instance) == []
    process.kill()
    process.wait()
    with psycopg.connect(storage) as connection:
        while connection.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() != (0,):
            pass
    # A server that has just been started may only not know yet that the process lives.
    monkeypatch.setattr(run_process, "_SECONDS_TO_LOCK_AGAIN", 10**7)
    assert close_dead_runs(instance) == []
    monkeypatch.setattr(run_process, "_SECONDS_TO_LOCK_AGAIN", 0)
    assert len(close_dead_runs(instance)) == 4


@pytest.mark.slow
def test_a_run_that_another_program_started_is_left_alone(instance: dg.DagsterInstance, start):
    process = start(FOUR_RUNS)
    process.kill()
    process.wait()
    with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("delete from run_tags")
        connection.exec_driver_sql("update runs set run_body = replace(run_body, 'syndication/process', 'other')")
    assert close_dead_runs(instance) == []


def test_a_process_id_that_another_process_has_by_now_is_not_the_runs(instance: dg.DagsterInstance):
    host, process_id, began_at = own_process().rsplit("/", 2)
    connect = instance.event_log_storage._connect  # type: ignore[attr-defined]
    with connect() as connection:
        assert not run_process.is_dead(connection, "some-run", own_process())
        assert run_process.is_dead(connection, "some-run", f"{host}/{process_id}/{int(began_at) - 1000}")
        assert run_process.is_dead(connection, "some-run", f"{host}/{2**22 + 1}/{began_at}")


def test_locks_are_taken_again_after_the_server_has_ended_their_session(storage: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_process, "_SECONDS_BETWEEN_CHECKS", 0)
    locks = RunLocks(storage.replace("postgresql://", "postgresql+psycopg2://"))
    locks.take("some-run")
    count = "select count(*) from pg_locks where locktype = 'advisory'"
    with psycopg.connect(storage, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        assert connection.execute(count).fetchone() == (0,)
        locks.keep()
        assert connection.execute(count).fetchone() == (1,)
        locks.release()


def test_the_projects_instance_uses_the_launcher_and_asks_once_a_minute():
    configuration = yaml.safe_load(CONFIGURATION.read_text())
    launcher = configuration["run_launcher"]
    assert (launcher["module"], launcher["class"]) == (WatchedRunLauncher.__module__, WatchedRunLauncher.__name__)
    assert configuration["run_monitoring"]["enabled"] is True
    assert configuration["run_monitoring"]["poll_interval_seconds"] <= 60
