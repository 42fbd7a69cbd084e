"""The Bluesky publisher against a local server: records, facets in bytes, sessions, keys, pictures and errors."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.bluesky.post_record import facets_of, record_key
from syndication_assets_tests.publishing.bluesky_server import DID, FakeBluesky, error
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.network_server import PICTURE
from syndication_assets_tests.publishing.publisher_contract import FIRST_CALLED_AT, Contract, bluesky

pytestmark = pytest.mark.one_server


@pytest.fixture
def network() -> Iterator[Contract]:
    with bluesky() as contract:
        yield contract


@pytest.fixture
def fake(network: Contract) -> FakeBluesky:
    found: FakeBluesky = network.network
    return found


def test_facets_are_byte_offsets_of_links_and_hashtags():
    text = "Tee für 🫖 👨‍👩‍👧: https://shop.example/a?b=1#c, #Tee und #Früh, nicht a#b, #1 oder @isla.example"
    found = {
        text.encode()[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(): f["features"] for f in facets_of(text)
    }
    assert found == {
        "https://shop.example/a?b=1#c": [
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://shop.example/a?b=1#c"}
        ],
        "#Tee": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Tee"}],
        "#Früh": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Früh"}],
    }


def test_a_key_is_a_tid_of_the_first_call_and_the_text(network: Contract):
    post = network.post()
    key = record_key(post, FIRST_CALLED_AT)
    assert re.fullmatch(r"[234567abcdefghij][2-7a-z]{12}", key)
    assert key == record_key(replace(post, attempt_number=2, target_id="tgt-7"), FIRST_CALLED_AT)
    assert key < record_key(post, FIRST_CALLED_AT + timedelta(seconds=1))
    assert key[:11] == record_key(replace(post, text="Tea"), FIRST_CALLED_AT)[:11]


def test_a_record_has_the_time_of_the_call_the_language_and_a_card_of_its_link(network: Contract, fake: FakeBluesky):
    outcome = network.publisher.publish(
        network.post(link_url="https://shop.example/tin", language="de"), network.secret
    )
    ((key, record),) = fake.records.items()
    assert outcome.platform_post_id == f"at://{DID}/app.bsky.feed.post/{key}"
    assert outcome.platform_post_url == f"https://bsky.app/profile/{DID}/post/{key}"
    assert record["createdAt"] == f"{FIRST_CALLED_AT:%Y-%m-%dT%H:%M:%S}.123Z"
    assert record["langs"] == ["de"]
    assert record["embed"]["external"] == {
        "uri": "https://shop.example/tin",
        "title": "shop.example",
        "description": "",
    }


def test_a_picture_is_a_blob_with_its_alt_text(network: Contract, fake: FakeBluesky):
    post = network.post(image_url=f"{fake.url}/picture.png", alt_text="A tin", link_url="https://shop.example/tin")
    network.publisher.publish(post, network.secret)
    (record,) = fake.records.values()
    (image,) = record["embed"]["images"]
    assert (fake.blobs, image["alt"], image["image"]["mimeType"]) == ([PICTURE], "A tin", "image/png")


@pytest.mark.parametrize("response", [error(413, "PayloadTooLarge", "x"), error(500, "InternalServerError", "x")])
def test_a_picture_that_cannot_be_uploaded_publishes_nothing(response: Response, network: Contract, fake: FakeBluesky):
    fake.upload_response = response
    outcome = network.publisher.publish(network.post(image_url=f"{fake.url}/picture.png"), network.secret)
    expected = OutcomeKind.PERMANENT if response.status == 413 else OutcomeKind.RETRYABLE
    assert (outcome.kind, network.calls()) == (expected, 0)


def test_one_session_serves_many_posts_and_is_refreshed_when_its_token_expires(network: Contract, fake: FakeBluesky):
    for number in range(3):
        if number == 2:
            fake.expire_access()
        post = network.post(text=f"Tin {number}", first_called_at=FIRST_CALLED_AT + timedelta(seconds=number))
        assert network.publisher.publish(post, network.secret).kind is OutcomeKind.PUBLISHED
    paths = [request.path.rpartition(".")[2] for request in fake.requests]
    assert paths.count("createSession") == 1
    assert paths[-3:] == ["createRecord", "refreshSession", "createRecord"]
    assert len(fake.records) == 3


def test_when_the_refresh_token_expired_too_the_password_makes_a_new_session(network: Contract, fake: FakeBluesky):
    network.publisher.publish(network.post(), network.secret)
    fake.expire_access()
    fake.expire_refresh()
    again = network.post(text="Another tin", first_called_at=FIRST_CALLED_AT + timedelta(seconds=1))
    assert network.publisher.publish(again, network.secret).kind is OutcomeKind.PUBLISHED
    assert fake.sessions == 2


def test_a_key_that_exists_is_answered_with_500_and_the_lookup_finds_its_post(network: Contract, fake: FakeBluesky):
    network.publisher.publish(network.post(), network.secret)
    again = network.publisher.publish(network.post(), network.secret)
    assert (again.kind, len(fake.records)) == (OutcomeKind.UNKNOWN, 1)
    (found,) = network.publisher.look_up(network.post(), network.secret, datetime.now(UTC), datetime.now(UTC)).posts
    assert (found.is_the_post, found.has_same_text) == (True, True)


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (error(401, "AuthenticationRequired", "Invalid identifier or password"), OutcomeKind.DISCONNECTED, None),
        (error(401, "AuthFactorTokenRequired", "A sign in code has been sent"), OutcomeKind.DISCONNECTED, None),
        (error(400, "AccountTakedown", "Account has been taken down"), OutcomeKind.DISCONNECTED, None),
        (error(429, "RateLimitExceeded", "Rate Limit Exceeded"), OutcomeKind.RETRYABLE, None),
        (error(502, "UpstreamFailure", "Bad gateway"), OutcomeKind.RETRYABLE, "UpstreamFailure"),
    ],
)
def test_without_a_session_nothing_is_sent(
    response: Response, kind: OutcomeKind, code: str | None, network: Contract, fake: FakeBluesky
):
    fake.session_response = response
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.error_code) == (kind, code or response.body["error"])
    assert network.calls() == 0


@pytest.mark.parametrize(
    ("text", "is_published"),
    [("e\u0301" * 300, True), ("👨‍👩‍👧‍👦" * 119, True), ("a" * 301, False), ("👨‍👩‍👧‍👦" * 121, False)],
    ids=["300 graphemes", "2975 bytes", "301 graphemes", "3025 bytes"],
)
def test_a_text_beyond_the_limits_of_the_lexicon_fails_for_itself(text: str, is_published: bool, network: Contract):
    outcome = network.publisher.publish(network.post(text=text), network.secret)
    assert (outcome.kind is OutcomeKind.PUBLISHED, outcome.is_about_the_post) == (is_published, not is_published)


def test_a_rate_limit_ends_when_its_header_says(network: Contract, fake: FakeBluesky):
    reset = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    fake.responses.append(Response(429, {"error": "RateLimitExceeded"}, {"RateLimit-Reset": str(reset)}))
    wait = network.publisher.publish(network.post(), network.secret).wait
    assert wait is not None
    assert timedelta(minutes=4) < wait <= timedelta(minutes=5)


@pytest.mark.parametrize(
    "response", [Response(500, b""), Response(200, b"<html>"), error(429, "RateLimitExceeded", "x")]
)
def test_a_lookup_that_fails_is_incomplete(response: Response, network: Contract, fake: FakeBluesky):
    fake.lookup_response = response
    listing = network.publisher.look_up(network.post(), network.secret, datetime.now(UTC), datetime.now(UTC))
    assert (listing.is_complete, bool(listing.rejection)) == (False, response.status == 429)
