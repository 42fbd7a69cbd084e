"""Every client of the project against a server that redirects, sends its headers slowly, or compresses twice."""

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.ai.chat_completions.answers import POST_FORM
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.catalogue.clan.clan_api import ShopApi
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.errors import SyndicationError
from syndication_assets.media.stock.stock_source import ServiceClient, SourceRow
from syndication_assets.publishing.bluesky.bluesky_publisher import Bluesky
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.instagram.instagram_publisher import Instagram
from syndication_assets.publishing.linkedin.linkedin_publisher import LinkedIn
from syndication_assets.publishing.mastodon.mastodon_publisher import Mastodon
from syndication_assets.publishing.publisher import Post
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.scraping.bluesky.posts_client import BlueskyPosts
from syndication_assets.scraping.facebook.insights_client import FacebookInsights
from syndication_assets.scraping.fetching.own_posts import OwnAccount
from syndication_assets.scraping.instagram.media_client import InstagramMedia
from syndication_assets.scraping.linkedin.own_posts_client import LinkedInPosts
from syndication_assets.scraping.mastodon.statuses_client import MastodonStatuses
from syndication_assets.scraping.youtube.data_api_client import YouTubeDataApi
from syndication_assets_tests.http.raw_server import RawServer, response, serve

SECRET = "sk-canary-7Qv9zKpW3mXt"
SECONDS = 0.3
TIMEOUT = timedelta(seconds=SECONDS)
BOMB = gzip.compress(gzip.compress(b"\0" * 50_000_000))
POST = Post("tgt-1", 1, "page", "feed_post", "secret words of the post")


def ask_language_model(url: str) -> None:
    async def ask() -> None:
        async with LanguageModel(SECRET, "small", f"{url}/v1", timeout=SECONDS, maximum_retries=0) as model:
            await model.ask([{"role": "user", "content": "secret words of the prompt"}], POST_FORM)

    asyncio.run(ask())


def read_shop(url: str) -> None:
    ShopApi(url, 10_000_000, TIMEOUT, maximum_attempts=1).get("/products", {"key": SECRET}, lambda _: True)


def publish_on_facebook(url: str) -> None:
    graph = FacebookGraph(url, "v25.0", timeout=TIMEOUT)
    outcome = graph.publish(POST, SecretStr(SECRET))
    graph.close()
    if outcome.kind is not OutcomeKind.PUBLISHED:
        raise SyndicationError(outcome.message or "")


def look_up_on_facebook(url: str) -> None:
    graph = FacebookGraph(url, "v25.0", timeout=TIMEOUT)
    listing = graph.look_up(POST, SecretStr(SECRET), datetime.now(UTC) - timedelta(days=1), datetime.now(UTC))
    graph.close()
    if not listing.is_complete:
        raise SyndicationError(listing.reason or "")


def read_insights(url: str) -> None:
    insights = FacebookInsights(url, "v25.0", timeout=TIMEOUT)
    try:
        insights.page_posts("page", SecretStr(SECRET), [], datetime.now(UTC) - timedelta(days=1))
    finally:
        insights.close()


def publish_on_mastodon(url: str) -> None:
    mastodon = Mastodon(timeout=TIMEOUT, addresses_of=here)
    outcome = mastodon.publish(replace(POST, server_url=url), SecretStr(SECRET))
    mastodon.close()
    if outcome.kind is not OutcomeKind.PUBLISHED:
        raise SyndicationError(outcome.message or "")


def publish_on_bluesky(url: str) -> None:
    bluesky = Bluesky(timeout=TIMEOUT, addresses_of=here)
    outcome = bluesky.publish(replace(POST, server_url=url), SecretStr(SECRET))
    bluesky.close()
    if outcome.kind is not OutcomeKind.PUBLISHED:
        raise SyndicationError(outcome.message or "")


def publish_on_linkedin(url: str) -> None:
    linkedin = LinkedIn(url, "202607", login_url=url, timeout=TIMEOUT)
    outcome = linkedin.publish(replace(POST, remote_account_id="urn:li:organization:1"), SecretStr(SECRET))
    linkedin.close()
    if outcome.kind is not OutcomeKind.PUBLISHED:
        raise SyndicationError(outcome.message or "")


def look_up_on_instagram(url: str) -> None:
    instagram = Instagram(url, "v25.0", timeout=TIMEOUT)
    listing = instagram.look_up(POST, SecretStr(SECRET), datetime.now(UTC) - timedelta(days=1), datetime.now(UTC))
    instagram.close()
    if not listing.is_complete:
        raise SyndicationError(listing.reason or "")


