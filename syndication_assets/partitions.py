"""The one partitions definition: days of observation, UTC. Every asset of a chain shares it."""

import warnings

import dagster as dg

from syndication_assets.settings import Settings

# The one beta parameter this project relies on, named by every partitioned asset; every other warning is shown.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=dg.BetaWarning)

daily_partitions = dg.DailyPartitionsDefinition(
    start_date=Settings.from_environment().first_day.isoformat(),
    # Today's partition is there while the day goes on: the six-hourly fetch lands in it.
    end_offset=1,
)
