"""The assets of the brand room: brands and their files, which people maintain, and the visual templates."""

import base64

import dagster as dg

from syndication_assets.brand.example.example_brand import example_look
from syndication_assets.brand.templates.template_preview import example_fields, preview_picture, sheet_of, small
from syndication_assets.brand.templates.template_rows import Document, default_documents, load_templates
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.sample_photo import sample_photo
from syndication_assets.sql_assets.cadence import REFERENCE
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.table_specs import external_table

_PREVIEW_PIXELS = 360

brand_profiles = external_table(
    "brand",
    "brand_profiles",
    "One row is one brand; its versions, which never change, say what it looks and sounds like. User-maintained, by "
    "commands and the configuration file.",
)
brand_assets = external_table(
    "brand",
    "brand_assets",
    "One row is one file of a brand: a logo, a font, a picture. brand.brand_asset_usage counts the versions that were "
    "drawn with it. User-maintained, by commands.",
    deps=[brand_profiles],
)


@dg.asset(
    key=["brand", "visual_templates"],
    group_name="brand",
    description=description_of("brand/visual_templates/merge.sql"),
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=REFERENCE,
    metadata={"dagster/table_name": "brand.visual_templates"},
)
def visual_templates(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    documents = default_documents()
    with transaction(postgres.url(), lock="brand.visual_templates") as connection:
        counts = load_templates(connection, documents)
        metadata = table_metadata(connection, "brand", "visual_templates")
    context.log.info(
        f"visual_templates: {counts['templates_added']:,} templates and {counts['versions_added']:,} versions added, "
        f"{counts['user_templates_kept']:,} user-maintained templates kept"
    )
    return dg.MaterializeResult(metadata={**metadata, **counts, "preview": _preview(documents)})


def _preview(documents: list[Document]) -> dg.MetadataValue:
    """The first format of each template that comes with the project, in the look of the demo brand."""
    look, photo, pictures = example_look(), sample_photo(_PREVIEW_PIXELS, _PREVIEW_PIXELS), []
    for document in documents:
        template = small(read_template(document), _PREVIEW_PIXELS)
        first = template.formats[0].name
        pictures.append(preview_picture(template, first, look, "en", example_fields(template, "en", photo)).content)
    image = base64.b64encode(sheet_of(pictures, row_height=_PREVIEW_PIXELS)).decode()
    names = ", ".join(str(document["name"]) for document in documents)
    return dg.MetadataValue.md(f"![{names}](data:image/png;base64,{image})")
