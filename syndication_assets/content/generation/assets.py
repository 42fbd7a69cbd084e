"""The assets that write a day: its posts, their texts, and the result of every rule for every text."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from syndication_assets.ai.calls.run_costs import charge_run
from syndication_assets.content.generation.day_of_texts import write_day
from syndication_assets.content.generation.model_writing import DayOfTexts
from syndication_assets.content.generation.writing_counts import STEPS, count_written
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.executions.asset_executions import origin_of
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import WRITING
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table

TABLES = {
    "posts_core": description_of("content/posts_core/merge.sql"),
    "posts_content": (
        "One row is one version of one variation of a post's text, written by a template, a language model or a "
        "person. With OPENAI_API_KEY the model writes, for today only; without it templates write, for any day. If the "
        "model is down, templates replace it where content.writing_rules says so. A text that breaks a hard rule waits "
        "for review. A re-run adds missing texts and changes no existing text."
    ),
    "compliance_checks": (
        "One row is the result of checking one text against one rule: a requirement of the channel, or a rule for all "
        "channels (no other link, no price, discount, size or material that is not in the catalogue, no near "
        "duplicate). A re-run changes nothing."
    ),
}
_ROWS_OF_DAY = {
    "posts_core": "select count(*) from content.posts_core where planned_on = %s",
    "posts_content": (
        "select count(*) from content.posts_core inner join content.posts_content using (organization_id, post_core_id)"
        " where planned_on = %s"
    ),
    "compliance_checks": (
        "select count(*) from content.posts_core inner join content.posts_content using (organization_id, post_core_id)"
        " inner join content.compliance_checks using (organization_id, content_id) where planned_on = %s"
    ),
}


@dg.multi_asset(
    name="posts_content",
    specs=[
        dg.AssetSpec(
            key=["content", table],
            group_name="content",
            description=description,
            deps=[
                dg.AssetKey(["content", "product_selections"]),
                dg.AssetKey(["content", "section_selections"]),
                dg.AssetKey(["content", "content_templates"]),
                dg.AssetKey(["catalogue", "products"]),
                dg.AssetKey(["channels", "channel_requirements"]),
            ],
            kinds={"postgres", "python"},
            owners=OWNERS,
            tags=WRITING,
            metadata={"dagster/table_name": f"content.{table}"},
        )
        for table, description in TABLES.items()
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool="llm",
)
def posts_content(
    context: dg.AssetExecutionContext, postgres: PostgresResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Writes each day of the range in its own transaction, in order."""
    settings = Settings.from_environment()
    url = postgres.url()
    first_day, end_day = window_of(context)
    days = []
    # Without the lock, two concurrent runs would pay for each text twice.
    with executing(url, STEPS, origin_of(context)) as executions, transaction(url, lock="content.posts_content"):
        for number in range((end_day - first_day).days):
            day = write_day(url, first_day + timedelta(days=number), settings, context.run.run_id)
            days.append(day)
            count_written(executions["writing"].tally, executions["checking"].tally, day.texts, day.missing)
            for warning in day.warnings:
                context.log.warning(f"{day.day}: {warning}")
            for reason, count in day.unwritten.items():
                context.log.warning(f"{day.day}: {count:,} text(s) were not written. {reason}")
            compliant = sum(text.is_compliant for text in day.texts)
            context.log.info(
                f"{day.day}: {len(day.texts):,} texts written, {len(day.texts) - compliant:,} of them need review"
            )
        with transaction(url) as connection:
            charge_run(connection, executions["writing"], context.run.run_id)
    executed = {
        "posts_content": executions["writing"].metadata,
        "compliance_checks": executions["checking"].metadata,
    }
    with transaction(url) as connection:
        for table in TABLES:
            key = dg.AssetKey(["content", table])
            for day in days:
                count = connection.execute(_ROWS_OF_DAY[table], [day.day]).fetchall()[0][0]
                context.add_asset_metadata(
                    {"dagster/partition_row_count": int(count)}, asset_key=key, partition_key=day.day.isoformat()
                )
            details = _details(days) if table == "posts_content" else {}
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={**table_metadata(connection, "content", table), **details, **executed.get(table, {})},
            )


def _details(days: list[DayOfTexts]) -> dict[str, dg.MetadataValue | int | float]:
    texts = [text for day in days for text in day.texts]
    rules: Counter[str] = Counter()
    unwritten: Counter[str] = Counter()
    calls = CallTotals()
    for day in days:
        calls.include(day.calls)
        rules.update(day.broken_rules)
        unwritten.update(day.unwritten)
    details: dict[str, dg.MetadataValue | int | float] = {
        "texts_written": len(texts),
        "texts_compliant": sum(text.is_compliant for text in texts),
        "texts_unwritten": unwritten.total(),
        **{f"written_by_{name}": count for name, count in sorted(Counter(t.generator for t in texts).items())},
        **(calls.metadata() if calls.calls else {}),
    }
    if rules:
        details["broken_rules"] = dg.MetadataValue.md(markdown_table(("rule", "texts"), rules.most_common()))
    if unwritten:
        details["unwritten"] = dg.MetadataValue.md(markdown_table(("reason", "texts"), unwritten.most_common()))
    if texts:
        rows = [(t.post.planned_on, t.post.channel.platform, t.generator, t.draft.text_content) for t in texts[:10]]
        details["texts"] = dg.MetadataValue.md(markdown_table(("day", "platform", "generator", "text"), rows))
    return details
