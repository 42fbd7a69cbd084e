"""The assets that write a day: its posts, their texts, and the result of every rule for every text."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from syndication_assets import fault_points
from syndication_assets.ai.run_costs import charge_run
from syndication_assets.content.generation.model_writing import DayOfTexts, write_posts_with_model
from syndication_assets.content.generation.posts_to_write import PostToWrite, posts_to_write
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.template_rows import read_templates
from syndication_assets.content.generation.writing import (
    VariationError,
    remember,
    store,
    write_without_model,
)
from syndication_assets.content.generation.writing_counts import STEPS, count_written
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.executions.asset_executions import origin_of
from syndication_assets.operations.executions.recording import executing
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import WRITING
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.windows import run_window, window_of
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


def write_day(url: str, day: date, settings: Settings, run_id: str | None = None) -> DayOfTexts:
    """Writes the missing texts of a day, with the language model if there is an API key, else from templates.

    Texts from templates are stored in one transaction. Texts from a model are stored one by one, because each was paid
    for. The model writes only today's posts; variations that reuse an existing variation 1 are derived on any day.
    SyndicationError if the model's settings are incomplete.
    """
    with transaction(url) as connection:
        run_window(connection, "content/posts_core/merge.sql", day, day + timedelta(days=1))
    with transaction(url) as connection:
        templates, broken = read_templates(connection)
        posts = posts_to_write(connection, day, templates)
        result = DayOfTexts(day, warnings=[str(error) for error in broken])
        if settings.openai_api_key is None:
            _write_without_model(posts, result)
            store(connection, result.texts)
            fault_points.reach("posts_content.before_commit")
            return result
    today = datetime.now(UTC).date()
    if posts and day != today:
        unwritable = [post for post in posts if not post.needs_no_writer]
        reason = (
            f"The language model writes only today's posts, and today is {today} (UTC). Unset OPENAI_API_KEY to write "
            "the texts of other days from templates."
        )
        result.missing += [(post, reason) for post in unwritable]
        posts = [post for post in posts if post.needs_no_writer]
    if posts:
        outcome = asyncio.run(write_posts_with_model(url, posts, settings, result, run_id))
        result.texts = outcome.texts
        result.missing += [(post, reason) for reason, unwritten in outcome.unwritten.items() for post in unwritten]
        result.warnings += [
            f"Templates wrote {count:,} text(s) instead of the language model. {reason}"
            for reason, count in outcome.replaced.items()
        ]
    return result


def _write_without_model(posts: Iterable[PostToWrite], result: DayOfTexts) -> None:
    for post in posts:
        try:
            text = write_without_model(post)
        except (TemplateError, VariationError) as error:
            result.missing.append((post, str(error)))
            continue
        remember(text)
        result.texts.append(text)


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
