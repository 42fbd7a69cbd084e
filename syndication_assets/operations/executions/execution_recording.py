"""Records executions: a row for each organization when a step begins, and what it did when it ends.

The process of a step holds an advisory lock while it works, so that a row of a process that died is told from one that
runs. Rows of dead processes are closed as `killed` by the next step that begins, by the look for problems every minute,
and by `syndication history`.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syndication_assets import fault_points
from syndication_assets.database.acting import started_by_hand
from syndication_assets.database.connection import Connection, connect, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.executions.tally import Tally, as_sentence

_SHOWN_IDS = 20
_LOCK = "select pg_advisory_lock(hashtext('execution'), hashtext(%s))"


@dataclass(slots=True)
class Execution:
    """A step at work. What it adds to `tally` is recorded when it ends."""

    step: str
    started_at: datetime
    tally: Tally = field(default_factory=Tally)
    execution_ids: list[str] = field(default_factory=list)
    """The ids of its rows; empty until it has ended, and if it found nothing to do."""

    @property
    def metadata(self) -> dict[str, Any]:
        """The ids of its rows, as metadata of an asset; empty if it found nothing to do."""
        if not self.execution_ids:
            return {}
        more = len(self.execution_ids) - _SHOWN_IDS
        shown = ", ".join(self.execution_ids[:_SHOWN_IDS])
        return {"executions": f"{shown} and {more} more" if more > 0 else shown}


@contextmanager
def executing(url: str, steps: dict[str, str], origin: Origin) -> Iterator[dict[str, Execution]]:
    """Records the steps of a block, named by process: {"writing": "content/posts_content"}.

    An error of the block is recorded for every active organization, because nobody knows whom it concerned.
    Transactions of the block know whether they were started by hand.
    """
    work_id = str(uuid.uuid4())
    with ExitStack() as stack:
        holder = stack.enter_context(connect(url, autocommit=True))
        # Lock first: every visible row is locked as long as its process lives.
        holder.execute(_LOCK, [work_id])
        with transaction(url) as connection:
            close_dead_executions(connection)
            ((started_at,),) = connection.execute("select clock_timestamp()").fetchall()
            connection.execute(
                load_sql("operations/execution_history/open.sql"),
                {
                    "steps": json.dumps([{"process": name, "step": step} for name, step in steps.items()]),
                    "triggered_by": origin.trigger,
                    "actor": origin.actor,
                    "run_id": origin.run_id,
                    "work_id": work_id,
                    "started_at": started_at,
                },
            )
        fault_points.reach("executions.open")
        executions = {process: Execution(step, started_at) for process, step in steps.items()}
        if origin.is_by_hand:
            stack.enter_context(started_by_hand())
        try:
            yield executions
        except BaseException as error:
            # If the database is away, the rows are closed later, as those of a dead process.
            with suppress(SyndicationError):
                _close(url, work_id, started_at, executions, sentence_of(error))
            raise
        _close(url, work_id, started_at, executions, None)


def _close(
    url: str, work_id: str, started_at: datetime, executions: dict[str, Execution], error_message: str | None
) -> None:
    rows = [{"process": process, **row} for process, execution in executions.items() for row in execution.tally.rows()]
    with transaction(url) as connection:
        written = connection.execute(
            load_sql("operations/execution_history/close.sql"),
            {
                "work_id": work_id,
                "executed_on": started_at.astimezone(UTC).date(),
                "rows": json.dumps(rows),
                "error_message": error_message,
            },
        ).fetchall()
    for process, execution_id in written:
        executions[process].execution_ids.append(execution_id)


def close_dead_executions(connection: Connection) -> int:
    """Closes the rows whose process has died; returns their number."""
    return connection.execute(load_sql("operations/execution_history/close_dead.sql")).rowcount


def sentence_of(error: BaseException) -> str:
    """What a person may read of an error. Of errors that are not ours only the kind is known to hold no secret."""
    if isinstance(error, SyndicationError):
        return as_sentence(str(error)) or "It failed."
    # dagster.Failure, whose description is our own sentence; Dagster takes a second to import.
    description = getattr(error, "description", None)
    if isinstance(description, str) and description:
        return as_sentence(description)
    if not isinstance(error, Exception):
        return f"It was stopped ({type(error).__name__})."
    return f"It failed with {type(error).__name__}: see its run in Dagster."
