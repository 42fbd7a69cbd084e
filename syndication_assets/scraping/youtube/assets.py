"""Fetches YouTube channels through the Data API."""

import dagster as dg
import msgspec

from syndication_assets.scraping.fetching.fetch_assets import (
    fetch_as_asset,
    profile_checks,
    required,
    settings_for_today,
)
from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.fetching.profile_listing import (
    MOST_POSTS,
    FetchedFile,
    FetchedProfile,
    ProfileToFetch,
    publication_times,
    reaches,
)
from syndication_assets.scraping.youtube.data_api_client import YouTubeDataApi
from syndication_assets.scraping.youtube.video_parser import parse_item
from syndication_assets.sql_assets.cadence import FETCH_PROFILES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions


@dg.asset(
    key=["scraping", "youtube_data_api_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"youtube", "json"},
    owners=OWNERS,
    tags=FETCH_PROFILES,
    pool="youtube",
    check_specs=profile_checks("youtube_data_api_files"),
)
def youtube_data_api_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest videos of the tracked YouTube channels with their current counters, from the YouTube Data API.

    One row is one landed file, a `videos.list` response with up to 50 videos of one channel:
    `<organization>/youtube_data_api/<YYYY-MM-DD>/videos_<channel id>_<time>.json`, byte for byte. Its `.meta.json` has
    the observation time and the runs.

    A scheduled run fetches what is due (`scraping.snapshot_intervals`), the channel with the youngest video first; a
    run that a person starts fetches every tracked channel. Videos are listed back to the oldest that is due and the
    newest that is known. What could not be reached is a row of `scraping.post_gaps`.

    A re-run observes again and adds files; landed files never change. After a failed or dead run by hand it continues
    the session and skips channels that landed in the last five hours. Only today's partition can be fetched.

    Numbers: profiles with `is_tracked` and `is_active` in `scraping.profiles` (the username is the channel id), of
    all active organizations. Each 50 videos of a channel use two units of the key's daily quota; calls are free. Each
    organization's fetch is a row of `scraping.download_runs`.
    """
    settings = settings_for_today(context)
    key = required(settings.youtube_api_key, "SYNDICATION_YOUTUBE_API_KEY", "Google Cloud's console under Credentials")
    return fetch_as_asset(context, settings, lambda: youtube_source(YouTubeDataApi(key, settings.youtube_url)))


def youtube_source(api: YouTubeDataApi, first_videos: int = 50) -> FetchSource:
    """YouTube channels, 50 videos per file: `first_videos` of a channel of which none is known."""

    def fetch(profile: ProfileToFetch) -> FetchedProfile:
        fetched = FetchedProfile()
        goal = profile.reach_back_to
        is_complete = False
        try:
            for response in api.video_pages(profile.username, first_videos if goal is None else MOST_POSTS):
                times = publication_times(_items(response.content), parse_item, profile.username)
                fetched.add(FetchedFile(response.content, response.observed_at), times)
                is_complete = response.is_last
                if goal is not None and reaches(times, goal):
                    break
        except FetchError as error:
            if not fetched.files:
                raise
            fetched.problem = error
        if is_complete:
            fetched.reach(goal)
        return fetched

    return FetchSource("youtube_data_api", "youtube", "videos", fetch)


class _Response(msgspec.Struct):
    items: list[msgspec.Raw] = []


def _items(content: bytes) -> list[bytes]:
    try:
        return [bytes(item) for item in msgspec.json.decode(content, type=_Response).items]
    except ValueError:
        return []
