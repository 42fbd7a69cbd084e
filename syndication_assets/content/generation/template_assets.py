"""The asset that gives every organization the default templates."""

import dagster as dg

from syndication_assets.content.generation.text_template_rows import (
    default_templates,
    load_templates,
    read_templates,
)
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import REFERENCE
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.table_metadata import table_metadata


@dg.asset(
    key=["content", "content_templates"],
    group_name="content",
    description=description_of("content/content_templates/merge.sql"),
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=REFERENCE,
    metadata={"dagster/table_name": "content.content_templates"},
)
def content_templates(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    with transaction(postgres.url(), lock="content.content_templates") as connection:
        counts = load_templates(connection, default_templates())
        _, broken = read_templates(connection)
        metadata = table_metadata(connection, "content", "content_templates")
    for error in broken:
        context.log.error(str(error))
    context.log.info(
        f"content_templates: {counts['templates_added']:,} templates and {counts['versions_added']:,} versions added, "
        f"{counts['user_templates_kept']:,} user-maintained templates kept"
    )
    return dg.MaterializeResult(metadata={**metadata, **counts, "templates_broken": len(broken)})
