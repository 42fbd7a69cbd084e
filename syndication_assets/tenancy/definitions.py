"""The Dagster definitions of the tenancy room: every asset and check defined in the modules listed here."""

import dagster as dg

from syndication_assets.tenancy import rights

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([rights], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([rights]),
)
