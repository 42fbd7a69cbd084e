"""The Dagster definitions of the operations room: all assets and checks defined in the listed modules."""

import dagster as dg

from syndication_assets.operations import assets
from syndication_assets.operations.alerts import alert_assets
from syndication_assets.operations.archive import assets as archive_assets
from syndication_assets.operations.backup import assets as backup_assets
from syndication_assets.operations.database_health import health_assets
from syndication_assets.operations.executions import execution_assets
from syndication_assets.operations.usage import spending_assets, usage_assets
from syndication_assets.operations.webhooks import webhook_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(
        [
            alert_assets,
            archive_assets,
            assets,
            execution_assets,
            spending_assets,
            usage_assets,
            webhook_assets,
            backup_assets,
            health_assets,
        ],
        include_specs=True,
    ),
    asset_checks=dg.load_asset_checks_from_modules([archive_assets, spending_assets, backup_assets]),
)
