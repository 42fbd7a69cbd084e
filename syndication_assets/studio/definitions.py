"""The Dagster definitions of the studio room: all assets and checks of the modules listed here."""

import dagster as dg

from syndication_assets.studio import assets, checks

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
