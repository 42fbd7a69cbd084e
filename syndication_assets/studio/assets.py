"""The assets of the studio: briefs, the visuals that are made of them, and what was measured."""

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import MAKE_VISUALS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.studio.making.making_processes import run_studio
from syndication_assets.studio.run_metadata import run_metadata

content_requests = external_table(
    "studio",
    "content_requests",
    "One row is one brief in one language: what is to be said, where, and how far it has come. Written by "
    "`syndication brief`; its state follows its visual, its texts and their posts.",
)


@dg.asset(
    key=["studio", "generated_assets"],
    group_name="studio",
    deps=[
        content_requests,
        dg.AssetKey(["brand", "brand_profiles"]),
        dg.AssetKey(["brand", "visual_templates"]),
        dg.AssetKey(["channels", "picture_formats"]),
    ],
    kinds={"postgres", "python"},
    owners=OWNERS,
    tags=MAKE_VISUALS,
    pool="studio",
    metadata={"dagster/table_name": "studio.generated_assets"},
)
def generated_assets(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row is one visual that was made of a brief, in all formats of its channels.

    A run makes the briefs that wait: it takes the current versions of template and brand, a photo of the first stock
    source that has one, renders each format, and measures each picture by the compliance rules. Many are made in
    several processes. Files are below SYNDICATION_MEDIA_URL, and a picture that two channels share is stored once.

    A re-run makes nothing again. What fails for a reason that may pass is tried again after 5 minutes, 1 hour, 6 hours
    and a day; what a person has to change waits with its reason in `syndication brief list`.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        run = run_studio(url, settings, run_id=context.run.run_id, log=context.log)
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    return dg.MaterializeResult(metadata=run_metadata(url, settings.media_url, run))


asset_variants = external_table(
    "studio",
    "asset_variants",
    "One row is a visual in one format of one channel, as a stored picture. Written with studio/generated_assets.",
    deps=[dg.AssetKey(["studio", "generated_assets"])],
    tags=MAKE_VISUALS,
)
compliance_results = external_table(
    "studio",
    "compliance_results",
    "One row is what was measured of a variant by one rule. Written with studio/generated_assets.",
    deps=[dg.AssetKey(["studio", "generated_assets"])],
    tags=MAKE_VISUALS,
)
