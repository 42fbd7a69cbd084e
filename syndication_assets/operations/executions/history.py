"""Lists the history of executions."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from syndication_assets.database.connection import Connection, load_sql

Status = Literal["running", "success", "partial", "failed", "killed", "idle"]


class ListedExecution(NamedTuple):
    """One row of operations.execution_history, with names for people."""

    execution_id: str
    organization: str
    process: str
    step: str
    platform: str | None
    channel_type: str | None
    content_process: str | None
    status: str
    triggered_by: str | None
    actor: str | None
    run_id: str | None
    started_at: datetime | None
    finished_at: datetime | None
    rows_in: int | None
    rows_out: int | None
    rows_rejected: int | None
    outcomes: dict[str, int]
    cost: Decimal | None
    currency: str | None
    times: int
    error_message: str | None


def list_executions(
    connection: Connection,
    *,
    since: datetime,
    organization: str | None = None,
    process: str | None = None,
    step: str | None = None,
    status: Status | None = None,
    run_id: str | None = None,
    execution_id: str | None = None,
    with_idle: bool = False,
    maximum: int = 50,
) -> list[ListedExecution]:
    """The executions since a time that all given filters let through, the newest first."""
    parameters: dict[str, Any] = {
        "since": since,
        "organization": organization,
        "process": process,
        "step": step,
        "status": status,
        "run_id": run_id,
        "execution_id": execution_id,
        "with_idle": with_idle or status == "idle",
        "maximum": maximum,
    }
    rows = connection.execute(load_sql("operations/execution_history/listed.sql"), parameters).fetchall()
    return [ListedExecution(*row) for row in rows]
