"""Executes a run that was handed to this process, unless another process executes it.

A broker may deliver a run twice: after its visibility timeout, after a lost connection, or because it was asked to
launch it twice. Dagster ignores a delivery of a run that has started; the lock of the run settles who starts it.
"""

from typing import Any

import dagster as dg
from dagster._cli.api import _execute_run_command_body

from syndication_assets.automation.dagster_event_log import PooledPostgresEventLogStorage
from syndication_assets.automation.run_process import PROCESS_TAG, own_process
from syndication_assets.errors import SyndicationError

SECOND_DELIVERY = "Another process executes this run. This delivery of the same run is ignored."


def execute_once(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Executes the run to its end; False if another process executes it, or nobody knows it any more.

    SyndicationError if the instance has an event log without locks of runs.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, PooledPostgresEventLogStorage):
        raise SyndicationError(
            "Workers need the event log of this project, whose locks say who executes a run: use deploy/dagster.yaml."
        )
    run = instance.get_run_by_id(run_id)
    if run is None:
        return False
    if not storage.reserve(run_id):
        instance.report_engine_event(SECOND_DELIVERY, run)
        return False
    _execute_run_command_body(run_id, instance, _ignore, set_exit_code_on_failure=True)
    return True


def is_left_unfinished(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether this process began the run and can do no more for it, because the end could not be stored."""
    run = instance.get_run_by_id(run_id)
    return run is not None and not run.is_finished and run.tags.get(PROCESS_TAG) == own_process()


def _ignore(_event: Any) -> None:
    """Events are in the event log."""
