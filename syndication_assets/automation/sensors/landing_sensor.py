"""The landing zone sensor: finds days with files that are not loaded, and decides which of them to request now.

A tick lists the files of a bounded number of days: the look-back window, and a slice of older days that rotates through
the whole history. The cursor holds the requests made so far and the end of the slice.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import msgspec

from syndication_assets.automation.jobs import daily_job
from syndication_assets.automation.sensors.awaited_files import is_waiting, loaded_files
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone
from syndication_assets.settings import Settings

# A tick must be short; the remaining days follow in the next ticks.
_REQUESTS_PER_TICK = 30
_OLDER_DAYS_PER_TICK = 60
_SETTLING_TIME = timedelta(seconds=30)
# A failed load is requested again, in case the cause was a restart or an unreachable store. A load that still fails
# hours later needs a person, whom the failed check informs.
_RETRY_DELAYS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))


class Request(msgspec.Struct, frozen=True, array_like=True):
    """A request made: the content of a day, the number of requests for it, and the failed loads by then."""

    fingerprint: str
    attempts: int
    failures: int


class Cursor(msgspec.Struct):
    """The state that a tick leaves to the next tick."""

    last_older_day: date = date.min
    requests: dict[str, Request] = {}
    """By day; only days that are not loaded yet."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed loads of a day since its last successful load."""

    count: int
    last_at: datetime


_NONE_FAILED = Failures(0, datetime.min.replace(tzinfo=UTC))


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=60,
    description=(
        "Finds posts, catalogues and documents in the landing zone that are not loaded yet, and requests each of their "
        "days once per content. After a failed load of posts, it requests the day again after 5 minutes, an hour and "
        "6 hours. A day with a file that changed in the last 30 seconds waits, because the file may be incomplete. "
        "Every tick checks the days of the look-back window and, in turn, a slice of the older days."
    ),
)
def landing_zone_sensor(
    context: dg.SensorEvaluationContext, postgres: PostgresResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    cursor = msgspec.json.decode(context.cursor, type=Cursor) if context.cursor else Cursor()
    today = datetime.now(UTC).date()
    first_recent_day = today - timedelta(days=settings.look_back_days)
    all_days = sorted({day for _, _, day in zone.days() if settings.first_day <= day <= today})
    recent = all_days[bisect_right(all_days, first_recent_day - timedelta(days=1)) :]
    older = all_days[: len(all_days) - len(recent)]
    days = [*recent, *_next_days(older, cursor.last_older_day)]
    loaded, failures = loaded_files(postgres.url(), days), _failures(postgres.url(), days)

    requests = {
        day.isoformat(): cursor.requests[day.isoformat()] for day in all_days if day.isoformat() in cursor.requests
    }
    last_older_day, requested = cursor.last_older_day, 0
    for day in days:
        if requested == _REQUESTS_PER_TICK:
            break
        if day < first_recent_day:
            last_older_day = day
        key = day.isoformat()
        files = list(zone.files(day))
        if not any(is_waiting(file, loaded) for file in files):
            requests.pop(key, None)
        elif not _is_changing(files):
            request = _next_request(requests.get(key), _fingerprint(files), failures.get(day, _NONE_FAILED))
            if request is not None:
                requests[key] = request
                requested += 1
                yield dg.RunRequest(run_key=_run_key(key, request), partition_key=key)
    context.update_cursor(msgspec.json.encode(Cursor(last_older_day, requests)).decode())
    if not requested:
        yield dg.SkipReason(f"nothing new in {zone.url}")


def _next_days(days: list[date], last_day: date) -> list[date]:
    """The days after the last one checked; after the newest day, it starts over with the oldest."""
    start = bisect_right(days, last_day)
    return [*days[start:], *days[:start]][:_OLDER_DAYS_PER_TICK]


def _next_request(last: Request | None, fingerprint: str, failures: Failures) -> Request | None:
    """The request to make now; None if the last one is pending, or failed too recently or too often."""
    if last is None or last.fingerprint != fingerprint:
        return Request(fingerprint, 1, failures.count)
    if failures.count <= last.failures or last.attempts > len(_RETRY_DELAYS):
        return None
    if datetime.now(UTC) - failures.last_at < _RETRY_DELAYS[last.attempts - 1]:
        return None
    return Request(fingerprint, last.attempts + 1, failures.count)


def _run_key(day: str, request: Request) -> str:
    """The key depends on the content and its failed loads only. Since Dagster runs a key once, a lost cursor causes no
    second run.
    """
    return f"{day}-{request.fingerprint}" + (f"-{request.failures}" if request.failures else "")


def _failures(url: str, days: list[date]) -> dict[date, Failures]:
    with transaction(url) as connection:
        rows = connection.execute(load_sql("scraping/failed_loads.sql"), {"days": days}).fetchall()
    return {day: Failures(count, last_at) for day, count, last_at in rows}


def _fingerprint(files: list[LandedFile]) -> str:
    """A digest of paths, sizes and times, which identify the content because landed files are immutable."""
    listing = "\n".join(f"{file.path} {file.size_bytes} {file.modified_at}" for file in files)
    return hashlib.blake2b(listing.encode(), digest_size=8).hexdigest()


def _is_changing(files: list[LandedFile]) -> bool:
    now = datetime.now(UTC)
    return any(file.modified_at is not None and now - file.modified_at < _SETTLING_TIME for file in files)
