"""Dagster's launcher for Celery, with what makes a run certain: who executes it is told by the lock of the run.

Celery's own record of tasks is not kept: it would be a second answer to the question whether a run lives, and would be
gone with Redis. Runs wait in Dagster's queue in PostgreSQL; Redis has those only that a worker is about to take.
"""

from typing import Any
from urllib.parse import urlsplit

from dagster import DagsterRun
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from kombu.exceptions import OperationalError

from syndication_assets.automation.run_process import PROCESS_TAG
from syndication_assets.automation.watched_runs import health_of

_SECONDS_UNTIL_DELIVERED_AGAIN = 86_400
"""As long as a run may take at most. A run whose worker was lost is launched again by Dagster, not by the broker."""
_CONFIGURATION: dict[str, Any] = {
    # A worker reserves no run beyond the one that it executes, which another worker could begin.
    "task_acks_late": True,
    "worker_prefetch_multiplier": 1,
    "broker_transport_options": {"visibility_timeout": _SECONDS_UNTIL_DELIVERED_AGAIN, "max_retries": 1},
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # A connection that Redis has closed meanwhile is made again; then Dagster's queue waits.
    "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2},
    # What steps print goes to Dagster's logs of the run.
    "worker_redirect_stdouts": False,
    "worker_hijack_root_logger": False,
}
_PROCESS_OF_A_WORKER = "worker/0/0"
"""Stands for the tag of the process, should the launcher have overwritten it when it added its own."""


class WatchedCeleryRunLauncher(CeleryRunLauncher):
    """Hands runs to workers; a run waits in the queue while the broker is away."""

    def __init__(self, config_source: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(
            config_source={**_CONFIGURATION, **(config_source or {})}, **{**options, "backend": "disabled://"}
        )

    def launch_run(self, context: LaunchRunContext) -> None:
        """DagsterUserCodeUnreachableError if Redis is away, after which Dagster puts the run back into the queue."""
        try:
            super().launch_run(context)
        except OperationalError as error:
            address = urlsplit(self.broker or "").netloc.rpartition("@")[2]
            message = (
                f"Redis at {address} does not answer ({type(error.__cause__ or error).__name__}), so the run waits in "
                "the queue. Start it, or correct SYNDICATION_BROKER_URL."
            )
            self._instance.report_engine_event(message, context.dagster_run)
            raise DagsterUserCodeUnreachableError(message) from None

    @property
    def supports_resume_run(self) -> bool:
        return False

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        return health_of(self._instance, run, _PROCESS_OF_A_WORKER)

    def terminate(self, run_id: str) -> bool:
        """Ends the process of the worker that executes the run; False if the run was never handed over."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        return super().terminate(run_id)

    def get_run_worker_debug_info(self, run: DagsterRun, include_container_logs: bool | None = True) -> str | None:
        """The process that began the run, and its machine."""
        del include_container_logs
        return f"It was executed by {run.tags.get(PROCESS_TAG, 'a process that is not known')}."
