"""The approval sensor: approved texts get their slots without a run that waits for people."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from syndication_assets.automation.jobs import queue_job
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource

# Texts of older days are not published any more; later days have no partition yet.
_DAYS_BACK = 30
_RETRY_DELAY = timedelta(minutes=10)
"""The time between a failed queue run and the next request for its day."""
_FAILED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dg.sensor(
    job=queue_job,
    minimum_interval_seconds=60,
    description="Finds approved texts without a slot, and requests a queue run for their day.",
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
        # Dagster runs a run key once, even if the run fails. Counting failed runs in the key gives the same approved
        # texts one key until a run of their day fails, and a new key after each failure.
        failed = context.instance.get_runs_count(_failed_runs(planned_on))
        if failed and context.instance.get_runs_count(_failed_runs(planned_on, datetime.now(UTC) - _RETRY_DELAY)):
            continue
        requests.append(
            dg.RunRequest(run_key=f"{planned_on}-{fingerprint}-{failed}", partition_key=planned_on.isoformat())
        )
    yield from requests
    if not days:
        yield dg.SkipReason("every approved text has its slot")
    elif not requests:
        yield dg.SkipReason("queue runs of the waiting texts have just failed; they are requested again later")


def _failed_runs(planned_on: date, since: datetime | None = None) -> dg.RunsFilter:
    return dg.RunsFilter(
        job_name=queue_job.name,
        statuses=_FAILED,
        tags={"dagster/partition": planned_on.isoformat()},
        updated_after=since,
    )
