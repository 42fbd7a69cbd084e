"""The one partitions definition: days of observation, UTC. Every asset of a chain shares it."""

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.settings import Settings

# The one beta parameter this project relies on, named by every partitioned asset; every other warning is shown.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=dg.BetaWarning)

daily_partitions = dg.DailyPartitionsDefinition(
    start_date=Settings.from_environment().first_day.isoformat(),
    # Today's partition is there while the day goes on: the six-hourly fetch lands in it.
    end_offset=1,
)


def refuse_other_days(days: Sequence[str]) -> None:
    """dg.Failure, which is not retried, unless today's partition (UTC) is the only one: for what asks the network."""
    today = datetime.now(UTC).date().isoformat()
    others = [day for day in days if day != today]
    if others:
        named = others[0] if len(others) == 1 else f"{others[0]} … {others[-1]}"
        raise dg.Failure(
            f"{named} cannot be fetched: the network only knows now, and now is {today} (UTC). What has landed on "
            "another day can be loaded again at any time: backfill the load assets.",
            allow_retries=False,
        )
