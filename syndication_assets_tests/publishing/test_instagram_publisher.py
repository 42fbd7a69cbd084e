"""The Instagram publisher against a local server: containers, pictures, quota, captions, errors, tokens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountState
from syndication_assets.channels.errors.facebook_error_meanings import Meaning, error_rows, row_of
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.instagram.instagram_publisher import Instagram
from syndication_assets.publishing.publisher import Account, TokenError
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.graph_server import error as graph_error
from syndication_assets_tests.publishing.instagram_server import ACCOUNT, VERSION, FakeInstagram
from syndication_assets_tests.publishing.publisher_contract import TIMEOUT, Contract, instagram

HOUR = timedelta(hours=1)


def error(code: int, subcode: int | None = None, status: int = 400) -> Response:
    return Response(status, graph_error(code, subcode=subcode))


@pytest.fixture
def network() -> Iterator[Contract]:
    with instagram() as contract:
        yield contract


@pytest.fixture
def fake(network: Contract) -> FakeInstagram:
    found: FakeInstagram = network.network
    return found


def client_of(contract: Contract) -> Instagram:
    assert isinstance(contract.publisher, Instagram)
    return contract.publisher


def test_a_container_has_the_picture_its_alt_text_and_the_caption_and_is_published(
    network: Contract, fake: FakeInstagram
):
    post = network.post()
    outcome = network.publisher.publish(post, network.secret)
    (container,) = fake.containers.values()
    assert container["image_url"] == post.image_url
    assert (container["caption"], container["alt_text"]) == (post.text, "A tin of shortbread")
    assert outcome.platform_post_id == fake.media[0]["id"]
    assert outcome.platform_post_url == fake.media[0]["permalink"]
    assert [request.path.partition("v25.0/")[2].partition("/")[2] or "object" for request in fake.requests[1:]] == [
        "content_publishing_limit",
        "media",
        "object",
        "media_publish",
        "object",
    ]


def test_secrets_are_in_no_url(network: Contract, fake: FakeInstagram):
    network.publisher.publish(network.post(), network.secret)
    assert "canary" not in repr([(request.path, request.query) for request in fake.requests])


def test_a_post_whose_address_instagram_does_not_tell_is_published(network: Contract, fake: FakeInstagram):
    fake.permalink_response = Response(500, b"")
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.platform_post_url) == (OutcomeKind.PUBLISHED, None)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "publishes no text without a picture"),
        ("/picture.png", "takes JPEG pictures only, not image/png"),
        ("/nothing.jpg", "from a public https address"),
    ],
)
def test_a_picture_that_instagram_could_not_take_is_refused_before_any_call(
    url: str | None, reason: str, network: Contract, fake: FakeInstagram
):
    post = network.post(image_url=url and f"{fake.url}{url}")
    outcome = network.publisher.publish(post, network.secret)
    assert (outcome.kind, outcome.is_about_the_post) == (OutcomeKind.PERMANENT, True)
    assert reason in (outcome.message or "")
    assert fake.containers == {}


def test_a_picture_on_this_machine_or_in_a_private_network_has_no_public_address(
    network: Contract, fake: FakeInstagram
):
    real = Instagram(fake.url, VERSION, timeout=TIMEOUT)
    outcome = real.publish(network.post(), network.secret)
    real.close()
    assert outcome.kind is OutcomeKind.PERMANENT
    assert "from a public https address" in (outcome.message or "")
    assert fake.requests == []


def test_a_picture_of_more_than_8_mib_is_refused_even_if_a_rule_allows_more(network: Contract):
    outcome = network.publisher.publish(network.post(limits={"image_bytes": 100}), network.secret)
    assert "larger than 100 bytes" in (outcome.message or "")
    generous = network.post(limits={"image_bytes": 10**9})
    assert network.publisher.publish(generous, network.secret).kind is OutcomeKind.PUBLISHED


def test_an_account_that_has_used_its_posts_rests_and_sends_nothing(network: Contract, fake: FakeInstagram):
    fake.quota_usage = 50
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.wait) == (OutcomeKind.RETRYABLE, HOUR)
    assert "50 of 50 posts" in (outcome.message or "")
    assert (fake.containers, network.calls()) == ({}, 0)
    fake.quota_usage = 49
    assert network.publisher.publish(network.post(), network.secret).kind is OutcomeKind.PUBLISHED


@pytest.mark.parametrize(
    ("statuses", "kind", "reason"),
    [
        (["IN_PROGRESS"] * 3, OutcomeKind.PUBLISHED, ""),
        (["IN_PROGRESS"] * 100, OutcomeKind.RETRYABLE, "has not fetched the picture yet"),
        (["EXPIRED"], OutcomeKind.RETRYABLE, "has not fetched the picture yet"),
        (["ERROR"], OutcomeKind.PERMANENT, "could not use the picture: ERROR: 2207001"),
    ],
)
def test_only_a_finished_container_is_published(
    statuses: list[str], kind: OutcomeKind, reason: str, network: Contract, fake: FakeInstagram
):
    fake.statuses = statuses
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, network.calls()) == (kind, int(kind is OutcomeKind.PUBLISHED))
    assert reason in (outcome.message or "")


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error(-2, 2207003), OutcomeKind.RETRYABLE),
        (error(-1, 2207032), OutcomeKind.RETRYABLE),
        (error(36003, 2207009), OutcomeKind.PERMANENT),
        (error(9004, 2207052), OutcomeKind.PERMANENT),
        (error(190), OutcomeKind.DISCONNECTED),
        (error(10), OutcomeKind.DISCONNECTED),
        (Response(500, b"<html>"), OutcomeKind.RETRYABLE),
        (Response(body=None), OutcomeKind.RETRYABLE),
    ],
)
def test_a_container_that_cannot_be_made_publishes_nothing_and_is_never_unknown(
    response: Response, kind: OutcomeKind, network: Contract, fake: FakeInstagram
):
    fake.container_response = response
    assert network.publisher.publish(network.post(), network.secret).kind is kind
    assert network.calls() == 0


@pytest.mark.parametrize(
    ("text", "is_published"),
    [
        ("a" * 2200, True),
        ("a" * 2201, False),
        (" ".join(f"#t{number}" for number in range(30)), True),
        (" ".join(f"#t{number}" for number in range(31)), False),
    ],
)
def test_a_caption_beyond_2200_characters_or_30_hashtags_fails_for_itself(
    text: str, is_published: bool, network: Contract
):
    outcome = network.publisher.publish(network.post(text=text), network.secret)
    assert (outcome.kind is OutcomeKind.PUBLISHED, outcome.is_about_the_post) == (is_published, not is_published)


@pytest.mark.parametrize(
    ("response", "kind", "code", "wait"),
    [
        (error(-1, 2207001), OutcomeKind.UNKNOWN, "-1/2207001", None),
        (error(4, 2207051), OutcomeKind.RETRYABLE, "4/2207051", timedelta(days=1)),
        (error(9, 2207042), OutcomeKind.RETRYABLE, "9/2207042", timedelta(minutes=15)),
        (error(24, 2207008), OutcomeKind.UNKNOWN, "24/2207008", None),
        (error(25, 2207050), OutcomeKind.RETRYABLE, "25/2207050", timedelta(days=1)),
        (error(9007, 2207027), OutcomeKind.RETRYABLE, "9007/2207027", None),
        (error(10), OutcomeKind.DISCONNECTED, "10", None),
        (error(190, 460), OutcomeKind.DISCONNECTED, "190/460", None),
        (error(4), OutcomeKind.RETRYABLE, "4", timedelta(minutes=15)),
        (error(2), OutcomeKind.UNKNOWN, "2", None),
    ],
)
def test_each_error_of_the_publication_has_its_outcome(
    response: Response, kind: OutcomeKind, code: str, wait: timedelta | None, network: Contract, fake: FakeInstagram
):
    fake.responses.append(response)
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.error_code, outcome.wait) == (kind, code, wait)
    assert (outcome.message or "").startswith("Instagram answered error")


def test_instagram_s_own_codes_come_before_those_of_facebook_and_name_their_source():
    rows = error_rows("instagram")
    keys = [(row.first_code, row.subcode) for row in rows]
    assert len(set(keys)) == len(keys)
    assert all(row.source_url.startswith("https://developers.facebook.com/docs/instagram-platform/") for row in rows)
    permission, page_permission = row_of(10, None, "instagram"), row_of(10, None)
    assert permission is not None
    assert page_permission is not None
    assert "instagram_content_publish" in permission.advice
    assert "pages_manage_posts" in page_permission.advice
    expired = row_of(190, 463, "instagram")
    assert expired is not None
    assert expired.meaning is Meaning.EXPIRED_TOKEN
    assert row_of(36003, 2207009) is None


def test_the_lookup_reads_pages_until_the_time_of_the_call(network: Contract, fake: FakeInstagram):
    fake.page_size = 50
    fake.add_media(network.post().text, timestamp="2025-01-01T00:00:00+0000")
    network.publisher.publish(network.post(), network.secret)
    for number in range(120):
        fake.add_media(f"Tin {number}")
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now + HOUR)
    assert (listing.is_complete, len(listing.posts)) == (True, 121)
    assert [post.platform_post_id for post in listing.posts if post.has_same_text] == [fake.media[1]["id"]]


@pytest.mark.parametrize(
    ("response", "is_rejection"),
    [
        (error(4), True),
        (error(190), True),
        (Response(500, b""), False),
        (Response(body={"data": [{"id": "1", "timestamp": "yesterday"}]}), False),
        (Response(body={"data": [], "paging": {"next": "x"}}), False),
    ],
)
def test_a_lookup_that_fails_is_incomplete(
    response: Response, is_rejection: bool, network: Contract, fake: FakeInstagram
):
    fake.listing_response = response
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now)
    assert (listing.is_complete, listing.rejection is not None) == (False, is_rejection)


def test_an_account_that_the_token_may_not_read_is_not_connected(network: Contract):
    health = network.publisher.check(Account("17841400000000000"), network.secret)
    assert (health.state, "100/33" in (health.message or "")) == (AccountState.ERROR, True)


def test_instagram_that_cannot_be_reached_is_retryable(network: Contract, fake: FakeInstagram):
    client = Instagram("http://127.0.0.1:9", VERSION, timeout=TIMEOUT, addresses_of=fake.addresses_of)
    outcome = client.publish(network.post(), network.secret)
    client.close()
    assert (outcome.kind, "could not be reached" in (outcome.message or "")) == (OutcomeKind.RETRYABLE, True)


def test_the_token_of_an_account_is_that_of_its_page_made_from_a_person_s(network: Contract, fake: FakeInstagram):
    fake.pages = [
        {"id": "1", "access_token": "canary-page-1"},
        {"id": "2", "access_token": "canary-page-2", "instagram_business_account": {"id": "17841400000000000"}},
        {"id": "3", "access_token": "canary-page-3", "instagram_business_account": {"id": ACCOUNT}},
    ]
    person = client_of(network).prolong(SecretStr("canary-short"))
    token = client_of(network).token_of(Account(ACCOUNT), person.secret)
    assert (token.secret.get_secret_value(), token.expires_at) == ("canary-page-3", None)
    assert "canary" not in repr([(request.path, request.query) for request in fake.requests])


def test_a_person_without_the_account_s_page_or_with_an_expired_token_gives_no_token(
    network: Contract, fake: FakeInstagram
):
    with pytest.raises(TokenError, match=f"connected to the Instagram account {ACCOUNT}"):
        client_of(network).token_of(Account(ACCOUNT), SecretStr("canary-long-1"))
    with pytest.raises(TokenError, match="190/463") as raised:
        client_of(network).token_of(Account(ACCOUNT), SecretStr("canary-expired"))
    assert "canary" not in str(raised.value)
