"""Fetching YouTube channels: quota, retries, resumption and secrecy of the key."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import psycopg
import pytest

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone
from syndication_assets.scraping.assets import load_landed_files
from syndication_assets.scraping.fetching.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.fetching.profile_listing import FetchedProfile, ProfileToFetch
from syndication_assets.scraping.youtube.assets import youtube_data_api_files, youtube_source
from syndication_assets.scraping.youtube.data_api_client import YouTubeDataApi
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    FakeYouTube,
    failure_of,
    landed,
    materialize,
    runs,
    serve,
    track,
    youtube_error,
)
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server

KEY = "AIzaCANARY5d1c"
QUOTA = youtube_error(403, "quotaExceeded", "You have exceeded your quota.")
FEW, MANY = "UCfew-_videos", "UCmany"


@pytest.fixture
def youtube() -> Iterator[FakeYouTube]:
    api = FakeYouTube(channels={FEW: ["v1", "v2"], MANY: [f"m{number}" for number in range(130)], "UCempty": []})
    with serve(api):
        yield api


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("syndication_assets.http.retries.time", SimpleNamespace(sleep=slept.append))
    return slept


def api(youtube: FakeYouTube, **settings: Any) -> YouTubeDataApi:
    return YouTubeDataApi(KEY, youtube.url, **({"backoff": timedelta(milliseconds=1)} | settings))


def fetch(url: str, zone: LandingZone, youtube: FakeYouTube, limit: int = 50) -> FetchReport:
    (organization,) = active_organizations(url)
    return fetch_organization(url, zone, organization, youtube_source(api(youtube), limit))


def ids(content: bytes) -> list[str]:
    return [item["id"] for item in json.loads(content)["items"]]


def test_half_a_character_in_one_title_does_not_cost_the_channel(youtube: FakeYouTube) -> None:
    body = b'{"items": [{"id": "v1", "snippet": {"title": "cut off \\ud83d"}}, {"id": "v2"}]}'
    youtube.fail_next("/videos", Answer(200, body))
    (response,) = api(youtube).channel_videos(FEW)
    assert response.content == body


def test_an_error_is_told_without_characters_that_the_database_does_not_accept(youtube: FakeYouTube) -> None:
    youtube.fail_next("/playlistItems", youtube_error(400, "bad", "No\0 \x1b[31mred\ud800"))
    with pytest.raises(FetchError) as raised:
        api(youtube).channel_videos(FEW)
    assert "No red" in str(raised.value)
    assert str(raised.value).isprintable()


def test_a_channel_costs_two_calls_for_its_50_newest_videos(youtube: FakeYouTube) -> None:
    (response,) = api(youtube).channel_videos(MANY)
    assert ids(response.content) == [f"m{number}" for number in range(50)]
    assert [request.path for request in youtube.requests] == ["/playlistItems", "/videos"]
    assert youtube.requests[0].query["playlistId"] == "UUmany"
    assert youtube.requests[1].query["part"] == "snippet,statistics,contentDetails"


def test_a_larger_limit_is_fetched_50_videos_per_call(youtube: FakeYouTube) -> None:
    responses = api(youtube).channel_videos(MANY, limit=120)
    assert [len(ids(response.content)) for response in responses] == [50, 50, 20]
    assert api(youtube).channel_videos("UCempty") == []


def test_a_channel_is_listed_back_to_what_is_due_and_known_for_two_units_a_page(youtube: FakeYouTube) -> None:
    now = datetime.now(UTC)
    youtube.published = {f"m{number}": now - timedelta(days=number) for number in range(130)}

    def listed(days: int, source: FetchSource) -> FetchedProfile:
        youtube.requests.clear()
        goal = now - timedelta(days=days)
        return source.fetch(ProfileToFetch(MANY, known_until=goal, reach_back_to=goal))

    source = youtube_source(api(youtube))
    for days, pages, reached in ((10, 1, 49), (60, 2, 99), (129, 3, 129), (500, 3, 500)):
        fetched = listed(days, source)
        assert len(youtube.requests) == 2 * pages
        assert fetched.reached_back_to == now - timedelta(days=reached), "a list that ends is complete"
    youtube.fail_next(
        "/videos", Answer(200, {"items": [{"id": "m0", "snippet": {"publishedAt": now.isoformat()}}]}), QUOTA
    )
    fetched = listed(60, source)
    assert (len(fetched.files), type(fetched.problem)) == (1, AccountRejectedError)
    assert fetched.missed_since(ProfileToFetch(MANY, known_until=now - timedelta(days=60))) is not None


def test_every_response_lands_untouched(database_url: str, zone: LandingZone, youtube: FakeYouTube) -> None:
    raw = b'{ "items":[ {"id":"v1"} ],\n"kind":"as it came" }'
    youtube.fail_next("/videos", Answer(200, raw))
    track(database_url, FEW, platform="youtube")
    report = fetch(database_url, zone, youtube)
    ((path, meta),) = landed(zone).items()
    stamp = datetime.fromisoformat(meta["observed_at"])
    name = f"videos_{FEW}_{stamp:%Y-%m-%d_%H-%M-%S}-{stamp.microsecond // 1000:03}.json"
    assert path == f"default/youtube_data_api/{stamp:%Y-%m-%d}/{name}"
    assert zone.read(path, 10_000) == raw
    assert (meta["actor_run_id"], meta["cost_usd"], meta["run_id"]) == (None, None, report.run_id)
    assert runs(database_url) == [(report.run_id, "completed", 1, None, None)], "no price is NULL, not 0"


def test_a_partially_landed_channel_is_fetched_again(
    database_url: str, zone: LandingZone, youtube: FakeYouTube, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(database_url, FEW, MANY, platform="youtube")
    land = LandingZone.land

    def full_at_the_second(self: LandingZone, *arguments: Any) -> tuple[str, bool]:
        if arguments[-1]["part"] == 2:
            raise LandingError("the disk is full")
        return land(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(LandingZone, "land", full_at_the_second)
        assert fetch(database_url, zone, youtube, 120).failures == {MANY: "the disk is full"}
    report = fetch(database_url, zone, youtube, 120)
    assert (report.skipped, report.files_landed, report.failures) == (1, 3, {})


def test_a_missing_channel_does_not_stop_the_others(database_url: str, zone: LandingZone, youtube: FakeYouTube) -> None:
    track(database_url, FEW, "@handle", "UCgone", platform="youtube")
    report = fetch(database_url, zone, youtube)
    assert (report.files_landed, sorted(report.failures)) == (1, ["@handle", "UCgone"])
    ((_, status, posts, _, message),) = runs(database_url)
    assert (status, posts) == ("failed", 2)
    assert "UCgone: YouTube has no channel UCgone with public videos" in message
    assert "@handle: '@handle' is not a YouTube channel id" in message


def test_an_exhausted_quota_ends_the_fetch_with_a_specific_message(
    database_url: str, zone: LandingZone, youtube: FakeYouTube
) -> None:
    track(database_url, "UCempty", FEW, MANY, platform="youtube")
    youtube.fail_next("/videos", QUOTA)
    report = fetch(database_url, zone, youtube)
    assert (list(report.failures), report.not_tried) == ([FEW], 1)
    assert "The day's quota of the YouTube Data API is used up" in report.failures[FEW]
    assert len(youtube.requests) == 3, "an exhausted quota is not retried"
    assert runs(database_url)[0][4].startswith("1 of 3 profiles could not be fetched, and 1 were not tried after that.")


@pytest.mark.parametrize(
    "rejection",
    [
        youtube_error(400, "badRequest", "API key not valid. Please pass a valid API key."),
        youtube_error(403, "accessNotConfigured", "YouTube Data API has not been used in project 1."),
    ],
)
def test_the_error_of_a_rejected_key_names_its_variable(youtube: FakeYouTube, rejection: Answer) -> None:
    youtube.fail_next("/playlistItems", rejection)
    with pytest.raises(AccountRejectedError, match="Check SYNDICATION_YOUTUBE_API_KEY"):
        api(youtube).channel_videos(FEW)


def test_temporary_errors_are_retried_with_growing_delays(youtube: FakeYouTube, sleeps: list[float]) -> None:
    youtube.fail_next("/videos", Answer(500), Answer(503), youtube_error(403, "rateLimitExceeded", "Slow down."))
    (response,) = api(youtube, backoff=timedelta(seconds=1)).channel_videos(FEW)
    assert ids(response.content) == ["v1", "v2"]
    assert sleeps == [1, 2, 4]


def test_retry_after_is_honoured_within_limits(youtube: FakeYouTube, sleeps: list[float]) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    for value in ("7", "86400", later):
        youtube.fail_next("/videos", youtube_error(429, "tooMany", "Wait.", Retry_After=value))
    api(youtube).channel_videos(FEW)
    assert sleeps[:2] == [7, 60]
    assert 15 < sleeps[2] <= 20


def test_a_persistent_error_fails_the_channel(youtube: FakeYouTube, sleeps: list[float]) -> None:
    youtube.fail_next("/playlistItems", *[Answer(502, b"<html>")] * 4)
    with pytest.raises(FetchError, match="did not answer playlistItems in 4 attempts: 502"):
        api(youtube).channel_videos(FEW)
    assert len(sleeps) == 3, "there is no delay after the last attempt"


def test_a_server_that_does_not_respond_fails_the_channel(youtube: FakeYouTube, sleeps: list[float]) -> None:
    youtube.fail_next("/playlistItems", *[Answer(delay=0.5)] * 2)
    with pytest.raises(FetchError, match="in 2 attempts: ReadTimeout"):
        api(youtube, timeout=timedelta(seconds=0.1), attempts=2).channel_videos(FEW)


@pytest.mark.parametrize("body", [b"<html>", b'{"items": [{"id": "v', b"[]"])
def test_a_response_that_is_not_api_json_is_not_landed(youtube: FakeYouTube, body: bytes) -> None:
    youtube.fail_next("/videos", Answer(200, body))
    with pytest.raises(FetchError, match=r"answered videos\.list with something that is not its API's JSON"):
        api(youtube).channel_videos(FEW)


def test_the_asset_names_the_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = failure_of(materialize(youtube_data_api_files, monkeypatch, today()))
    assert "SYNDICATION_YOUTUBE_API_KEY is not set" in failure
    assert "sources only return their current state" in failure_of(
        materialize(youtube_data_api_files, monkeypatch, date(2024, 3, 1), SYNDICATION_YOUTUBE_API_KEY=KEY)
    )


def test_one_run_fetches_before_it_loads(
    monkeypatch: pytest.MonkeyPatch, database_url: str, zone: LandingZone, youtube: FakeYouTube
) -> None:
    track(database_url, FEW, platform="youtube")
    result = materialize(
        youtube_data_api_files,
        monkeypatch,
        today(),
        together_with=[load_landed_files],
        resources={"postgres": PostgresResource()},
        SYNDICATION_DATABASE_URL=database_url,
        SYNDICATION_LANDING_URL=zone.url,
        SYNDICATION_YOUTUBE_URL=youtube.url,
        SYNDICATION_YOUTUBE_API_KEY=KEY,
    )
    assert result.success
    posts = dg.AssetKey(["scraping", "posts"])
    (loaded,) = (event for event in result.get_asset_materialization_events() if event.asset_key == posts)
    assert loaded.materialization.metadata["posts_new"].value == 2
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (2,)


def test_the_key_is_never_written_anywhere(
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    zone: LandingZone,
    youtube: FakeYouTube,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    sleeps: list[float],
) -> None:
    caplog.set_level(logging.DEBUG)
    track(database_url, FEW, MANY, platform="youtube")
    environment = {
        "SYNDICATION_DATABASE_URL": database_url,
        "SYNDICATION_LANDING_URL": zone.url,
        "SYNDICATION_YOUTUBE_URL": youtube.url,
        "SYNDICATION_YOUTUBE_API_KEY": KEY,
    }
    youtube.fail_next("/playlistItems", *[youtube_error(500, "backendError", f"the key {KEY} is odd")] * 4)
    first = materialize(youtube_data_api_files, monkeypatch, today(), **environment)
    youtube.fail_next("/playlistItems", youtube_error(400, "keyInvalid", f"API key {KEY} not valid"))
    second = materialize(youtube_data_api_files, monkeypatch, today(), **environment)
    broken = environment | {"SYNDICATION_YOUTUBE_API_KEY": f"{KEY}\n{KEY}"}
    third = materialize(youtube_data_api_files, monkeypatch, today(), **broken)
    nowhere = environment | {"SYNDICATION_YOUTUBE_URL": "http://127.0.0.1:9"}
    fourth = materialize(youtube_data_api_files, monkeypatch, today(), **nowhere)
    assert "contains a character that no key has" in failure_of(third)
    with psycopg.connect(database_url) as connection:
        rows = str(connection.execute("select r::text from scraping.download_runs r").fetchall())
    assert {
        request.headers.get("x-goog-api-key") or request.headers["X-Goog-Api-Key"] for request in youtube.requests
    } == {KEY}
    assert "the key [key] is odd" in rows
    assert "ConnectError" in rows
    events = [repr(event) for result in (first, second, third, fourth) for event in result.all_events]
    files = [path.read_text() for path in Path(zone.url).rglob("*") if path.is_file()]
    assert files
    written = [caplog.text, str([vars(record) for record in caplog.records]), *capfd.readouterr(), rows]
    assert not [text for text in (*written, *events, *files) if "CANARY" in text]
