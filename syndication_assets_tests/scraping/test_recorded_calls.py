"""Each request of a fetch is a row of operations.api_usage, with its cost; quotas and budgets stop fetches."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.scraping.fetching.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.linkedin.assets import linkedin_source
from syndication_assets.scraping.youtube.assets import youtube_source
from syndication_assets.scraping.youtube.data_api_client import YouTubeDataApi
from syndication_assets_tests.scraping.fake_apis import Answer, FakeApify, FakeYouTube, serve, track

pytestmark = pytest.mark.one_server

POSTS = b'[{"urn": {"activity_urn": "7399000000000000001"}, "text": "a"}]'


@pytest.fixture
def youtube() -> Iterator[FakeYouTube]:
    api = FakeYouTube(channels={"UCone": ["v1"], "UCtwo": ["v2"]})
    with serve(api):
        yield api


@pytest.fixture
def apify() -> Iterator[FakeApify]:
    api = FakeApify(posts={"ada": POSTS, "bob": POSTS})
    with serve(api):
        yield api


def fetch(url: str, zone: LandingZone, source: FetchSource) -> FetchReport:
    (organization,) = active_organizations(url)
    return fetch_organization(url, zone, organization, source, dagster_run_id="run-1")


def fetch_youtube(url: str, zone: LandingZone, youtube: FakeYouTube) -> FetchReport:
    return fetch(url, zone, youtube_source(YouTubeDataApi("key", youtube.url, backoff=timedelta(milliseconds=1))))


def fetch_linkedin(url: str, zone: LandingZone, apify: FakeApify) -> FetchReport:
    scraper = ApifyScraper("token", apify.url, "someone~actor", "ACTOR", retry_delay=timedelta(milliseconds=1))
    return fetch(url, zone, linkedin_source(scraper))


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def calls(url: str) -> list[tuple[Any, ...]]:
    return rows(
        url,
        "select provider, operation, status_code, is_successful, run_id from operations.api_usage"
        " order by used_at, usage_id",
    )


def test_a_channel_takes_two_calls_of_youtubes_quota(database_url: str, zone: LandingZone, youtube: FakeYouTube):
    track(database_url, "UCone", platform="youtube")
    youtube.fail_next("/videos", Answer(500, b"oops"))
    report = fetch_youtube(database_url, zone, youtube)
    assert calls(database_url) == [
        ("youtube", "playlistItems.list", 200, True, "run-1"),
        ("youtube", "videos.list", 500, False, "run-1"),
        ("youtube", "videos.list", 200, True, "run-1"),
    ]
    assert (report.calls.calls, report.calls.failures) == (3, 1)
    assert rows(database_url, "select sum(quota_units), count(cost), count(currency) from operations.api_usage") == [
        (3, 0, 0)
    ]


def test_a_used_up_quota_ends_the_fetch_before_it_asks(database_url: str, zone: LandingZone, youtube: FakeYouTube):
    rows(database_url, "update operations.api_quotas set amount = 3 where provider = 'youtube'")
    track(database_url, "UCone", "UCtwo", platform="youtube")
    report = fetch_youtube(database_url, zone, youtube)
    assert len(youtube.requests) == 3
    ((name, message),) = report.failures.items()
    assert name == "UCtwo"
    assert message.startswith("The quota of youtube is used up: 3 of 3 units in 86400 seconds. It is free again at 20")


def test_an_actor_run_reserves_its_price_and_costs_what_apify_reports(
    database_url: str, zone: LandingZone, apify: FakeApify
):
    rows(
        database_url,
        "insert into operations.api_unit_prices (provider, operation, unit, valid_from, currency, amount)"
        " values ('apify', 'run_actor', 'items', '2026-01-01', 'USD', 0.005)",
    )
    track(database_url, "ada", "bob")
    apify.statuses["bob"] = "FAILED"
    report = fetch_linkedin(database_url, zone, apify)
    started = (
        "select cost, expected_cost, currency, is_successful from operations.api_usage where operation = 'run_actor'"
    )
    assert rows(database_url, started) == [(Decimal("0.25"), None, "USD", True)] * 2
    assert report.calls.metadata()["api_cost_usd"] == report.cost_usd == 0.5
    assert rows(database_url, "select sum(cost) from operations.api_usage") == [(Decimal("0.5"),)]


def test_an_unreported_cost_keeps_what_was_reserved(database_url: str, zone: LandingZone, apify: FakeApify):
    rows(
        database_url,
        "insert into operations.api_unit_prices (provider, operation, unit, valid_from, currency, amount)"
        " values ('apify', 'run_actor', 'items', '2026-01-01', 'USD', 0.005)",
    )
    apify.cost_usd = None
    track(database_url, "ada")
    fetch_linkedin(database_url, zone, apify)
    assert rows(database_url, "select cost, expected_cost from operations.api_usage where operation = 'run_actor'") == [
        (None, Decimal("0.05"))
    ]


def test_a_budget_stops_a_scrape_before_it_costs_anything(database_url: str, zone: LandingZone, apify: FakeApify):
    rows(
        database_url,
        "insert into operations.budgets (organization_id, period, provider, amount, currency)"
        " select organization_id, 'day', 'apify', 1, 'USD' from tenancy.organizations",
    )
    track(database_url, "ada", "bob")
    report = fetch_linkedin(database_url, zone, apify)
    assert apify.requests == []
    assert report.failures == {
        "ada": "default has a budget, but the price of run_actor of apify is unknown: add it with "
        "`syndication unit-price add`."
    }
    assert report.not_tried == 1


def test_the_day_of_a_call_is_its_utc_day(database_url: str, zone: LandingZone, youtube: FakeYouTube):
    track(database_url, "UCone", platform="youtube")
    before = datetime.now(UTC)
    fetch_youtube(database_url, zone, youtube)
    ((first,),) = rows(database_url, "select min(used_at) from operations.api_usage")
    assert before <= first <= datetime.now(UTC)
