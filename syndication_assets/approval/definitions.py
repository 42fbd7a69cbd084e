"""The Dagster definitions of the approval room: every asset and check defined in the modules listed here."""

import dagster as dg

from syndication_assets.approval import assets, checks

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
