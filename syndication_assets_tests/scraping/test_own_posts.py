"""Counters of our own posts on Mastodon and Bluesky: from the network through the landing zone to snapshots."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.bluesky import post_parser
from syndication_assets.scraping.bluesky.posts_client import BlueskyPosts
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.fetching.own_posts import OwnPostsReport, fetch_own_posts
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets.scraping.mastodon import status_parser
from syndication_assets.scraping.mastodon.statuses_client import MastodonStatuses
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.mastodon_server import ACCOUNT, TOKEN, FakeMastodon
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request, serve
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue, settings_of
from syndication_assets_tests.today import today

LOG = logging.getLogger(__name__)
DID = "did:plc:kilts"


def status(number: int, **counts: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "created_at": f"{today()}T00:00:00.000Z",
        "content": f"<p>Tin {number} &amp; more<br />from <a href='#'>Skye</a></p>",
        "url": f"https://mastodon.example/@kilts/{number}",
        "account": {"id": ACCOUNT, "acct": "kilts", "display_name": "Kilts", "followers_count": 12},
        **counts,
    }


def uri(number: int) -> str:
    return f"at://{DID}/app.bsky.feed.post/3k{number}"


def view(number: int, **counts: int) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": f"Tin {number}", "createdAt": f"{today()}T00:00:00.000Z"}
    author = {"did": DID, "handle": "kilts.example", "displayName": "Kilts"}
    return {"uri": uri(number), "cid": "bafy", "author": author, "record": record, **counts}


@dataclass
class FakeAppView(FakeNetwork):
    """`app.bsky.feed.getPosts`: at most 25 URIs, and only the posts that exist."""

    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    uris: list[list[str]] = field(default_factory=list)
    response: Response | None = None

    def answer(self, request: Request) -> Response:
        if self.response is not None:
            return self.response
        asked = parse_qs(request.raw_query)["uris"]
        self.uris.append(asked)
        if request.path != "/xrpc/app.bsky.feed.getPosts" or len(asked) > 25:
            return Response(
                400, {"error": "InvalidRequest", "message": "Error: uris must not have more than 25 elements"}
            )
        return Response(body={"posts": [self.views[uri] for uri in asked if uri in self.views]})


@pytest.fixture
def mastodon_server() -> Iterator[FakeMastodon]:
    fake = FakeMastodon()
    with serve(fake):
        yield fake


@pytest.fixture
def app_view() -> Iterator[FakeAppView]:
    fake = FakeAppView()
    with serve(fake):
        yield fake


def queue_with(
    database: str,
    platform: str,
    account: str,
    post_ids: list[str],
    server_url: str | None,
    publisher: str | None = None,
    token: str = TOKEN,
) -> PublishingQueue:
    """A queue whose account has published these posts."""
    queue = PublishingQueue(database, platform=platform)
    account_id = queue.page(account, publisher or platform, token, server_url=server_url)
    for target_id, post_id in zip(queue.due(account_id, len(post_ids)), post_ids, strict=True):
        for state in ("publishing", "published"):
            queue.execute(
                "update publishing.post_targets set state = %(state)s, leased_by = case when %(state)s = 'publishing'"
                " then 'test' end, leased_until = case when %(state)s = 'publishing' then now() end,"
                " published_at = case when %(state)s = 'published' then now() end,"
                " platform_post_id = case when %(state)s = 'published' then %(id)s end where target_id = %(target)s",
                {"state": state, "id": post_id, "target": target_id},
            )
    return queue


def fetch_mastodon(queue: PublishingQueue, zone: LandingZone, fake: FakeMastodon) -> OwnPostsReport:
    with closing(MastodonStatuses(addresses_of=fake.addresses_of)) as api:
        return fetch_own_posts(queue.url, settings_of(), zone, "mastodon_api", "mastodon", api, log=LOG)


def fetch_bluesky(queue: PublishingQueue, zone: LandingZone, fake: FakeAppView) -> OwnPostsReport:
    with closing(BlueskyPosts(fake.url)) as api:
        return fetch_own_posts(queue.url, settings_of(), zone, "bluesky_api", "bluesky", api, log=LOG)


def loaded(queue: PublishingQueue, zone: LandingZone) -> list[tuple[Any, ...]]:
    with run_session(queue.url, "test", None) as session:
        load_day(queue.url, zone, today(), maximum_file_bytes=10**6, session=session)
    return queue.rows(
        "select p.platform, p.urn, d.reactions, d.shares, d.comments, d.views, d.reach from scraping.posts p"
        " join scraping.data_downloads d using (organization_id, post_id) order by urn"
    )


def test_statuses_become_snapshots_and_a_missing_counter_is_not_measured(
    database_url: str, zone: LandingZone, mastodon_server: FakeMastodon
):
    mastodon_server.statuses = [
        status(1, favourites_count=7, reblogs_count=2, replies_count=0),
        status(2, favourites_count=1),
    ]
    queue = queue_with(database_url, "mastodon", ACCOUNT, ["1", "2", "3"], mastodon_server.url)
    report = fetch_mastodon(queue, zone, mastodon_server)
    assert (report.accounts, report.posts, report.files_landed, report.missing) == (1, 3, 2, 1)
    assert loaded(queue, zone) == [
        ("mastodon", "1", 7, 2, 0, None, None),
        ("mastodon", "2", 1, None, None, None, None),
    ]


def test_the_token_of_a_server_lands_nowhere(database_url: str, zone: LandingZone, mastodon_server: FakeMastodon):
    mastodon_server.statuses = [status(1) | {"content": f"<p>{TOKEN}</p>"}]
    queue = queue_with(database_url, "mastodon", ACCOUNT, ["1"], mastodon_server.url)
    fetch_mastodon(queue, zone, mastodon_server)
    (file,) = zone.files(today())
    assert b"canary" not in zone.read(file.path, 10**6)
    assert mastodon_server.requests[-1].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_revoked_token_disconnects_the_account_and_fails_its_run(
    database_url: str, zone: LandingZone, mastodon_server: FakeMastodon
):
    queue = queue_with(database_url, "mastodon", ACCOUNT, ["1"], mastodon_server.url)
    with closing(MastodonStatuses(addresses_of=mastodon_server.addresses_of)) as api:
        mastodon_server.answer = lambda _: Response(401, {"error": "The access token was revoked"})  # type: ignore[method-assign]
        report = fetch_own_posts(queue.url, settings_of(), zone, "mastodon_api", "mastodon", api, log=LOG)
    assert list(report.failures) == [f"default/{ACCOUNT}"]
    assert queue.value("select status::text from channels.social_accounts") == "disconnected"
    assert queue.value("select status::text from scraping.download_runs where kind = 'fetch'") == "failed"


def test_posts_of_bluesky_are_asked_for_25_at_a_time_and_become_snapshots(
    database_url: str, zone: LandingZone, app_view: FakeAppView
):
    app_view.views = {uri(n): view(n, likeCount=n, repostCount=1, replyCount=0, quoteCount=3) for n in range(30)}
    del app_view.views[uri(29)]["likeCount"], app_view.views[uri(28)]
    queue = queue_with(database_url, "bluesky", DID, [uri(n) for n in range(30)], app_view.url)
    report = fetch_bluesky(queue, zone, app_view)
    assert (report.posts, report.files_landed, report.missing) == (30, 2, 1)
    assert [len(uris) for uris in app_view.uris] == [25, 5]
    found = {row[1]: row[2:] for row in loaded(queue, zone)}
    assert len(found) == 29
    assert found[uri(7)] == (7, 1, 0, None, None)
    assert found[uri(29)] == (None, 1, 0, None, None)


def test_simulated_posts_and_those_of_samples_are_not_asked_for(
    database_url: str, zone: LandingZone, app_view: FakeAppView
):
    queue = queue_with(database_url, "bluesky", DID, [uri(1)], app_view.url)
    queue.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    assert fetch_bluesky(queue, zone, app_view).accounts == 0
    assert app_view.requests == []


def test_a_rate_limit_rests_the_account(database_url: str, zone: LandingZone, app_view: FakeAppView):
    queue = queue_with(database_url, "bluesky", DID, [uri(1)], app_view.url)
    app_view.response = Response(429, {"error": "RateLimitExceeded"}, {"Retry-After": "60"})
    assert len(fetch_bluesky(queue, zone, app_view).failures) == 1
    assert fetch_bluesky(queue, zone, app_view).accounts == 0
    assert len(app_view.requests) == 1


@pytest.mark.parametrize(
    ("parse", "item", "why"),
    [
        (status_parser.parse_item, {"favourites_count": 1}, "missing id"),
        (status_parser.parse_item, {"id": "1/../2"}, "not the id"),
        (status_parser.parse_item, {"id": "1", "favourites_count": -1}, "favourites_count"),
        (post_parser.parse_item, {"likeCount": 1}, "missing URI"),
        (post_parser.parse_item, {"uri": f"at://{DID}/app.bsky.feed.like/3k"}, "not the URI"),
        (post_parser.parse_item, {"uri": uri(1), "likeCount": "7"}, "likeCount"),
        (post_parser.parse_item, {"uri": uri(1), "embed": {"images": [1]}}, "pictures"),
    ],
)
def test_an_item_that_is_no_post_is_rejected_with_its_place(parse: Any, item: dict[str, Any], why: str):
    with pytest.raises(ItemRejectedError, match=why):
        parse(json.dumps(item).encode(), None)


def test_an_observation_has_the_words_the_author_and_the_pictures():
    picture = {"type": "image", "url": "https://files.example/1.png", "description": "A tin"}
    item = status(1, favourites_count=1) | {"media_attachments": [picture]}
    parsed = status_parser.parse_item(json.dumps(item).encode(), None)
    (found,) = parsed.observations
    assert (found.text, found.author and found.author.username, parsed.unknown_keys) == (
        "Tin 1 & more\nfrom Skye",
        "kilts",
        (),
    )
    assert [(media.media_type, media.title) for media in found.media] == [("image", "A tin")]
    images = {"images": [{"fullsize": "https://cdn.example/1.jpg", "alt": "A tin"}]}
    parsed = post_parser.parse_item(json.dumps(view(1, likeCount=1) | {"embed": images}).encode(), None)
    assert parsed.unknown_keys == ()
    assert [(media.media_type, media.title) for media in parsed.observations[0].media] == [("image", "A tin")]
    assert parsed.observations[0].url == f"https://bsky.app/profile/{DID}/post/3k1"


def test_posts_are_measured_for_the_days_that_the_setting_says(
    database_url: str, zone: LandingZone, mastodon_server: FakeMastodon
):
    queue = queue_with(database_url, "mastodon", ACCOUNT, ["1"], "https://mastodon.example")
    queue.execute("update publishing.post_targets set published_at = now() - interval '5 days'")
    assert fetch_mastodon(queue, zone, mastodon_server).posts == 1
    give_setting(database_url, "scraping.insights_days", 4, "default")
    assert fetch_mastodon(queue, zone, mastodon_server).posts == 0
