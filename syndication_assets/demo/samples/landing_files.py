"""A month of invented landed files, for `make demo`, the tests and the benchmarks.

The same arguments give the same bytes. The numbers are coherent over time and across files: every counter is a function
of its post and the time, ids contain their time, and all files that show a post at one time show the same values.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from syndication_assets.demo.samples.edge_cases import edge_case_files
from syndication_assets.demo.samples.growth import DAY_MS, HOUR_MS
from syndication_assets.demo.samples.linkedin_posts import pagination_token
from syndication_assets.demo.samples.linkedin_timelines import Timeline, timelines
from syndication_assets.demo.samples.sample_file import (
    SampleFile,
    Source,
    encode_json,
    file_name,
    gzipped,
    meta_file,
    milliseconds,
)
from syndication_assets.demo.samples.youtube_videos import Channel, channels, videos_response

LINKEDIN_SCRAPES = (time(5, 10), time(12, 40), time(20, 15))
YOUTUBE_CALLS = (time(6, 30), time(18, 30))
JITTER_MS = 40 * 60_000
"""The maximum delay of a scrape after its planned time: half of it is fixed for the profile, half is random."""

# The noon scrape of the second profile is landed by hand, without a time in its name: once a week with a companion that
# contains the time, and on the next day without one.
HAND_LANDED_PROFILE = 1
META_WEEKDAY, NOON_WEEKDAY = 1, 2


def sample_files(
    *,
    first_day: date = date(2025, 11, 3),
    days: int = 28,
    linkedin_profiles: int = 40,
    youtube_channels: int = 10,
    seed: int = 7,
) -> Iterator[SampleFile]:
    """The files of the range, by landing day; within a day LinkedIn, then YouTube, then the edge cases.

    A companion (`.meta.json`) comes right before the file it belongs to. A day's ordinary files do not depend on
    `days`: a longer range begins with the same files as a shorter one.
    """
    first_ms = milliseconds(datetime.combine(first_day, time(0), UTC))
    end_ms = first_ms + days * DAY_MS
    members = timelines(first_ms=first_ms, end_ms=end_ms, profiles=linkedin_profiles, seed=seed)
    stations = channels(first_ms=first_ms, end_ms=end_ms, count=youtube_channels, seed=seed)
    edge_case_files_by_day: dict[date, list[SampleFile]] = defaultdict(list)
    for file in edge_case_files(first_day=first_day, days=days):
        edge_case_files_by_day[file.landed_on].append(file)
    for day_number in range(days):
        day = first_day + timedelta(days=day_number)
        day_ms = first_ms + day_number * DAY_MS
        for number, member in enumerate(members):
            yield from linkedin_files(member, number, day, day_ms, day_number, seed)
        for number, station in enumerate(stations):
            yield from youtube_files(station, number, day, day_ms, seed)
        yield from edge_case_files_by_day[day]


def linkedin_files(
    member: Timeline, number: int, day: date, day_ms: int, day_number: int, seed: int
) -> Iterator[SampleFile]:
    """The three scrapes of a profile's day; every eighth profile's files are compressed."""
    username = member.profile.username
    by_hand = day_number % 7 if number == HAND_LANDED_PROFILE else None
    for scrape, moment_ms in enumerate(moments(LINKEDIN_SCRAPES, username, day_ms, seed)):
        is_by_hand = scrape == 1 and by_hand in (META_WEEKDAY, NOON_WEEKDAY)
        observed_ms = moment_ms
        if is_by_hand:
            observed_ms = day_ms + 12 * HOUR_MS if by_hand == NOON_WEEKDAY else moment_ms // 1000 * 1000
        token = pagination_token(member.profile, observed_ms)
        items = [entry.item(observed_ms, token) for entry in member.page(observed_ms)]
        file = landed(
            "linkedin_apify",
            day,
            username,
            None if is_by_hand else observed_ms,
            encode_json(items),
            is_gzipped=number % 8 == 3,
        )
        if is_by_hand and by_hand == META_WEEKDAY:
            yield meta_file(file, observed_ms)
        yield file


def youtube_files(station: Channel, number: int, day: date, day_ms: int, seed: int) -> Iterator[SampleFile]:
    """The two calls of a channel's day; every fifth channel's files are compressed."""
    for observed_ms in moments(YOUTUBE_CALLS, station.channel_id, day_ms, seed):
        items = [video.item(observed_ms) for video in station.page(observed_ms)]
        content = encode_json(videos_response(items))
        yield landed("youtube_data_api", day, station.channel_id, observed_ms, content, is_gzipped=number % 5 == 2)


def landed(
    source: Source, day: date, subject: str, observed_ms: int | None, content: bytes, *, is_gzipped: bool
) -> SampleFile:
    name = file_name(source, subject, observed_ms, is_gzipped=is_gzipped)
    return SampleFile(source, day, name, gzipped(content) if is_gzipped else content)


def moments(plan: tuple[time, ...], subject: str, day_ms: int, seed: int) -> Iterator[int]:
    """When a subject's files of a day are made: the planned times plus a fixed and a random delay."""
    habit_ms = Random(f"{seed}/{subject}").randrange(JITTER_MS // 2)
    chance = Random(f"{seed}/{subject}/{day_ms}")
    for planned in plan:
        planned_ms = day_ms + (planned.hour * 60 + planned.minute) * 60_000
        yield planned_ms + habit_ms + chance.randrange(JITTER_MS // 2)
