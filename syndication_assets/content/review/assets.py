"""The assets of the review: user-maintained approval rules, and the decisions that follow from them."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from syndication_assets import fault_points
from syndication_assets.content.rounds.text_rounds import decide_by_rule
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.executions.tally import Channel, Tally, content_process_of
from syndication_assets.sql_assets.cadence import WRITING
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table

approval_rules = external_table(
    "content",
    "approval_rules",
    (
        "One row lets compliant texts of one channel be approved automatically, depending on their generator and the "
        "score of their selection. User-maintained: without a row, people decide with `syndication review`."
    ),
)


@dg.asset(
    key=["content", "approvals"],
    group_name="content",
    description=description_of("content/approvals/merge.sql"),
    deps=[
        dg.AssetKey(["content", "posts_content"]),
        dg.AssetKey(["content", "compliance_checks"]),
        dg.AssetKey(["content", "product_selections"]),
        dg.AssetKey(["content", "approval_rules"]),
        dg.AssetKey(["approval", "workflows"]),
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=WRITING,
    metadata={"dagster/table_name": "content.approvals"},
)
def approvals(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    first_day, end_day = window_of(context)
    with (
        executing_asset(context, postgres.url(), "approving") as execution,
        transaction(postgres.url(), lock="content.approvals") as connection,
    ):
        connection.execute("select set_config('app.actor', 'content/approvals', true)")
        undecided = connection.execute(
            load_sql("content/undecided_texts.sql"), {"window_start": first_day, "window_end": end_day}
        ).fetchall()
        counts, refused = decide_by_rule(connection, first_day, end_day)
        _count(execution.tally, connection, undecided)
        fault_points.reach("approvals.before_commit")
        waiting = connection.execute(load_sql("content/waiting_for_decision.sql"), {"organization": None}).fetchall()
        metadata = table_metadata(connection, "content", "approvals")
    context.log.info(
        f"approvals: {first_day} to {end_day} (exclusive): {counts['rows_written']:,} texts approved by rule, "
        f"{counts['texts_left_for_review']:,} left for review; {len(waiting):,} texts wait for review in total"
    )
    for content_id, reason in refused.items():
        context.log.warning(f"{content_id} waits without a round: {reason}")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            **counts,
            **execution.metadata,
            "texts_waiting_for_review": len(waiting),
            "waiting": dg.MetadataValue.md(
                markdown_table(
                    ("content", "planned on", "channel", "generator", "state", "reasons", "kind"), waiting[:20]
                )
            ),
        }
    )


def _count(tally: Tally, connection: Connection, undecided: Sequence[tuple[Any, ...]]) -> None:
    """Adds the texts that were undecided: a text that is left to people is no failure."""
    states: dict[str, str] = dict(
        connection.execute(
            "select content_id, state::text from content.posts_content where content_id = any(%s)",
            [[content_id for *_, content_id in undecided]],
        ).fetchall()
    )
    for organization_id, platform, channel_type, post_kind, content_id in undecided:
        is_approved = states[content_id] == "approved"
        tally.add(
            organization_id,
            Channel(platform, channel_type, content_process_of(post_kind)),
            came_in=1,
            went_out=1,
            outcomes={"approved" if is_approved else "left_for_review": 1},
        )
