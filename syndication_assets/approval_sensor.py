"""The sensor of approvals: what a person has approved gets its slot, without a run that waits for people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from syndication_assets.automation import queue_job
from syndication_assets.resources.database import load_sql, transaction
from syndication_assets.resources.postgres import PostgresResource

# Texts of older days were passed over long ago; days to come have no partition yet.
_DAYS_BACK = 30


@dg.sensor(
    job=queue_job,
    minimum_interval_seconds=60,
    description="Sees approved texts that have no place in the queue yet, and requests the queue of their day.",
)
def approval_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    del context
    today = datetime.now(UTC).date()
    window = {
        "window_start": today - timedelta(days=_DAYS_BACK),
        "window_end": today + timedelta(days=1),
    }
    with transaction(postgres.url()) as connection:
        days = connection.execute(load_sql("publishing/days_to_plan.sql"), window).fetchall()
    for planned_on, fingerprint in days:
        # The same approved texts are asked for once: what found no slot then waits for a person.
        yield dg.RunRequest(run_key=f"{planned_on}-{fingerprint}", partition_key=planned_on.isoformat())
    if not days:
        yield dg.SkipReason("no approved text waits for its place in the queue")
