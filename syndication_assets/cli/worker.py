"""What `celery --app syndication_assets.cli.worker worker` executes: the runs of the launcher.

The broker is that of the launcher in `DAGSTER_HOME/dagster.yaml`. The definitions are loaded once, and the process of
each run is a fork that has them.
"""

import os
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import unpack_value
from dagster_celery.config import TASK_EXECUTE_JOB_NAME

from syndication_assets.automation.workers.execution import execute_once, is_left_unfinished
from syndication_assets.automation.workers.launcher import WatchedCeleryRunLauncher
from syndication_assets.database.connection import database_url
from syndication_assets.database.sessions.pooling import require_own_sessions
from syndication_assets.definitions import defs
from syndication_assets.errors import SyndicationError


def _launcher() -> WatchedCeleryRunLauncher:
    """The launcher of the instance. SystemExit with a sentence if it is another one, or the database cannot be used."""
    home = os.environ.get("DAGSTER_HOME")
    launcher = InstanceRef.from_dir(home).run_launcher if home else None
    if not isinstance(launcher, WatchedCeleryRunLauncher):
        raise SystemExit("DAGSTER_HOME is no directory with deploy/dagster.yaml as its dagster.yaml: set it.")
    try:
        require_own_sessions(database_url())
    except SyndicationError as error:
        raise SystemExit(str(error)) from None
    return launcher


app = _launcher().celery
defs.get_repository_def()


@app.task(name=TASK_EXECUTE_JOB_NAME, ignore_result=True)  # type: ignore[untyped-decorator]
def execute_job(execute_job_args_packed: Any) -> None:
    """Executes one run. A process that could not store the end of its run ends itself, so that the run is closed."""
    args = unpack_value(execute_job_args_packed, as_type=ExecuteRunArgs)
    try:
        with dg.DagsterInstance.get() as instance:
            was_executed = execute_once(instance, args.run_id)
            is_unfinished = was_executed and is_left_unfinished(instance, args.run_id)
    except Exception:
        # Nobody can tell whether the run has an end: while this process lives, it would count as in progress.
        app.log.get_default_logger().exception("The run %s could not be executed to its end.", args.run_id)
        is_unfinished = True
    if is_unfinished:
        os._exit(1)
