"""What the documents room gives to Dagster. A module's assets and checks join by being defined in it."""

import dagster as dg

from syndication_assets.documents import assets, checks, feed_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([feed_assets, assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
