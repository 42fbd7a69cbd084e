"""The sensor of the landing zone: which days have files that are not loaded, and which of them to ask for now.

A tick lists the files of a bounded number of days: the look-back window, and a slice of the older ones that goes round
all history. What was asked for, and where the slice ended, is in the cursor.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import msgspec

from syndication_assets.automation.jobs import daily_job
from syndication_assets.catalogue.manifest import PIECE_PREFIXES
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.landing_zone import LandedFile, LandingZone
from syndication_assets.landing.source_rooms import room_of
from syndication_assets.settings import Settings

# A tick must end soon; the days that are left come with the next ones.
_REQUESTS_PER_TICK = 30
_OLDER_DAYS_PER_TICK = 60
_STILL_CHANGING = timedelta(seconds=30)
# A load that failed is asked for again, in case a restart or a store that was away was the reason. What fails once more
# after hours needs a person, whom the failed check tells.
_ASK_AGAIN_AFTER = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))


class Request(msgspec.Struct, frozen=True, array_like=True):
    """What was asked for: which content of a day, how often, and how many of its loads had failed by then."""

    fingerprint: str
    times: int
    failures: int


class Cursor(msgspec.Struct):
    """What a tick leaves to the next one."""

    last_older_day: date = date.min
    requests: dict[str, Request] = {}
    """By day; those that are not loaded yet."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Loads of a day that failed since its last one that succeeded."""

    count: int
    last_at: datetime


_NONE_FAILED = Failures(0, datetime.min.replace(tzinfo=UTC))


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=60,
    description=(
        "Sees posts, catalogues and documents in the landing zone that were not loaded yet, and requests each day of "
        "theirs once per content; where a load of posts failed, again after 5 minutes, an hour and 6 hours. A day with "
        "a file that changed in the last 30 seconds waits: the file may still be being written. The days of the "
        "look-back window are looked at in every tick, older ones in turn."
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
    taken, failures = _taken_files(postgres.url(), days), _failures(postgres.url(), days)

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
        if all(_is_taken(file, taken) for file in files if _stands_for_itself(file)):
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
    """The days that come after the last one that was looked at, and after the newest the oldest again."""
    start = bisect_right(days, last_day)
    return [*days[start:], *days[:start]][:_OLDER_DAYS_PER_TICK]


def _next_request(last: Request | None, fingerprint: str, failures: Failures) -> Request | None:
    """What to ask for now; None if it was asked for and did not fail since, failed too often or a moment ago."""
    if last is None or last.fingerprint != fingerprint:
        return Request(fingerprint, 1, failures.count)
    if failures.count <= last.failures or last.times > len(_ASK_AGAIN_AFTER):
        return None
    if datetime.now(UTC) - failures.last_at < _ASK_AGAIN_AFTER[last.times - 1]:
        return None
    return Request(fingerprint, last.times + 1, failures.count)


def _run_key(day: str, request: Request) -> str:
    """Dagster runs a key once. It depends on the content and the failed loads alone, so a lost cursor asks for nothing
    twice."""
    return f"{day}-{request.fingerprint}" + (f"-{request.failures}" if request.failures else "")


def _stands_for_itself(file: LandedFile) -> bool:
    """Whether it is waited for by its own name: the pieces of a look at a catalogue come with their manifest."""
    return not (room_of(file.source) == "catalogue" and file.name.startswith(PIECE_PREFIXES))


def _is_taken(file: LandedFile, taken: dict[str, int | None]) -> bool:
    return file.path in taken and taken[file.path] in (None, file.size_bytes)


def _taken_files(url: str, days: list[date]) -> dict[str, int | None]:
    """Path of each file of the days that was loaded, with its size where it is known; a withdrawn one that lands again
    is new."""
    with transaction(url) as connection:
        return dict(connection.execute(load_sql("landing/taken_files.sql"), {"days": days}).fetchall())


def _failures(url: str, days: list[date]) -> dict[date, Failures]:
    with transaction(url) as connection:
        rows = connection.execute(load_sql("scraping/failed_loads.sql"), {"days": days}).fetchall()
    return {day: Failures(count, last_at) for day, count, last_at in rows}


def _fingerprint(files: list[LandedFile]) -> str:
    """Names, sizes and times tell: a landed file is immutable, so another content is another file."""
    listing = "\n".join(f"{file.path} {file.size_bytes} {file.modified_at}" for file in files)
    return hashlib.blake2b(listing.encode(), digest_size=8).hexdigest()


def _is_changing(files: list[LandedFile]) -> bool:
    now = datetime.now(UTC)
    return any(file.modified_at is not None and now - file.modified_at < _STILL_CHANGING for file in files)
