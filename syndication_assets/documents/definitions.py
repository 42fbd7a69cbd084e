"""The Dagster definitions of the documents room: all assets and checks of the modules listed here."""

import dagster as dg

from syndication_assets.documents import assets, checks
from syndication_assets.documents.feeds import feed_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([feed_assets, assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