def read_linkedin_posts(url: str) -> None:
    posts = LinkedInPosts(url, "202607", timeout=TIMEOUT)
    page = "urn:li:organization:1"
    try:
        account = OwnAccount("org", "default", "acc", "linkedin", page, None, None, ["urn:li:share:1"])
        posts.posts(account, SecretStr(SECRET))
    finally:
        posts.close()


def read_instagram_media(url: str) -> None:
    media = InstagramMedia(url, "v25.0", ["reach"], timeout=TIMEOUT)
    try:
        media.posts(OwnAccount("org", "default", "acc", "instagram", "1", None, None, ["1"]), SecretStr(SECRET))
    finally:
        media.close()


def read_statuses(url: str) -> None:
    statuses = MastodonStatuses(timeout=TIMEOUT, addresses_of=here)
    try:
        statuses.posts(OwnAccount("org", "default", "acc", "mastodon", "1", url, None, ["1"]), SecretStr(SECRET))
    finally:
        statuses.close()


def read_bluesky_posts(url: str) -> None:
    posts = BlueskyPosts(url, timeout=TIMEOUT)
    try:
        posts.posts(OwnAccount("org", "default", "acc", "bluesky", "did:plc:1", None, None, ["at://1"]), None)
    finally:
        posts.close()


def here(_url: str) -> list[str]:
    """Stands for the guard, which lets nobody connect to this machine."""
    return ["127.0.0.1"]


def read_youtube(url: str) -> None:
    YouTubeDataApi(SECRET, url, timeout=TIMEOUT, attempts=1).channel_videos("UCx")


def run_apify(url: str) -> None:
    ApifyScraper(SECRET, url, "a~b", "ACTOR", timedelta(seconds=1), TIMEOUT, maximum_retries=0).scrape({}, 1)


def search_photos(url: str) -> None:
    row = SourceRow("pexels", url, "Authorization", "always", must_report_use=False, key=SecretStr(SECRET))
    client = ServiceClient(row, timeout=TIMEOUT)
    try:
        client.get("/v1/search", dict, "search")
    finally:
        client.close()


CLIENTS = [
    ask_language_model,
    read_shop,
    publish_on_facebook,
    look_up_on_facebook,
    read_insights,
    publish_on_mastodon,
    publish_on_bluesky,
    publish_on_linkedin,
    look_up_on_instagram,
    read_linkedin_posts,
    read_instagram_media,
    read_statuses,
    read_bluesky_posts,
    read_youtube,
    run_apify,
    search_photos,
]
EVERY_CLIENT = pytest.mark.parametrize("call", CLIENTS, ids=lambda call: call.__name__)
Client = Callable[[str], None]


@pytest.fixture
def other_server() -> Iterator[RawServer]:
    with serve() as served:
        yield served


def url_of(server: RawServer) -> str:
    return server.url("")


@EVERY_CLIENT
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_client_follows_a_redirect_to_another_origin(
    http_server: RawServer, other_server: RawServer, call: Client, status: int
):
    http_server.then(response(status, Location=other_server.url("/elsewhere")))
    other_server.then(response(200, b"{}"))
    with pytest.raises(SyndicationError):
        call(url_of(http_server))
    assert len(http_server.requests) == 1
    assert other_server.requests == []


@EVERY_CLIENT
def test_headers_that_drip_end_in_time(http_server: RawServer, call: Client):
    http_server.then(b"HTTP/1.1 200 X\r\nX-Slow: ", *[b"x"] * 200, seconds_between=0.1)
    began = time.monotonic()
    with pytest.raises(SyndicationError):
        call(url_of(http_server))
    assert time.monotonic() - began < 5, "without a deadline it takes 20 seconds"


@EVERY_CLIENT
def test_a_body_that_drips_ends_in_time(http_server: RawServer, call: Client):
    http_server.then(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n", *[b" "] * 200, seconds_between=0.1)
    began = time.monotonic()
    with pytest.raises(SyndicationError):
        call(url_of(http_server))
    assert time.monotonic() - began < 5


@EVERY_CLIENT
@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,identity, GZIP", "deflate, gzip"])
def test_a_body_that_is_compressed_twice_is_refused(http_server: RawServer, call: Client, encoding: str):
    http_server.then(response(200, BOMB, Content_Encoding=encoding))
    tracemalloc.start()
    try:
        with pytest.raises(SyndicationError):
            call(url_of(http_server))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
