"""The Dagster definitions of the engagement room: all assets and checks of the modules listed here."""

import dagster as dg

from syndication_assets.engagement import assets, checks, priorities
from syndication_assets.engagement.report import database_report, report_asset

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets, priorities, report_asset, database_report], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks, priorities]),
)
