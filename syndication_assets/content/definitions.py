"""The Dagster definitions of the content room: every asset and check defined in the modules listed here."""

import dagster as dg

from syndication_assets.content import checks
from syndication_assets.content.briefs import assets as brief_assets
from syndication_assets.content.briefs import checks as brief_checks
from syndication_assets.content.generation import assets as generation_assets
from syndication_assets.content.generation import template_assets
from syndication_assets.content.review import assets as review_assets
from syndication_assets.content.selection import product_selection, section_selection

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(
        [product_selection, section_selection, generation_assets, template_assets, review_assets, brief_assets],
        include_specs=True,
    ),
    asset_checks=dg.load_asset_checks_from_modules([checks, brief_checks]),
)
