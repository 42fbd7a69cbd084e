"""The Dagster definitions of the landing room: all assets and checks defined in the listed modules."""

import dagster as dg

from syndication_assets.landing import assets, checks

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
