"""The assets of the curation room: search terms of posts and what rules tag, and the tables that people maintain."""

from collections.abc import Iterator

import dagster as dg

from syndication_assets import fault_points
from syndication_assets.curation.rules.rule_runs import tag_scope
from syndication_assets.curation.search.post_documents import begin_scope, read_documents
from syndication_assets.curation.tagging.classifications import apply_answers
from syndication_assets.database.connection import analyze_grown_tables, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import ROLLUP
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import describe_run, table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.sql_assets.windows import window_of

tags = external_table(
    "curation",
    "tags",
    "One row is one tag that people, rules and models give to posts. User-maintained, by commands and the "
    "configuration file.",
)
tag_rules = external_table(
    "curation",
    "tag_rules",
    "One row is one rule: every post that meets its filter and text query gets its tag. User-maintained; a "
    "change takes effect with the next run of a day, and for all days with `syndication tag-rule backfill`.",
    deps=[tags],
)
actions = external_table(
    "curation",
    "actions",
    "One row is one thing to do with one post, such as a comment, which a person does and reports. User-maintained.",
)

DESCRIPTIONS = {
    "post_documents": (
        "One row is the text of one post as search terms, in the configuration of its language. A run reads the texts "
        "of the posts that were observed on its days, if they are new or changed; a re-run changes nothing."
    ),
    "post_tags": (
        "One row is what one source says of one tag of one post: a person, a rule or a model. A run writes the rows of "
        "rules for the posts that were observed on its days, from their newest facts, and those of models, from their "
        "current answers; it leaves those of people alone. Days may run in any order, any number of times."
    ),
}


@dg.multi_asset(
    name="post_tags",
    specs=[
        dg.AssetSpec(
            key=["curation", table],
            group_name="curation",
            description=description,
            deps=[
                dg.AssetKey(["scraping", "posts"]),
                dg.AssetKey(["scraping", "data_downloads"]),
                dg.AssetKey(["scraping", "post_hashtags"]),
                dg.AssetKey(["curation", "tag_rules"]),
                dg.AssetKey(["curation", "post_classifications"]),
            ],
            kinds={"postgres", "python"},
            owners=OWNERS,
            tags=ROLLUP,
            metadata={"dagster/table_name": f"curation.{table}"},
        )
        for table, description in DESCRIPTIONS.items()
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def post_tags(context: dg.AssetExecutionContext, postgres: PostgresResource) -> Iterator[dg.MaterializeResult[None]]:
    """All days of the run in one transaction."""
    first_day, end_day = window_of(context)
    analyze_grown_tables(postgres.url(), {"scraping", "curation"})
    with transaction(postgres.url(), lock="curation.post_tags") as connection:
        posts = begin_scope(connection, first_day, end_day)
        texts = read_documents(connection)
        tagged = tag_scope(connection)
        by_models = apply_answers(connection)
        fault_points.reach("post_tags.before_commit")
        metadata = {table: table_metadata(connection, "curation", table) for table in DESCRIPTIONS}
    fault_points.reach("post_tags.after_commit")
    context.log.info(
        f"{first_day} to {end_day} (exclusive): {posts:,} posts, {texts:,} texts read, {tagged.matched:,} tags by "
        f"rules, {tagged.written:,} written, {tagged.removed:,} removed"
    )
    counts = {
        "post_documents": {"posts": posts, "texts_read": texts},
        "post_tags": {
            "posts": posts,
            **tagged._asdict(),
            "suggested_by_models": by_models.suggested,
            "applied_by_models": by_models.applied,
        },
    }
    for table in DESCRIPTIONS:
        key = dg.AssetKey(["curation", table])
        describe_run(context, key, {**metadata[table], **counts[table]})
        yield dg.MaterializeResult(asset_key=key)
