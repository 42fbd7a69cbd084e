"""The Mastodon publisher against a local server: pictures, the key of a status, its HTML, errors and limits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.accounts.account_health import AccountState
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.mastodon.mastodon_publisher import Mastodon
from syndication_assets.publishing.publisher import Account
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.mastodon_server import ACCOUNT, FakeMastodon
from syndication_assets_tests.publishing.publisher_contract import Contract, mastodon

pytestmark = pytest.mark.one_server

HOUR = timedelta(hours=1)


@pytest.fixture
def network() -> Iterator[Contract]:
    with mastodon() as contract:
        yield contract


@pytest.fixture
def fake(network: Contract) -> FakeMastodon:
    found: FakeMastodon = network.network
    return found


def test_a_status_has_its_text_language_visibility_and_key(network: Contract, fake: FakeMastodon):
    network.publisher.publish(network.post(language="de"), network.secret)
    (request,) = fake.requests
    assert request.form == {"status": network.post().text, "visibility": "public", "language": "de"}
    assert len(request.headers["idempotency-key"]) == 64


def test_the_key_is_that_of_the_target_and_its_text(network: Contract, fake: FakeMastodon):
    first = network.post()
    for post in (
        first,
        replace(first, attempt_number=2),
        replace(first, target_id="tgt-2"),
        replace(first, text="Tea"),
    ):
        network.publisher.publish(post, network.secret)
    keys = [request.headers["idempotency-key"] for request in fake.requests]
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(fake.statuses) == 3


def test_when_the_hour_of_the_key_is_over_only_the_lookup_tells_that_a_status_exists(
    network: Contract, fake: FakeMastodon
):
    network.publisher.publish(network.post(), network.secret)
    fake.keys.clear()
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now + HOUR)
    assert [found.has_same_text for found in listing.posts] == [True]


@pytest.mark.parametrize("rounds", [0, 3])
def test_a_picture_is_uploaded_with_its_alt_text_and_attached_once_it_is_processed(
    rounds: int, network: Contract, fake: FakeMastodon
):
    fake.rounds_to_process = rounds
    post = network.post(image_url=f"{fake.url}/picture.png", alt_text="A tin of shortbread")
    assert network.publisher.publish(post, network.secret).kind is OutcomeKind.PUBLISHED
    (attached,) = fake.statuses[0]["media_attachments"]
    assert (attached["description"], attached["url"] is not None) == ("A tin of shortbread", True)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(422, {"error": "Validation failed: File content type is invalid"}), OutcomeKind.PERMANENT),
        (Response(500, {"error": "Error processing thumbnail for uploaded media"}), OutcomeKind.RETRYABLE),
        (Response(429, {"error": "Too many requests"}), OutcomeKind.RETRYABLE),
        (Response(body=None), OutcomeKind.RETRYABLE),
        (Response(200, b"<html>"), OutcomeKind.RETRYABLE),
        (Response(202, {"id": "7", "url": None}), OutcomeKind.RETRYABLE),
    ],
)
def test_a_picture_that_cannot_be_uploaded_publishes_nothing_and_is_never_unknown(
    response: Response, kind: OutcomeKind, network: Contract, fake: FakeMastodon
):
    fake.media_response, fake.rounds_to_process = response, 1_000
    post = network.post(image_url=f"{fake.url}/picture.png")
    assert network.publisher.publish(post, network.secret).kind is kind
    assert network.calls() == 0


@pytest.mark.parametrize(
    ("limits", "path", "reason"),
    [
        ({"image_bytes": 100}, "picture.png", "larger than 100 bytes"),
        ({}, "nothing.png", "answered 401"),
        ({"text_length": 20}, "picture.png", "accepts 20"),
    ],
)
def test_what_the_server_would_not_take_is_not_sent(
    limits: dict[str, int], path: str, reason: str, network: Contract, fake: FakeMastodon
):
    post = network.post(image_url=f"{fake.url}/{path}", limits=limits)
    outcome = network.publisher.publish(post, network.secret)
    assert (outcome.kind, network.calls()) == (OutcomeKind.PERMANENT, 0)
    assert reason in (outcome.message or "")


@pytest.mark.parametrize("url", ["https://localhost/a", "https://127.0.0.1", "http://mastodon.example"])
def test_a_server_or_a_picture_on_this_machine_is_never_asked(url: str, network: Contract, fake: FakeMastodon):
    real = Mastodon()
    try:
        outcomes = [
            real.publish(network.post(server_url=url), network.secret),
            real.publish(network.post(image_url=f"{fake.url}/picture.png"), network.secret),
        ]
        health = real.check(Account(ACCOUNT, fake.url), network.secret)
    finally:
        real.close()
    assert all(outcome.kind in (OutcomeKind.RETRYABLE, OutcomeKind.PERMANENT) for outcome in outcomes)
    assert health.state is AccountState.ERROR
    assert fake.requests == []


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (Response(401, {"error": "The access token is invalid"}), OutcomeKind.DISCONNECTED, "401"),
        (Response(403, {"error": "This action is not allowed"}), OutcomeKind.DISCONNECTED, "403"),
        (Response(422, {"error": "Validation failed: Text can't be blank"}), OutcomeKind.PERMANENT, "422"),
        (Response(404, b"<html>not here</html>"), OutcomeKind.PERMANENT, "404"),
        (Response(302, b"", {"Location": "https://elsewhere.example"}), OutcomeKind.PERMANENT, "302"),
        (Response(408, b""), OutcomeKind.UNKNOWN, "408"),
        (Response(500, {"error": "We are sorry"}), OutcomeKind.UNKNOWN, "500"),
    ],
)
def test_each_error_has_its_outcome(
    response: Response, kind: OutcomeKind, code: str, network: Contract, fake: FakeMastodon
):
    fake.responses.append(response)
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.error_code, outcome.http_status) == (kind, code, response.status)
    assert outcome.is_about_the_post == (code == "422")


def test_a_rate_limit_without_retry_after_ends_when_the_server_resets_it(network: Contract, fake: FakeMastodon):
    reset = datetime.now(UTC) + timedelta(minutes=4)
    fake.responses.append(Response(429, {}, {"X-RateLimit-Reset": reset.isoformat().replace("+00:00", "Z")}))
    wait = network.publisher.publish(network.post(), network.secret).wait
    assert wait is not None
    assert timedelta(minutes=3) < wait <= timedelta(minutes=4)


def test_a_listing_follows_its_pages_and_compares_what_the_html_shows(network: Contract, fake: FakeMastodon):
    fake.page_size = 2
    text = "Salt & <pepper>, says @isla@mastodon.example\nSee https://shop.example/a/very/long/way/to/a/tin?x=1&y=2\n\n#Tea"
    for number in range(5):
        post = network.post(text=text if number == 1 else f"Tin {number}", target_id=f"tgt-{number}")
        network.publisher.publish(post, network.secret)
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(text=text), network.secret, now - HOUR, now + HOUR)
    assert listing.is_complete
    assert [found.has_same_text for found in listing.posts] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(401, {"error": "The access token is invalid"}), OutcomeKind.DISCONNECTED),
        (Response(429, {"error": "Too many requests"}), OutcomeKind.RETRYABLE),
        (Response(500, b""), None),
        (Response(200, b"<html>"), None),
        (Response(200, [{"id": "1", "created_at": "yesterday"}]), None),
    ],
)
def test_a_listing_that_fails_is_incomplete_and_says_what_it_means_for_the_account(
    response: Response, kind: OutcomeKind | None, network: Contract, fake: FakeMastodon
):
    fake.listing_response = response
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now)
    assert (listing.is_complete, listing.rejection and listing.rejection.kind) == (False, kind)


def test_a_check_reads_the_limits_that_the_server_states(network: Contract, fake: FakeMastodon):
    fake.instance["configuration"]["statuses"]["max_characters"] = 5_000
    health = network.publisher.check(Account(ACCOUNT, fake.url), network.secret)
    assert health.limits == {"text_length": 5_000, "image_bytes": 16_777_216}
    other = network.publisher.check(Account("7", fake.url), network.secret)
    assert (other.state, "--remote-id 109" in (other.message or "")) == (AccountState.ERROR, True)
