"""Fetches YouTube channels through the Data API."""

import dagster as dg

from syndication_assets.scraping.fetching.fetch_assets import (
    CHECK_DESCRIPTION,
    CHECK_NAME,
    fetch_as_asset,
    required,
    settings_for_today,
)
from syndication_assets.scraping.fetching.fetch_session import FetchedFile, FetchSource
from syndication_assets.scraping.youtube.data_api_client import YouTubeDataApi
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
    check_specs=[
        dg.AssetCheckSpec(CHECK_NAME, asset=["scraping", "youtube_data_api_files"], description=CHECK_DESCRIPTION)
    ],
)
def youtube_data_api_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest videos of the tracked YouTube channels with their current counters, from the YouTube Data API.

    One row is one landed file, a `videos.list` response with up to 50 videos of one channel:
    `<organization>/youtube_data_api/<YYYY-MM-DD>/videos_<channel id>_<time>.json`, byte for byte. Its `.meta.json` has
    the observation time and the runs.

    A re-run observes again and adds files; landed files never change. After a failed or dead run it continues the
    session and skips channels that landed in the last five hours. Only today's partition can be fetched.

    Numbers: profiles with `is_tracked` and `is_active` in `scraping.profiles` (the username is the channel id), of
    all active organizations. Each channel uses two units of the key's daily quota; calls are free. Each organization's
    fetch is a row of `scraping.download_runs`.
    """
    settings = settings_for_today(context)
    key = required(settings.youtube_api_key, "SYNDICATION_YOUTUBE_API_KEY", "Google Cloud's console under Credentials")
    return fetch_as_asset(context, settings, lambda: youtube_source(YouTubeDataApi(key, settings.youtube_url)))


def youtube_source(api: YouTubeDataApi, limit: int = 50) -> FetchSource:
    """YouTube channels: their newest `limit` videos, 50 per file. The API has a quota, but is free."""

    def fetch(channel_id: str) -> list[FetchedFile]:
        responses = api.channel_videos(channel_id, limit)
        return [FetchedFile(response.content, response.observed_at) for response in responses]

    return FetchSource("youtube_data_api", "youtube", "videos", fetch)
