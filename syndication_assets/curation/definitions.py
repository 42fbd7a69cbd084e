"""The Dagster definitions of the curation room: every asset and check defined in the modules listed here."""

import dagster as dg

from syndication_assets.curation import assets, checks
from syndication_assets.curation.tagging import assets as tagging_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets, tagging_assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
