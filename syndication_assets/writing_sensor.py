"""The sensor of unwritten texts: what a language model could not write when it was not there is asked for again."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.content.llm_writer import MOST_ATTEMPTS
from syndication_assets.resources.database import load_sql, transaction
from syndication_assets.resources.language_model import PASSING_ERRORS
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.settings import Settings

_SECONDS = 1800

write_job = dg.define_asset_job(
    "write",
    selection=dg.AssetSelection.assets(
        ["content", "posts_core"],
        ["content", "posts_content"],
        ["content", "compliance_checks"],
        ["content", "approvals"],
        ["publishing", "post_targets"],
    ),
    description="Writes, checks, approves and queues the texts of a day that are not there yet; it selects nothing.",
    executor_def=dg.in_process_executor,
)


@dg.sensor(
    job=write_job,
    minimum_interval_seconds=_SECONDS,
    description="Sees texts of today that the language model has not written, and asks for them again every half hour.",
)
def writing_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    del context
    if Settings.from_environment().openai_api_key is None:
        yield dg.SkipReason("templates write: what one could not fill needs another template, and not another try")
        return
    now = datetime.now(UTC)
    with transaction(postgres.url()) as connection:
        ((texts,),) = connection.execute(
            load_sql("content/posts_to_retry.sql"),
            {
                "planned_on": now.date(),
                "last_attempt": MOST_ATTEMPTS,
                "passing_errors": sorted(PASSING_ERRORS),
            },
        ).fetchall()
    if texts:
        # A run that failed is asked for again, too: only its half hour is over.
        half_hour = int(now.timestamp()) // _SECONDS
        yield dg.RunRequest(run_key=f"{now.date()}-{half_hour}", partition_key=now.date().isoformat())
    else:
        yield dg.SkipReason("no text of today waits for the language model")
