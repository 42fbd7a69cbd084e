"""The checks of the content room's tables."""

import dagster as dg

from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.text_template_rows import read_templates
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.checks import (
    SHOWN_OFFENDERS,
    SqlCheck,
    check_window,
    days_metadata,
    read_only_transaction,
    sql_checks,
)
from syndication_assets.text.markdown import markdown_table

WARN = dg.AssetCheckSeverity.WARN

CHECKS = [
    SqlCheck("section_channels", "channels_have_a_schedule", WARN),
    SqlCheck("section_selections", "sections_were_known_on_the_day"),
    SqlCheck("section_selections", "no_section_repeats"),
    SqlCheck("approval_rules", "generators_are_known"),
    SqlCheck("product_selections", "scores_are_weighted_means"),
    SqlCheck("product_selections", "products_were_known_on_the_day"),
    SqlCheck("product_selections", "no_product_repeats_too_soon", WARN),
    SqlCheck("product_selections", "every_channel_has_its_product", WARN),
    SqlCheck("posts_core", "every_selection_has_its_post"),
    SqlCheck("posts_core", "every_section_selection_has_its_post"),
    SqlCheck("posts_content", "every_post_has_its_texts", WARN),
    SqlCheck("posts_content", "broken_hard_rules_need_review"),
    SqlCheck("posts_content", "older_versions_are_superseded"),
    SqlCheck("posts_content", "variations_differ"),
    SqlCheck("compliance_checks", "every_text_was_checked"),
    SqlCheck("approvals", "approved_texts_have_an_approval"),
    SqlCheck("approvals", "open_rounds_are_of_undecided_texts"),
    SqlCheck("approvals", "waiting_texts_have_a_round", WARN),
]

content_checks = sql_checks("content", CHECKS)


@dg.asset_check(asset=["content", "content_templates"])
def placeholders_are_known(postgres: PostgresResource) -> dg.AssetCheckResult:
    """The newest version of every active template can be parsed: each placeholder exists, each bracket is closed."""
    with read_only_transaction(postgres.url()) as connection:
        _, broken = read_templates(connection)
    return dg.AssetCheckResult(
        passed=not broken,
        description=str(broken[0]) if broken else "The newest version of every active template can be parsed.",
        metadata={
            "offenders": len(broken),
            "first_offenders": dg.MetadataValue.md(
                markdown_table(["problem"], [(str(error),) for error in broken[:SHOWN_OFFENDERS]])
            ),
        },
    )


@dg.asset_check(asset=["content", "posts_content"])
def hashes_match_their_texts(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> dg.AssetCheckResult:
    """The hash of every text matches what would be published, because approvals are bound to the hash."""
    window = check_window(context)
    with read_only_transaction(postgres.url()) as connection:
        rows = connection.execute(
            "select c.content_id, c.content_hash, c.text_content, c.link_url, c.image_url, c.alt_text,"
            " c.picture_file_id"
            " from content.posts_core as p inner join content.posts_content as c"
            " on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id"
            " where p.planned_on >= %s and p.planned_on < %s order by c.content_id",
            window,
        ).fetchall()
    wrong = [
        content_id
        for content_id, content_hash, text, link_url, image_url, alt_text, picture in rows
        if Draft(
            text, link_url=link_url, image_url=image_url, alt_text=alt_text, picture_file_id=picture
        ).content_hash()
        != content_hash
    ]
    return dg.AssetCheckResult(
        passed=not wrong,
        description=(
            f"{len(wrong):,} text(s) do not match their hash; the first is {wrong[0]}. Edit them to write new versions."
            if wrong
            else f"All {len(rows):,} texts match their hash."
        ),
        metadata={"offenders": len(wrong), **days_metadata(window, matter=True)},
    )
