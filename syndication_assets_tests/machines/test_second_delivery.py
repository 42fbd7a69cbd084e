"""A broker may deliver a run twice. One process executes it, whichever comes first, and the other leaves it alone."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterEventType, DagsterRunStatus

from syndication_assets.automation import dagster_event_log, run_process
from syndication_assets.automation.run_process import PROCESS_TAG, RunLocks, own_process
from syndication_assets.automation.workers.execution import SECOND_DELIVERY, execute_once, is_left_unfinished
from syndication_assets.errors import SyndicationError
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.one_server

CONFIGURATION = Path(run_process.__file__).with_name("dagster.yaml")


@dg.op
def count_up(context: dg.OpExecutionContext) -> None:
    context.log.info("counted")


# In this process: another for the step would only import everything again.
@dg.job(executor_def=dg.in_process_executor)
def counting() -> None:
    count_up()


@pytest.fixture
def instance(
    server: Server, dagster_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text(CONFIGURATION.read_text())
    with new_database(server, dagster_template) as url:
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
        monkeypatch.setenv("SYNDICATION_DAGSTER_LOGS", str(tmp_path / "logs"))
        monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", url.replace("postgresql://", "postgresql+psycopg2://"))
        with dg.DagsterInstance.get() as opened:
            yield opened


@pytest.fixture
def run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that was handed over and has not begun."""
    job = dg.reconstructable(counting)
    return instance.create_run_for_job(
        counting, status=DagsterRunStatus.STARTING, job_code_origin=job.get_python_origin()
    )


def deliver(run_id: str, barrier: "multiprocessing.synchronize.Barrier | None" = None, *, locked: bool = True) -> None:
    """What a worker does with a delivery."""
    if not locked:
        dagster_event_log.PooledPostgresEventLogStorage.reserve = lambda *_: True  # type: ignore[method-assign]
    with dg.DagsterInstance.get() as opened:
        if barrier is not None:
            barrier.wait(60)
        execute_once(opened, run_id)


def starts(instance: dg.DagsterInstance, run_id: str) -> int:
    return len(instance.all_logs(run_id, of_type=DagsterEventType.RUN_START))


def messages(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [record.message for record in instance.all_logs(run_id)]


def test_a_delivery_is_ignored_while_another_process_executes_the_run(instance: dg.DagsterInstance, run: dg.DagsterRun):
    other = RunLocks(instance.event_log_storage.postgres_url)  # type: ignore[attr-defined]
    assert other.take(run.run_id)
    assert not execute_once(instance, run.run_id)
    assert starts(instance, run.run_id) == 0
    assert SECOND_DELIVERY in messages(instance, run.run_id)
    other.release()
    assert execute_once(instance, run.run_id)
    assert starts(instance, run.run_id) == 1


def test_a_delivery_after_the_end_of_the_run_changes_nothing(instance: dg.DagsterInstance, run: dg.DagsterRun):
    assert execute_once(instance, run.run_id)
    execute_once(instance, run.run_id)
    assert starts(instance, run.run_id) == 1
    assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.SUCCESS]
    assert "Ignoring a run worker that started after the run had already finished." in messages(instance, run.run_id)


@pytest.mark.slow
@pytest.mark.parametrize("locked", [True, False])
def test_two_deliveries_at_once_start_one_run(instance: dg.DagsterInstance, run: dg.DagsterRun, locked: bool):
    """Without the lock, the negative control, both find a run that has not begun, and start it."""
    context = multiprocessing.get_context("spawn")
    found = set()
    for _ in range(1 if locked else 20):
        made = instance.create_run_for_job(
            counting, status=DagsterRunStatus.STARTING, job_code_origin=run.job_code_origin
        )
        barrier = context.Barrier(2)
        processes = [
            context.Process(target=deliver, args=(made.run_id, barrier), kwargs={"locked": locked}) for _ in range(2)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        found.add(starts(instance, made.run_id))
        if found == {2}:
            break
    assert (2 in found) is not locked


def test_a_run_that_this_process_began_and_could_not_end_is_left_unfinished(
    instance: dg.DagsterInstance, run: dg.DagsterRun
):
    assert not is_left_unfinished(instance, run.run_id)
    instance.add_run_tags(run.run_id, {PROCESS_TAG: own_process()})
    assert is_left_unfinished(instance, run.run_id)
    assert execute_once(instance, run.run_id)
    assert not is_left_unfinished(instance, run.run_id)


def test_a_run_that_nobody_knows_any_more_is_ignored(instance: dg.DagsterInstance):
    assert not execute_once(instance, "00000000-0000-0000-0000-000000000000")


def test_another_event_log_has_no_locks_and_is_refused():
    with (
        dg.DagsterInstance.ephemeral() as ephemeral,
        pytest.raises(SyndicationError, match="Workers need the event log of this project"),
    ):
        execute_once(ephemeral, "some-run")
