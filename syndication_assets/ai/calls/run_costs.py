"""What the requests of a run to language models cost, for the history of executions."""

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.operations.executions.execution_recording import Execution


def charge_run(connection: Connection, execution: Execution, run_id: str) -> None:
    """Adds what the recorded calls of its run cost. The cost is unknown while that of a call is."""
    rows = connection.execute(
        load_sql("ai/llm_calls/cost_of_run.sql"), {"run_id": run_id, "started_at": execution.started_at}
    )
    for organization_id, cost, currency in rows:
        execution.tally.charge(organization_id, cost, currency)
