"""Closes runs whose process has died, so that none stays STARTED and counts against the limit of concurrent runs.

Dagster's daemon asks the launcher about every unfinished run when it starts, and once a minute; a command closes the
dead runs before its own.
"""

from typing import Any

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from syndication_assets.automation.dagster_event_log import PooledPostgresEventLogStorage

_DIED = "The process of this run has ended without closing it: it was killed, or its terminal was closed."


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which can also tell whether the process of a run still lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        return health_of(self._instance, run)


def health_of(instance: dg.DagsterInstance, run: DagsterRun, process: str | None = None) -> CheckRunHealthResult:
    """Whether the process of a run lives; `process` stands for a tag that the run lacks."""
    if _is_dead(instance, run, process):
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, _DIED)
    return CheckRunHealthResult(WorkerStatus.RUNNING)


def close_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Marks the runs whose process has died as failed, or as canceled if that was asked for; returns their ids.

    What they were executing is closed by the next execution, and by the look for problems (operations.executions).
    """
    closed = []
    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING])):
        if _is_dead(instance, run):
            report: Any = (
                instance.report_run_failed if run.status is DagsterRunStatus.STARTED else instance.report_run_canceled
            )
            report(run, _DIED)
            closed.append(run.run_id)
    return closed


def _is_dead(instance: dg.DagsterInstance, run: DagsterRun, process: str | None = None) -> bool:
    """False in an instance with another event log, whose processes hold no locks."""
    storage = instance.event_log_storage
    return isinstance(storage, PooledPostgresEventLogStorage) and storage.is_dead(run, process)
