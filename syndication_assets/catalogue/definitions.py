"""The Dagster definitions of the catalogue room: all assets and checks of the modules listed here."""

import dagster as dg

from syndication_assets.catalogue import assets, checks
from syndication_assets.catalogue.clan import assets as clan_assets
from syndication_assets.catalogue.shopify import assets as shopify_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([clan_assets, shopify_assets, assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
