"""The Facebook publisher against a local Graph API: requests, outcomes of errors, listings, and no leaked tokens."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.errors.facebook_error_meanings import Meaning, error_rows
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.publisher import Post
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error
from syndication_assets_tests.publishing.page_posts import SECRET, TOKEN, post

pytestmark = pytest.mark.one_server

HOUR = timedelta(hours=1)


def test_a_text_with_a_link_is_a_feed_post(graph: FakeGraph, facebook: FacebookGraph):
    outcome = facebook.publish(post(link_url="https://shop.example/a", image_url="https://shop.example/a.jpg"), SECRET)
    assert outcome == Outcome(
        OutcomeKind.PUBLISHED,
        platform_post_id="1234_1",
        platform_post_url="https://www.facebook.com/1234_1",
        http_status=200,
    )
    (request,) = graph.requests
    assert request["path"] == "/v25.0/1234/feed"
    assert request["form"] == {
        "message": "Shortbread from Skye",
        "link": "https://shop.example/a",
        "access_token": TOKEN,
    }


def test_a_text_with_a_picture_and_no_link_is_a_photo_with_the_id_of_its_post(
    graph: FakeGraph, facebook: FacebookGraph
):
    outcome = facebook.publish(post(image_url="https://shop.example/a.jpg", alt_text="A tin"), SECRET)
    assert outcome.platform_post_id == "1234_1"
    (request,) = graph.requests
    assert request["path"] == "/v25.0/1234/photos"
    assert request["form"] == {
        "caption": "Shortbread from Skye",
        "url": "https://shop.example/a.jpg",
        "alt_text_custom": "A tin",
        "access_token": TOKEN,
    }


def test_a_photo_post_is_a_photo_even_with_a_link(graph: FakeGraph, facebook: FacebookGraph):
    picture = post(channel_type="photo_post", image_url="https://shop.example/a.jpg", link_url="https://shop.example/a")
    facebook.publish(picture, SECRET)
    assert graph.requests[0]["path"].endswith("/photos")


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        (post(channel_type="story_post", image_url="https://shop.example/a.jpg"), "not story_post"),
        (post(channel_type="photo_post"), "needs a picture"),
        (post(channel_type="photo_post", image_url="http://shop.example/a.jpg"), "https://"),
    ],
)
def test_an_invalid_post_is_rejected_without_a_call(
    unfit: Post, reason: str, graph: FakeGraph, facebook: FacebookGraph
):
    outcome = facebook.publish(unfit, SECRET)
    assert outcome.kind is OutcomeKind.PERMANENT
    assert reason in (outcome.message or "")
    assert graph.requests == []


@pytest.mark.parametrize("url", ["https://localhost/a.jpg", "https://127.0.0.1/a.jpg", "https://[::1]/a.jpg"])
def test_with_the_real_resolver_a_picture_on_this_machine_is_rejected(url: str, graph: FakeGraph):
    client = FacebookGraph(graph.url, "v25.0")
    try:
        outcome = client.publish(post(image_url=url), SECRET)
    finally:
        client.close()
    assert outcome.kind is OutcomeKind.PERMANENT
    assert "no public address" in (outcome.message or "")
    assert graph.requests == []


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (Response(400, error(190, "Error validating access token", 463)), OutcomeKind.REFRESH_TOKEN, "190/463"),
        (Response(400, error(190, "The user changed the password", 460)), OutcomeKind.DISCONNECTED, "190/460"),
        (Response(400, error(190, "The app was removed", 458)), OutcomeKind.DISCONNECTED, "190/458"),
        (Response(401, error(190, "Invalid OAuth access token")), OutcomeKind.DISCONNECTED, "190"),
        (Response(400, error(4, "Application request limit reached")), OutcomeKind.RETRYABLE, "4"),
        (Response(400, error(17)), OutcomeKind.RETRYABLE, "17"),
        (Response(400, error(32)), OutcomeKind.RETRYABLE, "32"),
        (Response(400, error(613)), OutcomeKind.RETRYABLE, "613"),
        (Response(503, error(4, "Application request limit reached", is_transient=True)), OutcomeKind.RETRYABLE, "4"),
        # "Please retry your request later" also comes with posts that were accepted.
        (Response(400, error(1, "An unknown error occurred")), OutcomeKind.UNKNOWN, "1"),
        (Response(500, error(1, "An unknown error occurred", is_transient=True)), OutcomeKind.UNKNOWN, "1"),
        (Response(500, error(2, "An unexpected error has occurred", is_transient=True)), OutcomeKind.UNKNOWN, "2"),
        (Response(503, error(2, "Service temporarily unavailable")), OutcomeKind.UNKNOWN, "2"),
        (Response(400, error(2, "Service temporarily unavailable")), OutcomeKind.UNKNOWN, "2"),
        (Response(500, error(1, "An unknown error occurred")), OutcomeKind.UNKNOWN, "1"),
        (Response(500, error(100, "Invalid parameter")), OutcomeKind.UNKNOWN, "100"),
        (Response(400, error(99999, "Something new", is_transient=True)), OutcomeKind.UNKNOWN, "99999"),
        (Response(400, error(100, "Invalid parameter")), OutcomeKind.PERMANENT, "100"),
        (Response(403, error(200, "Permissions error")), OutcomeKind.DISCONNECTED, "200"),
        (Response(403, error(10, "Permission denied")), OutcomeKind.DISCONNECTED, "10"),
        (Response(403, error(283, "Requires an extended permission")), OutcomeKind.DISCONNECTED, "283"),
        (Response(400, error(3, "Unknown method")), OutcomeKind.DISCONNECTED, "3"),
        (Response(400, error(100, "Object does not exist", 33)), OutcomeKind.DISCONNECTED, "100/33"),
        (Response(500, error(200, "Permissions error")), OutcomeKind.UNKNOWN, "200"),
        (Response(400, error(1609005, "Error posting link")), OutcomeKind.PERMANENT, "1609005"),
        (Response(400, error(506, "Duplicate status message")), OutcomeKind.PERMANENT, "506"),
        (Response(400, error(368, "Blocked for policies")), OutcomeKind.RETRYABLE, "368"),
        (Response(400, error(368, "Blocked", 1390008, is_transient=True)), OutcomeKind.RETRYABLE, "368/1390008"),
        (Response(400, error(99999, "Something new")), OutcomeKind.PERMANENT, "99999"),
    ],
)
def test_each_graph_error_has_its_outcome(
    response: Response, kind: OutcomeKind, code: str, graph: FakeGraph, facebook: FacebookGraph
):
    graph.responses.append(response)
    outcome = facebook.publish(post(), SECRET)
    assert (outcome.kind, outcome.error_code, outcome.http_status) == (kind, code, response.status)
    assert response.body["error"]["message"] in (outcome.message or "")


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(502, b"<html>Bad gateway</html>"), OutcomeKind.UNKNOWN),
        (Response(500, b""), OutcomeKind.UNKNOWN),
        (Response(200, b"<html>Log in</html>"), OutcomeKind.UNKNOWN),
        (Response(200, b'{"id": "12'), OutcomeKind.UNKNOWN),
        (Response(200, {}), OutcomeKind.UNKNOWN),
        (Response(200, {"id": ""}), OutcomeKind.UNKNOWN),
        (Response(408, b""), OutcomeKind.UNKNOWN),
        (Response(404, b"<html>not here</html>"), OutcomeKind.PERMANENT),
        (Response(302, b"", {"Location": "https://elsewhere.example"}), OutcomeKind.PERMANENT),
        (Response(429, b"slow down"), OutcomeKind.RETRYABLE),
        (Response(body=None, is_accepted=True), OutcomeKind.UNKNOWN),
        (Response(body={"id": "late"}, is_accepted=True, delay=1.3), OutcomeKind.UNKNOWN),
    ],
)
def test_an_inconclusive_response_is_unknown_and_a_rejection_is_not(
    response: Response, kind: OutcomeKind, graph: FakeGraph, facebook: FacebookGraph
):
    graph.responses.append(response)
    assert facebook.publish(post(), SECRET).kind is kind
    assert len(graph.requests) == 1


def test_every_post_goes_out_on_a_new_connection(graph: FakeGraph, facebook: FacebookGraph):
    """The server may close a kept-alive connection while a post is on its way, and nobody knows then who read it."""
    for _ in range(2):
        facebook.look_up(post(), SECRET, datetime.now(UTC) - HOUR, datetime.now(UTC))
        facebook.publish(post(), SECRET)
    listing, first_post, second_listing, second_post = [request["connection"] for request in graph.requests]
    assert listing == second_listing
    assert len({listing, first_post, second_post}) == 3


def test_a_duplicate_error_after_an_earlier_attempt_is_unknown(graph: FakeGraph, facebook: FacebookGraph):
    graph.responses.append(Response(400, error(506, "Duplicate status message")))
    assert facebook.publish(post(attempt_number=2), SECRET).kind is OutcomeKind.UNKNOWN


def test_an_unreachable_server_is_retryable(facebook: FacebookGraph):
    client = FacebookGraph("http://127.0.0.1:9", "v25.0")
    try:
        outcome = client.publish(post(), SECRET)
    finally:
        client.close()
    assert outcome.kind is OutcomeKind.RETRYABLE
    assert "could not be reached" in (outcome.message or "")


@pytest.mark.parametrize(
    ("status", "headers", "minutes"),
    [
        (400, {"Retry-After": "120"}, 2),
        (400, {"Retry-After": "soon"}, 15),
        (
            400,
            {"X-Business-Use-Case-Usage": '{"1234": [{"type": "pages", "estimated_time_to_regain_access": 28}]}'},
            28,
        ),
        (400, {"X-Business-Use-Case-Usage": "{garbage"}, 15),
        (400, {}, 15),
    ],
)
def test_a_rate_limit_waits_as_long_as_requested_or_fifteen_minutes(
    status: int, headers: dict[str, str], minutes: int, graph: FakeGraph, facebook: FacebookGraph
):
    graph.responses.append(Response(status, error(32), headers))
    assert facebook.publish(post(), SECRET).wait == timedelta(minutes=minutes)


@pytest.mark.parametrize(("headers", "days"), [({}, 1), ({"Retry-After": "60"}, 1)])
def test_a_blocked_page_rests_for_a_day(headers: dict[str, str], days: int, graph: FakeGraph, facebook: FacebookGraph):
    graph.responses.append(Response(400, error(368, "Blocked for policies"), headers))
    assert facebook.publish(post(), SECRET).wait == timedelta(days=days)


@pytest.mark.parametrize(("code", "is_about_the_post"), [(506, True), (1609005, True), (100, False), (99999, False)])
def test_only_errors_that_are_known_to_be_about_the_post_say_so(
    code: int, is_about_the_post: bool, graph: FakeGraph, facebook: FacebookGraph
):
    graph.responses.append(Response(400, error(code)))
    assert facebook.publish(post(), SECRET).is_about_the_post is is_about_the_post


def test_every_error_code_has_one_row_with_a_source():
    keys = [(row.first_code, row.subcode) for row in error_rows()]
    assert len(set(keys)) == len(keys)
    assert all(row.source_url.startswith("https://developers.facebook.com/") for row in error_rows())
    of_other_networks = {Meaning.UNKNOWN, Meaning.NOT_YET, Meaning.VERSION_RETIRED}
    assert {row.meaning for row in error_rows()} == set(Meaning) - of_other_networks


def test_a_date_in_retry_after_is_parsed(graph: FakeGraph, facebook: FacebookGraph):
    later = datetime.now(UTC) + timedelta(minutes=10)
    graph.responses.append(Response(429, b"", {"Retry-After": f"{later:%a, %d %b %Y %H:%M:%S GMT}"}))
    wait = facebook.publish(post(), SECRET).wait
    assert wait is not None
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


def test_an_expired_token_is_not_renewed(facebook: FacebookGraph):
    assert facebook.refresh(SECRET) is None


def test_the_token_is_in_no_url_log_line_or_message(
    graph: FakeGraph, facebook: FacebookGraph, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    echoes = [f"Malformed access token {TOKEN}", "quoted canary-EAAB%2Fpage%2Btoken%3D", "canary-EAAB/page%2Btoken%3D"]
    outcomes = [facebook.publish(post(), SECRET)]
    for echo in echoes:
        graph.responses.append(Response(400, error(190, echo)))
        outcomes.append(facebook.publish(post(), SECRET))
    graph.responses.append(Response(500, TOKEN.encode()))
    outcomes.append(facebook.publish(post(), SECRET))
    graph.responses.append(Response(body=None))
    outcomes.append(facebook.publish(post(), SECRET))
    facebook.look_up(post(), SECRET, datetime.now(UTC) - HOUR, datetime.now(UTC))
    output = caplog.text + repr(outcomes) + repr([request["path"] for request in graph.requests])
    assert "canary" not in output
    assert len(outcomes) == 6


def test_an_id_with_characters_that_the_database_does_not_accept_is_cleaned(graph: FakeGraph, facebook: FacebookGraph):
    graph.responses.append(Response(200, b'{"id": "1234_\\u00001", "note": "cut off \\ud83d"}'))
    outcome = facebook.publish(post(), SECRET)
    assert (outcome.kind, outcome.platform_post_id) == (OutcomeKind.PUBLISHED, "1234_1")


def test_an_error_with_such_characters_keeps_its_meaning(graph: FakeGraph, facebook: FacebookGraph):
    message = b"No\\u0000 \\u001b[31mred \\ud83d"
    graph.responses.append(Response(400, b'{"error": {"code": 100, "message": "' + message + b'"}}'))
    outcome = facebook.publish(post(), SECRET)
    assert (outcome.kind, outcome.error_code) == (OutcomeKind.PERMANENT, "100")
    assert "No red" in (outcome.message or "")
    assert (outcome.message or "").isprintable()
