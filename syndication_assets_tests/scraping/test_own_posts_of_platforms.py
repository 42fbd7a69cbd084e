"""Counters of our own posts on LinkedIn and Instagram: from the network through the landing zone to snapshots."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.own_posts import OwnPostsReport, fetch_own_posts
from syndication_assets.scraping.fetching.platform_metrics import metrics_on
from syndication_assets.scraping.instagram import media_parser
from syndication_assets.scraping.instagram.media_client import InstagramMedia
from syndication_assets.scraping.linkedin import own_post_parser
from syndication_assets.scraping.linkedin.own_posts_client import LinkedInPosts
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.publishing import instagram_server, linkedin_server
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.graph_server import error as graph_error
from syndication_assets_tests.publishing.instagram_server import FakeInstagram
from syndication_assets_tests.publishing.linkedin_server import PAGE, PERSON, FakeLinkedIn
from syndication_assets_tests.publishing.network_server import serve
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue, settings_of
from syndication_assets_tests.scraping.test_own_posts import LOG, loaded, queue_with
from syndication_assets_tests.today import today

COUNTERS = (
    "select p.urn, d.reactions, d.comments, d.shares, d.saves, d.clicks, d.views, d.impressions, d.reach"
    " from scraping.posts p join scraping.data_downloads d using (organization_id, post_id)"
    " order by p.urn, d.downloaded_at"
)


@pytest.fixture
def linkedin() -> Iterator[FakeLinkedIn]:
    with serve(FakeLinkedIn()) as fake:
        assert isinstance(fake, FakeLinkedIn)
        yield fake


@pytest.fixture
def instagram() -> Iterator[FakeInstagram]:
    with serve(FakeInstagram()) as fake:
        assert isinstance(fake, FakeInstagram)
        yield fake


def queue_of(database: str, platform: str, publisher: str, account: str, token: str, ids: list[str]) -> PublishingQueue:
    return queue_with(database, platform, account, ids, None, publisher, token)


def fetch_linkedin(queue: PublishingQueue, zone: LandingZone, fake: FakeLinkedIn) -> OwnPostsReport:
    with closing(LinkedInPosts(fake.url, linkedin_server.VERSION)) as api:
        return fetch_own_posts(queue.url, settings_of(), zone, "linkedin_api", "linkedin", api, log=LOG)


def fetch_instagram(
    queue: PublishingQueue, zone: LandingZone, fake: FakeInstagram, metrics: list[str] | None = None
) -> OwnPostsReport:
    metrics = metrics or metrics_on(queue.url, "instagram", today())
    with closing(InstagramMedia(fake.url, instagram_server.VERSION, metrics)) as api:
        return fetch_own_posts(queue.url, settings_of(), zone, "instagram_graph", "instagram_graph", api, log=LOG)


def test_posts_of_a_page_have_reactions_and_comments_and_those_with_activity_the_statistics(
    database_url: str, zone: LandingZone, linkedin: FakeLinkedIn
):
    first, other = (linkedin.add_post(rf"Tin \({number}\) {{hashtag|\#|Tea}}")["id"] for number in (1, 2))
    ugc = linkedin.add_post("Video", id="urn:li:ugcPost:7141138937766391900")["id"]
    for urn, counts in ((first, (7, 2)), (other, (0, 0)), (ugc, (1, 0))):
        linkedin.social[urn] = counts
    statistics = {"clickCount": 5, "impressionCount": 120, "uniqueImpressionsCount": 90, "likeCount": 6}
    linkedin.statistics = {first: statistics | {"shareCount": 1, "commentCount": 2, "engagement": 0.11}}
    linkedin.statistics[ugc] = {"impressionCount": 3}
    gone = "urn:li:share:1"
    ids = [first, other, ugc, gone, "dry-run_tgt-1"]
    queue = queue_of(database_url, "linkedin", "linkedin", PAGE, linkedin_server.TOKEN, ids)
    report = fetch_linkedin(queue, zone, linkedin)
    assert (report.posts, report.missing, report.failures) == (5, 2, {})
    assert report.files_landed == 3 + 3 + 1
    loaded(queue, zone)
    digits = [urn.rpartition(":")[2] for urn in (first, other, ugc)]
    assert queue.rows(COUNTERS) == [
        (digits[0], 7, 2, None, None, None, None, None, None),
        (digits[0], None, None, 1, None, 5, None, 120, 90),
        (digits[1], 0, 0, None, None, None, None, None, None),
        (digits[2], 1, 0, None, None, None, None, None, None),
        (digits[2], None, None, None, None, None, None, 3, None),
    ]
    text, posted, url = queue.rows("select text_content, posted_at, full_urn from scraping.posts order by urn")[0]
    assert (text, posted.date(), url) == ("Tin (1) #Tea", today(), first)
    assert "canary" not in repr([zone.read(file.path, 10**6) for file in zone.files(today())])


def test_results_of_a_linkedin_post_reach_its_product_whatever_id_it_is_known_by(
    database_url: str, zone: LandingZone, linkedin: FakeLinkedIn
):
    urn = linkedin.add_post("Tin")["id"]
    linkedin.social[urn] = (7, 2)
    queue = queue_of(database_url, "linkedin", "linkedin", PAGE, linkedin_server.TOKEN, [urn])
    fetch_linkedin(queue, zone, linkedin)
    assert performance(queue, zone) == [("linkedin", 1)]
    # A scraper knows the post by its activity as well, which is its canonical id from then on.
    ids = {"activity_urn": "7399000000000000001", "share_urn": urn.rpartition(":")[2]}
    dataset = json.dumps([{"urn": ids, "text": "Tin"}]).encode()
    zone.land("default", "linkedin_apify", today(), f"dataset_kilts_{today()}_01-00-00.json", dataset)
    assert performance(queue, zone) == [("linkedin", 1)]
    assert queue.rows("select urn_kind, urn from scraping.posts") == [("activity", "7399000000000000001")]
    with transaction(queue.url) as connection:
        check = load_sql("engagement/product_post_performance/checks/totals_equal_their_posts.sql")
        window = {"window_start": today(), "window_end": today() + timedelta(days=1)}
        assert connection.execute(check, window).fetchall() == []


def performance(queue: PublishingQueue, zone: LandingZone) -> list[tuple[str, int]]:
    """The rows of today, after a load and the rollups: platform and number of posts."""
    loaded(queue, zone)
    for table in ("post_engagement_daily", "product_post_performance"):
        with transaction(queue.url) as connection:
            compute_rollup(connection, "engagement", table, today(), today() + timedelta(days=1))
    return queue.rows("select platform, posts_observed from engagement.product_post_performance")


def test_a_profile_that_linkedin_does_not_show_has_no_numbers_and_no_failure(
    database_url: str, zone: LandingZone, linkedin: FakeLinkedIn
):
    linkedin.answer = lambda _: linkedin_server.error(403, "ACCESS_DENIED", "Not enough permissions")  # type: ignore[method-assign]
    queue = queue_of(database_url, "linkedin", "linkedin", PERSON, linkedin_server.TOKEN, ["urn:li:share:1"])
    report = fetch_linkedin(queue, zone, linkedin)
    assert (report.accounts, report.files_landed, report.missing, report.failures) == (1, 0, 0, {})
    assert len(linkedin.requests) == 1


@pytest.mark.parametrize(
    ("response", "status", "rests"),
    [
        (linkedin_server.error(401, None, "The token used in the request has been revoked"), "disconnected", 0),
        (linkedin_server.error(403, "ACCESS_DENIED", "Not enough permissions"), "active", 0),
        (linkedin_server.error(426, "NONEXISTENT_VERSION", "Requested version 20240401 is not active"), "active", 1),
        (linkedin_server.error(429, "TOO_MANY_REQUESTS", "throttled"), "active", 1),
    ],
)
def test_an_error_of_linkedin_is_about_the_account_or_every_call(
    response: Response, status: str, rests: int, shared_database: str, zone: LandingZone, linkedin: FakeLinkedIn
):
    linkedin.answer = lambda _: response  # type: ignore[method-assign]
    queue = queue_of(shared_database, "linkedin", "linkedin", PAGE, linkedin_server.TOKEN, ["urn:li:share:1"])
    assert list(fetch_linkedin(queue, zone, linkedin).failures) == [f"default/{PAGE}"]
    assert queue.value("select status::text from channels.social_accounts") == status
    assert queue.value("select count(*) from channels.platform_limits") == rests


def test_posts_of_an_account_become_snapshots_and_missing_insights_are_not_measured(
    database_url: str, zone: LandingZone, instagram: FakeInstagram
):
    first = instagram.add_media("A tin\n\n#Tea", like_count=7, comments_count=2)["id"]
    new = instagram.add_media("Another tin")["id"]
    hidden = instagram.add_media("Third")
    del hidden["like_count"]
    instagram.insights[first] = {"reach": 90, "saved": 3, "shares": 1, "views": 150}
    ids = [first, new, hidden["id"], "17900000000009999"]
    token = instagram_server.TOKEN
    queue = queue_of(database_url, "instagram", "instagram_graph", instagram_server.ACCOUNT, token, ids)
    report = fetch_instagram(queue, zone, instagram)
    assert (report.posts, report.files_landed, report.missing, report.failures) == (4, 3, 1, {})
    assert instagram.requests[0].query["fields"].endswith(",insights.metric(reach,saved,shares,views)")
    loaded(queue, zone)
    assert queue.rows(COUNTERS) == [
        (first, 7, 2, 1, 3, None, 150, None, 90),
        (new, 0, 0, None, None, None, None, None, None),
        (hidden["id"], None, 0, None, None, None, None, None, None),
    ]
    assert queue.rows("select username, post_count from scraping.profiles where post_count > 0") == [("kilts", 3)]


def test_a_metric_that_graph_retires_costs_the_insights_and_is_told(
    database_url: str, zone: LandingZone, instagram: FakeInstagram
):
    media_id = instagram.add_media("A tin", like_count=7)["id"]
    token = instagram_server.TOKEN
    queue = queue_of(database_url, "instagram", "instagram_graph", instagram_server.ACCOUNT, token, [media_id])
    report = fetch_instagram(queue, zone, instagram, ["impressions", "reach"])
    (problem,) = report.failures.values()
    assert "Without insights" in problem
    assert report.files_landed == 1
    loaded(queue, zone)
    assert queue.rows(COUNTERS) == [(media_id, 7, 0, None, None, None, None, None, None)]


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (Response(400, graph_error(190, f"Invalid token {instagram_server.TOKEN}")), "disconnected"),
        (Response(400, graph_error(4)), "active"),
        (Response(500, b"<html>"), "active"),
        (Response(200, b"<html>"), "active"),
    ],
)
def test_an_error_of_instagram_fails_the_account_and_names_no_token(
    response: Response, status: str, shared_database: str, zone: LandingZone, instagram: FakeInstagram
):
    instagram.insights_response = response
    media_id = instagram.add_media("A tin")["id"]
    token = instagram_server.TOKEN
    queue = queue_of(shared_database, "instagram", "instagram_graph", instagram_server.ACCOUNT, token, [media_id])
    report = fetch_instagram(queue, zone, instagram)
    assert "canary" not in repr(report.failures)
    assert (len(report.failures), report.files_landed) == (1, 0)
    assert queue.value("select status::text from channels.social_accounts") == status


SHARE = "urn:li:share:7"


@pytest.mark.parametrize(
    ("parse", "item", "why"),
    [
        (own_post_parser.parse_item, {"commentary": "Tin"}, "missing id"),
        (own_post_parser.parse_item, {"id": "urn:li:comment:7"}, "not the id"),
        (own_post_parser.parse_item, {"totalShareStatistics": {"clickCount": 1}}, "missing post"),
        (own_post_parser.parse_item, {"share": SHARE, "totalShareStatistics": {"clickCount": -1}}, "clickCount"),
        (own_post_parser.parse_item, {"results": {"7": {}}}, "not the id"),
        (own_post_parser.parse_item, {"results": {SHARE: {"likesSummary": {"totalLikes": "7"}}}}, "totalLikes"),
        (media_parser.parse_item, {"like_count": 1}, "missing id"),
        (media_parser.parse_item, {"id": "1_2"}, "not the id"),
        (media_parser.parse_item, {"id": "1", "comments_count": -1}, "comments_count"),
    ],
)
def test_an_item_that_is_no_post_is_rejected_with_its_place(parse: Any, item: dict[str, Any], why: str):
    with pytest.raises(ItemRejectedError, match=why):
        parse(json.dumps(item).encode(), None)


def test_social_actions_that_name_the_activity_link_it_to_the_post_that_was_asked_for():
    item = {"results": {SHARE: {"target": "urn:li:activity:9", "likesSummary": {"totalLikes": 1}}}, "statuses": {}}
    (found,) = own_post_parser.parse_item(json.dumps(item).encode(), None).observations
    assert found.ids == (("activity", "9"), ("share", "7"))
    assert found.full_urn == SHARE
    assert [(metric.name, metric.value) for metric in found.metrics] == [("totalLikes", 1)]


def test_keys_that_the_adapters_do_not_know_are_counted():
    post = {"id": SHARE, "commentary": "Tin", "createdAt": 1_764_000_000_000, "mood": 1}
    assert own_post_parser.parse_item(json.dumps(post).encode(), None).unknown_keys == ("$.mood",)
    media = {
        "id": "1",
        "caption": "Tin",
        "like_count": 1,
        "mood": 1,
        "media_type": "VIDEO",
        "media_url": "https://x.example/1",
    }
    parsed = media_parser.parse_item(json.dumps(media).encode(), None)
    assert parsed.unknown_keys == ("$.mood",)
    assert [each.media_type for each in parsed.observations[0].media] == ["video"]
