"""What the engagement room gives to Dagster. A module's assets and checks join by being defined in it."""

import dagster as dg

from syndication_assets.engagement import assets, checks, priorities, report_asset

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets, priorities, report_asset], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks, priorities]),
)
