"""The writing sensor: requests texts again that the language model could not write while it was unreachable."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.ai.chat_completions.answers import UNUSABLE_ANSWERS
from syndication_assets.automation.jobs import write_job
from syndication_assets.content.generation.llm_writer import MOST_UNUSABLE_ANSWERS
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.settings import Settings

_RETRY_SECONDS = 1800


@dg.sensor(
    job=write_job,
    minimum_interval_seconds=_RETRY_SECONDS,
    description="Finds texts of today that the language model has not written, and requests them every half hour.",
)
def writing_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    del context
    if Settings.from_environment().openai_api_key is None:
        yield dg.SkipReason("templates write the texts: a text that no template could fill needs another template")
        return
    now = datetime.now(UTC)
    with transaction(postgres.url()) as connection:
        ((texts,),) = connection.execute(
            load_sql("content/posts_to_retry.sql"),
            {
                "planned_on": now.date(),
                "last_attempt": MOST_UNUSABLE_ANSWERS,
                "unusable_answers": sorted(UNUSABLE_ANSWERS),
            },
        ).fetchall()
    if texts:
        # A failed run is requested again in the next half hour, because its key has changed by then.
        half_hour = int(now.timestamp()) // _RETRY_SECONDS
        yield dg.RunRequest(run_key=f"{now.date()}-{half_hour}", partition_key=now.date().isoformat())
    else:
        yield dg.SkipReason("no text of today is waiting for the language model")
