"""When things run: jobs, schedules, the sensor of the landing zone."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import msgspec

from syndication_assets.engagement.checks import engagement_checks
from syndication_assets.partitions import daily_partitions
from syndication_assets.resources.database import transaction
from syndication_assets.resources.landing_zone import LandedFile, LandingZone
from syndication_assets.resources.postgres import PostgresResource
from syndication_assets.settings import Settings

_FETCH = dg.AssetSelection.assets(["scraping", "linkedin_apify_files"], ["scraping", "youtube_data_api_files"])
# No run fills metric_definitions, so a selection of groups would leave its checks out.
_DAILY = (dg.AssetSelection.groups("scraping", "engagement") - _FETCH) | dg.AssetSelection.checks(engagement_checks)

# A day's loads and rollups share one transaction's locks: processes of their own would only wait for each other, and
# a killed run must not leave a step behind that goes on writing.
daily_job = dg.define_asset_job(
    "daily_graph",
    selection=_DAILY,
    description="Loads the landed files of a day, or of a range of days as one run, and rolls them up.",
    executor_def=dg.in_process_executor,
)
fetch_job = dg.define_asset_job(
    "fetch",
    selection=_FETCH,
    description="Fetches today's posts of the tracked profiles and channels into the landing zone.",
    executor_def=dg.in_process_executor,
)


def range_tags(first_day: str, last_day: str) -> dict[str, str]:
    """The tags that make one run of a range of daily partitions, both ends included."""
    return {
        "dagster/asset_partition_range_start": first_day,
        "dagster/asset_partition_range_end": last_day,
    }


@dg.schedule(
    job=daily_job,
    cron_schedule="30 1 * * *",
    execution_timezone="UTC",
    description="Yesterday and the look-back window (SYNDICATION_LOOK_BACK_DAYS), as one range run.",
)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    last_day = context.scheduled_execution_time.astimezone(UTC).date() - timedelta(days=1)
    settings = Settings.from_environment()
    first_day = max(settings.first_day, last_day - timedelta(days=settings.look_back_days))
    return dg.RunRequest(run_key=last_day.isoformat(), tags=range_tags(first_day.isoformat(), last_day.isoformat()))


@dg.schedule(
    job=fetch_job,
    cron_schedule="0 */6 * * *",
    execution_timezone="UTC",
    description="Fetches every six hours. Start it when the tokens are set.",
)
def fetch_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    scheduled_at = context.scheduled_execution_time.astimezone(UTC)
    return dg.RunRequest(run_key=scheduled_at.isoformat(), partition_key=scheduled_at.date().isoformat())


# A tick must end soon; the days that are left come with the next ones.
_DAYS_PER_TICK = 30
_STILL_CHANGING = timedelta(seconds=30)


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=60,
    description=(
        "Sees files in the landing zone that were not loaded yet, and requests each day of theirs once per content. "
        "A day with a file that changed in the last 30 seconds waits: the file may still be being written."
    ),
)
def landing_zone_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    zone = LandingZone(Settings.from_environment().landing_url)
    # What was requested and is not loaded yet; a failed load is not requested again before its files change.
    requested = msgspec.json.decode(context.cursor, type=dict[str, str]) if context.cursor else {}
    waiting = {
        day: _fingerprint(files)
        for day, files in _days_to_load(zone, postgres.url()).items()
        if daily_partitions.has_partition_key(day) and not _is_changing(files)
    }
    new = {day: fingerprint for day, fingerprint in waiting.items() if requested.get(day) != fingerprint}
    batch = dict(sorted(new.items())[:_DAYS_PER_TICK])
    for day, fingerprint in batch.items():
        yield dg.RunRequest(run_key=f"{day}-{fingerprint}", partition_key=day)
    still_waiting = {day: requested[day] for day in waiting.keys() & requested.keys()}
    context.update_cursor(msgspec.json.encode(still_waiting | batch).decode())
    if not batch:
        yield dg.SkipReason(f"nothing new in {zone.url}")


def _days_to_load(zone: LandingZone, url: str) -> dict[str, list[LandedFile]]:
    """The files of each day on which one of them is not in the ledger, or has another size there."""
    with transaction(url) as connection:
        loaded = dict(connection.execute("select source_file_path, size_bytes from scraping.landed_files").fetchall())
    days: dict[str, list[LandedFile]] = {}
    for day in sorted({day for _, _, day in zone.days()}):
        files = list(zone.files(day))
        if any(loaded.get(file.path) != file.size_bytes for file in files):
            days[day.isoformat()] = files
    return days


def _fingerprint(files: list[LandedFile]) -> str:
    """Names, sizes and times tell: a landed file is immutable, so another content is another file."""
    listing = "\n".join(f"{file.path} {file.size_bytes} {file.modified_at}" for file in files)
    return hashlib.blake2b(listing.encode(), digest_size=8).hexdigest()


def _is_changing(files: list[LandedFile]) -> bool:
    now = datetime.now(UTC)
    return any(file.modified_at is not None and now - file.modified_at < _STILL_CHANGING for file in files)
