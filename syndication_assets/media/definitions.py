"""The Dagster definitions of the media room: all assets and checks of the modules listed here."""

import dagster as dg

from syndication_assets.media import assets, checks
from syndication_assets.media.analysis import assets as analysis_assets
from syndication_assets.media.archive import assets as archive_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets, analysis_assets, archive_assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
