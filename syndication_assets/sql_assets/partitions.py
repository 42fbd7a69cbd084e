"""The one partitions definition, shared by all partitioned assets: UTC days of observation."""

import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import dagster as dg

from syndication_assets.settings import Settings

# The only beta parameter that this project relies on. All other warnings stay visible.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=dg.BetaWarning)


class Days(dg.DailyPartitionsDefinition):
    """Daily partitions in UTC whose keys are listed once a day.

    Dagster lists the keys of every asset that a run checks, and takes 30 ms for ten years.
    """

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: object = None,  # noqa: ARG002 - days need none
    ) -> Sequence[str]:
        with dg.partition_loading_context(current_time):
            first, last = self.get_first_partition_key(), self.get_last_partition_key()
        return [] if first is None or last is None else list(_keys(first, last))


@lru_cache(maxsize=8)
def _keys(first: str, last: str) -> tuple[str, ...]:
    """The days from the first to the last, both included."""
    first_day = date.fromisoformat(first)
    number = (date.fromisoformat(last) - first_day).days + 1
    return tuple((first_day + timedelta(day)).isoformat() for day in range(number))


daily_partitions = Days(
    start_date=Settings.from_environment().first_day.isoformat(),
    # Today's partition exists before the day ends, because the six-hourly fetch lands in it.
    end_offset=1,
)


def require_today(context: dg.AssetExecutionContext) -> date:
    """The day of the run, which may be yesterday when the run ends. Raises dg.Failure, without retries, unless it is
    today (UTC): sources only return their present state.
    """
    today = datetime.now(UTC).date()
    others = [day for day in context.partition_keys if day != today.isoformat()]
    if others:
        named = others[0] if len(others) == 1 else f"{others[0]} … {others[-1]}"
        raise dg.Failure(
            f"{context.asset_key.to_user_string()} cannot fetch {named}: sources only return their current state, and "
            f"today is {today} (UTC). To load files that landed on another day, select the load assets without it.",
            allow_retries=False,
        )
    return today
