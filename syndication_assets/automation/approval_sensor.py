"""The sensor of approvals: what a person has approved gets its slot, without a run that waits for people."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from syndication_assets.automation.jobs import queue_job
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource

# Texts of older days were passed over long ago; days to come have no partition yet.
_DAYS_BACK = 30
_REST = timedelta(minutes=10)
"""How long after a queue run failed the next one of its day is asked for."""
_FAILED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dg.sensor(
    job=queue_job,
    minimum_interval_seconds=60,
    description="Sees approved texts that have no place in the queue yet, and requests the queue of their day.",
)
def approval_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    today = datetime.now(UTC).date()
    window = {
        "window_start": today - timedelta(days=_DAYS_BACK),
        "window_end": today + timedelta(days=1),
    }
    with transaction(postgres.url()) as connection:
        days = connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall()
    requests = []
    for planned_on, fingerprint in days:
        # Dagster asks for a run key once, however its run ends. So the same approved texts have one key for as long as
        # no run of their day fails, and another one after each that did.
        failed = context.instance.get_runs_count(_failed_runs(planned_on))
        if failed and context.instance.get_runs_count(_failed_runs(planned_on, datetime.now(UTC) - _REST)):
            continue
        requests.append(
            dg.RunRequest(run_key=f"{planned_on}-{fingerprint}-{failed}", partition_key=planned_on.isoformat())
        )
    yield from requests
    if not days:
        yield dg.SkipReason("no approved text waits for its place in the queue")
    elif not requests:
        yield dg.SkipReason("the queues of the waiting texts failed a moment ago: they are asked for again later")


def _failed_runs(planned_on: date, since: datetime | None = None) -> dg.RunsFilter:
    return dg.RunsFilter(
        job_name=queue_job.name,
        statuses=_FAILED,
        tags={"dagster/partition": planned_on.isoformat()},
        updated_after=since,
    )
