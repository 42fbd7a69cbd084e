"""The asset that asks a language model for the tags of posts, and the tables around it."""

import dagster as dg

from syndication_assets.ai.calls.run_costs import charge_run
from syndication_assets.curation.tagging.tagging_run import TaggingRun, tag_days
from syndication_assets.database.connection import analyze_grown_tables, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.executions.tally import Tally
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import TAG_POSTS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import describe_run, table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table

proposed_tags = external_table(
    "curation",
    "proposed_tags",
    "One row is one new tag that a language model proposed for posts. It is no tag until a person accepts it. "
    "User-maintained, with `syndication tag suggestions`, `accept` and `reject`.",
    deps=[dg.AssetKey(["curation", "post_classifications"])],
)


@dg.asset(
    key=["curation", "post_classifications"],
    group_name="curation",
    description=(
        "One row is what one language model answered about one text of one post. With OPENAI_API_KEY, a run asks which "
        "of the tags that are for models fit the posts that were observed on its days, several posts at a time. A post "
        "is asked about once for each text, model, version of the prompt and list of tags. A post without a usable "
        "answer is parked until a person acts. Without a key, nothing is asked and nothing is written."
    ),
    deps=[
        dg.AssetKey(["scraping", "posts"]),
        dg.AssetKey(["scraping", "data_downloads"]),
        dg.AssetKey(["curation", "tags"]),
    ],
    kinds={"postgres", "python"},
    owners=OWNERS,
    tags=TAG_POSTS,
    metadata={"dagster/table_name": "curation.post_classifications"},
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool="llm",
)
def post_classifications(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """All days of the run are asked about together; each answer is committed by itself."""
    settings = Settings.from_environment()
    url = postgres.url()
    first_day, end_day = window_of(context)
    analyze_grown_tables(url, {"scraping", "curation"})
    with executing_asset(context, url, "tagging") as execution:
        run = tag_days(url, first_day, end_day, settings, context.run.run_id)
        count_run(execution.tally, run)
        with transaction(url) as connection:
            charge_run(connection, execution, context.run.run_id)
    for warning in run.warnings:
        context.log.warning(warning)
    for reason, posts in run.unanswered.items():
        context.log.warning(f"{posts:,} posts got no answer and wait for the next run. {reason}")
    if run.reason is not None:
        context.log.warning(run.reason)
    else:
        context.log.info(
            f"{first_day} to {end_day} (exclusive): {run.posts:,} posts to ask about, {len(run.outcome.answered):,} "
            f"answered, {len(run.outcome.parked):,} parked; {run.tagged.applied:,} tags apply and "
            f"{run.tagged.suggested:,} are suggested"
        )
    with transaction(url) as connection:
        metadata = table_metadata(connection, "curation", "post_classifications")
    describe_run(context, context.asset_key, {**metadata, **details_of(run), **execution.metadata})
    return dg.MaterializeResult()


def count_run(tally: Tally, run: TaggingRun) -> None:
    """Adds the posts of a run to the history of executions."""
    for each in run.outcome.answered:
        tally.add(each.organization_id, came_in=1, went_out=1)
    for each in run.outcome.parked:
        tally.add(each.organization_id, came_in=1, rejected=1, reason=each.reason, outcomes={"parked": 1})
    for organization_id, reasons in run.outcome.unanswered.items():
        for reason, posts in reasons.items():
            tally.add(organization_id, came_in=posts, rejected=posts, reason=reason)


def details_of(run: TaggingRun) -> dict[str, dg.MetadataValue | int | float | str]:
    """The metadata of a run."""
    details: dict[str, dg.MetadataValue | int | float | str] = {
        "posts_asked": run.posts - run.unanswered.total(),
        "posts_answered": len(run.outcome.answered),
        "posts_parked": len(run.outcome.parked),
        "posts_left_for_later": run.later + run.unanswered.total(),
        "tags_applied": run.tagged.applied,
        "tags_suggested": run.tagged.suggested,
        "tags_written": run.tagged.written,
        "tags_removed": run.tagged.removed,
        **(run.calls.metadata() if run.calls.calls else {}),
    }
    if run.reason is not None:
        details["nothing_asked"] = run.reason
    if run.unanswered:
        details["unanswered"] = dg.MetadataValue.md(markdown_table(("reason", "posts"), run.unanswered.most_common()))
    return details
