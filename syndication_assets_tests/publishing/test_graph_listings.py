"""The posts of a page, as the Facebook publisher lists them from a local Graph API."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error
from syndication_assets_tests.publishing.page_posts import SECRET, TOKEN, post

pytestmark = pytest.mark.one_server

HOUR = timedelta(hours=1)


def test_a_token_that_may_not_list_posts_does_not_disconnect_its_page(graph: FakeGraph, facebook: FacebookGraph):
    graph.listing_response = Response(403, error(10, "Requires pages_read_engagement"))
    now = datetime.now(UTC)
    rejection = facebook.look_up(post(), SECRET, now - HOUR, now).rejection
    assert rejection is not None
    assert rejection.kind is OutcomeKind.PERMANENT


def test_a_listing_follows_all_result_pages(graph: FakeGraph, facebook: FacebookGraph):
    graph.page_size = 2
    for number in range(5):
        facebook.publish(post(text=f"Tin {number}"), SECRET)
    now = datetime.now(UTC)
    listing = facebook.look_up(post(text="Tin  3\n"), SECRET, now - HOUR, now + HOUR)
    assert listing.is_complete
    assert [listed.has_same_text for listed in listing.posts] == [False, True, False, False, False]
    assert listing.posts[1].platform_post_id == "1234_4"
    assert listing.posts[1].platform_post_url == "https://www.facebook.com/1234_4"
    lists = [request for request in graph.requests if request["method"] == "GET"]
    assert len(lists) == 3
    assert all(request["headers"]["Authorization"] == f"Bearer {TOKEN}" for request in lists)


@pytest.mark.parametrize(
    ("response", "kind", "is_app_wide"),
    [
        (Response(400, error(4, "Application request limit reached")), OutcomeKind.RETRYABLE, True),
        (Response(400, error(32, "Page request limit reached")), OutcomeKind.RETRYABLE, False),
        (Response(401, error(190, f"Error validating {TOKEN}", 460)), OutcomeKind.DISCONNECTED, False),
    ],
)
def test_a_rejected_listing_has_an_outcome_for_the_account(
    response: Response, kind: OutcomeKind, is_app_wide: bool, graph: FakeGraph, facebook: FacebookGraph
):
    graph.listing_response = response
    now = datetime.now(UTC)
    rejection = facebook.look_up(post(), SECRET, now - HOUR, now).rejection
    assert rejection is not None
    assert (rejection.kind, rejection.is_app_wide) == (kind, is_app_wide)
    assert (rejection.wait is not None) == (kind is OutcomeKind.RETRYABLE)
    assert "canary" not in repr(rejection)


def test_a_failed_listing_is_incomplete_and_says_why(graph: FakeGraph, facebook: FacebookGraph):
    graph.listing_status = 503
    now = datetime.now(UTC)
    listing = facebook.look_up(post(), SECRET, now - HOUR, now)
    assert not listing.is_complete
    assert "Service temporarily unavailable" in (listing.reason or "")


def test_a_post_whose_text_was_cut_in_the_middle_of_a_character_does_not_cost_the_listing(
    graph: FakeGraph, facebook: FacebookGraph
):
    now = datetime.now(UTC)
    created = f"{now:%Y-%m-%dT%H:%M:%S+0000}"
    posts = [
        f'{{"id": "1", "created_time": "{created}", "message": "cut off \\ud83d"}}',
        f'{{"id": "2\\u0000", "created_time": "{created}", "message": "Shortbread from Skye"}}',
    ]
    graph.listing_response = Response(200, f'{{"data": [{", ".join(posts)}]}}'.encode())
    listing = facebook.look_up(post(), SECRET, now - HOUR, now + HOUR)
    assert listing.is_complete
    assert [(found.platform_post_id, found.has_same_text) for found in listing.posts] == [("1", False), ("2", True)]
