"""The asset that writes the posts of briefs."""

import dagster as dg

from syndication_assets.ai.calls.run_costs import charge_run
from syndication_assets.content.briefs.brief_posts import BriefRun, write_brief_posts
from syndication_assets.content.generation.writing_counts import STEPS, count_written
from syndication_assets.database.connection import database_url, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.asset_executions import origin_of
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import MAKE_VISUALS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.text.markdown import markdown_table, shorten


@dg.asset(
    key=["content", "brief_posts"],
    group_name="content",
    deps=[dg.AssetKey(["studio", "generated_assets"]), dg.AssetKey(["channels", "channel_requirements"])],
    kinds={"postgres", "python"},
    owners=OWNERS,
    tags=MAKE_VISUALS,
    pool="llm",
    metadata={"dagster/table_name": "content.brief_posts"},
)
def brief_posts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row is the post of one channel of a brief, with the newest version of its text and its picture.

    A run writes a text for each channel of the briefs whose visuals are made: from the brief's own words, or with the
    language model of the settings. The rules of the channel hold, a text may claim the facts that the requester states,
    and it waits for a decision in `syndication review`, unless an approval rule covers it.

    A re-run writes nothing again. A visual that was made again gets the words of the former text, as a new version.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        with executing(url, STEPS, origin_of(context)) as executions:
            run = write_brief_posts(url, settings, run_id=context.run.run_id)
            count_written(executions["writing"].tally, executions["checking"].tally, run.texts, [])
            with transaction(url) as connection:
                charge_run(connection, executions["writing"], context.run.run_id)
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    for warning in run.warnings:
        context.log.warning(warning)
    for reason, count in run.unwritten.items():
        context.log.warning(f"{count:,} text(s) were not written. {reason}")
    with transaction(url) as connection:
        ((rows,),) = connection.execute("select count(*) from content.brief_posts").fetchall()
        metadata = table_metadata(connection, "content", "brief_posts")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            **executions["writing"].metadata,
            "dagster/row_count": int(rows),
            "texts_written": len(run.texts),
            "texts_compliant": sum(text.is_compliant for text in run.texts),
            "texts_unwritten": run.unwritten.total(),
            "texts": dg.MetadataValue.md(_table(run)),
        }
    )


def _table(run: BriefRun) -> str:
    return markdown_table(
        ("channel", "language", "text", "breaks"),
        [
            (
                f"{text.post.channel.platform}/{text.post.channel.channel_type}",
                text.draft.language,
                shorten(text.draft.text_content),
                ", ".join(text.broken_rules),
            )
            for text in run.texts[:20]
        ],
    )
