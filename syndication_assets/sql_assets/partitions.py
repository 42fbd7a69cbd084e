"""The one partitions definition, shared by all partitioned assets: UTC days of observation."""

import warnings
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.settings import Settings

# The only beta parameter that this project relies on. All other warnings stay visible.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=dg.BetaWarning)

daily_partitions = dg.DailyPartitionsDefinition(
    start_date=Settings.from_environment().first_day.isoformat(),
    # Today's partition exists before the day ends, because the six-hourly fetch lands in it.
    end_offset=1,
)


def require_today(context: dg.AssetExecutionContext) -> None:
    """Raises dg.Failure, without retries, unless the run is of today (UTC): sources only return their present state."""
    today = datetime.now(UTC).date().isoformat()
    others = [day for day in context.partition_keys if day != today]
    if others:
        named = others[0] if len(others) == 1 else f"{others[0]} … {others[-1]}"
        raise dg.Failure(
            f"{context.asset_key.to_user_string()} cannot fetch {named}: sources only return their current state, and "
            f"today is {today} (UTC). To load files that landed on another day, select the load assets without it.",
            allow_retries=False,
        )
