"""The LinkedIn publisher against a local server: little text, pictures, articles, versions, errors and tokens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountState
from syndication_assets.channels.errors.network_errors import network_errors
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.linkedin.linkedin_publisher import LinkedIn
from syndication_assets.publishing.publisher import Account, TokenError
from syndication_assets.publishing.publishers import registrations
from syndication_assets.text.little_text import little_text, plain_text
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.linkedin_server import (
    CLIENT_SECRET,
    PAGE,
    PERSON,
    REFRESH,
    FakeLinkedIn,
    duplicate_of,
    error,
)
from syndication_assets_tests.publishing.network_server import PICTURE
from syndication_assets_tests.publishing.publisher_contract import TIMEOUT, Contract, linkedin
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue

HOUR = timedelta(hours=1)


@pytest.fixture
def network() -> Iterator[Contract]:
    with linkedin() as contract:
        yield contract


@pytest.fixture
def fake(network: Contract) -> FakeLinkedIn:
    found: FakeLinkedIn = network.network
    return found


def client_of(contract: Contract) -> LinkedIn:
    assert isinstance(contract.publisher, LinkedIn)
    return contract.publisher


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Tea", "Tea"),
        ("Tea (hot) [or] {cold} <here>", r"Tea \(hot\) \[or\] \{cold\} \<here\>"),
        ("50 % ~ *new* _wool_ | \\ @isla", r"50 % \~ \*new\* \_wool\_ \| \\ \@isla"),
        ("#Tea and #Früh", r"{hashtag|\#|Tea} and {hashtag|\#|Früh}"),
        ("#my_tag, a#b, #1 and ## two", r"{hashtag|\#|my\_tag}, a\#b, \#1 and \#\# two"),
        ("\uff03Wool", "{hashtag|\uff03|Wool}"),
        ("https://shop.example/a_b?c=(d)#Tea", r"https://shop.example/a\_b?c=\(d\)\#Tea"),
        ("{hashtag|\\#|x}", r"\{hashtag\|\\\#\|x\}"),
    ],
)
def test_little_text_shows_readers_exactly_the_text(text: str, written: str):
    assert little_text(text) == written
    assert plain_text(written) == text


def test_readers_see_the_name_of_a_mention():
    assert plain_text(r"By @[Kilts \(and more\)](urn:li:organization:1)!") == "By Kilts (and more)!"


def test_a_post_names_its_author_the_version_and_the_protocol(network: Contract, fake: FakeLinkedIn):
    outcome = network.publisher.publish(network.post(), network.secret)
    (request,) = fake.requests
    assert request.headers["linkedin-version"] == "202607"
    assert request.headers["x-restli-protocol-version"] == "2.0.0"
    assert (request.json["author"], request.json["visibility"]) == (PAGE, "PUBLIC")
    assert "content" not in request.json
    urn = fake.posts[0]["id"]
    assert outcome.platform_post_id == urn
    assert outcome.platform_post_url == f"https://www.linkedin.com/feed/update/{urn}/"


def test_a_link_is_an_article_with_a_title_of_ours(network: Contract, fake: FakeLinkedIn):
    for alt_text in (None, "A tin of shortbread"):
        post = network.post(link_url="https://shop.example/tin", alt_text=alt_text)
        network.publisher.publish(post, network.secret)
    titles = [post["content"]["article"]["title"] for post in fake.posts]
    assert titles == ["shop.example", "A tin of shortbread"]
    assert fake.posts[0]["content"]["article"]["source"] == "https://shop.example/tin"


@pytest.mark.parametrize("rounds", [0, 3])
def test_a_picture_is_uploaded_for_the_author_and_shown_with_its_alt_text(
    rounds: int, network: Contract, fake: FakeLinkedIn
):
    fake.rounds_to_process = rounds
    picture = f"{fake.url}/picture.png"
    post = network.post(image_url=picture, alt_text="A tin", link_url="https://shop.example/tin")
    assert network.publisher.publish(post, network.secret).kind is OutcomeKind.PUBLISHED
    ((urn, image),) = fake.images.items()
    assert (image["owner"], image["content"], image["type"]) == (PAGE, PICTURE, "image/png")
    assert fake.posts[0]["content"] == {"media": {"id": urn, "altText": "A tin"}}


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error(400, None, "Invalid owner"), OutcomeKind.PERMANENT),
        (error(403, "ACCESS_DENIED", "Not enough permissions"), OutcomeKind.DISCONNECTED),
        (error(429, "TOO_MANY_REQUESTS", "Resource level throttle"), OutcomeKind.RETRYABLE),
        (error(500, None, "Internal server error"), OutcomeKind.RETRYABLE),
        (Response(200, b"<html>"), OutcomeKind.RETRYABLE),
        (Response(body=None), OutcomeKind.RETRYABLE),
    ],
)
def test_a_picture_that_cannot_be_uploaded_publishes_nothing_and_is_never_unknown(
    response: Response, kind: OutcomeKind, network: Contract, fake: FakeLinkedIn
):
    fake.image_response = response
    post = network.post(image_url=f"{fake.url}/picture.png")
    assert network.publisher.publish(post, network.secret).kind is kind
    assert network.calls() == 0


@pytest.mark.parametrize("host", ["https://linkedin.com.example", "http://www.linkedin.com", "https://127.0.0.1:9"])
def test_a_picture_and_the_token_go_to_linkedin_only(host: str, network: Contract, fake: FakeLinkedIn):
    fake.upload_host = host
    outcome = network.publisher.publish(network.post(image_url=f"{fake.url}/picture.png"), network.secret)
    assert "outside of linkedin.com" in (outcome.message or "")
    assert [request.path for request in fake.requests] == ["/picture.png", "/rest/images"]


def test_a_picture_that_is_still_processed_or_failed_is_not_posted(network: Contract, fake: FakeLinkedIn):
    fake.rounds_to_process = 1_000
    post = network.post(image_url=f"{fake.url}/picture.png")
    assert network.publisher.publish(post, network.secret).kind is OutcomeKind.RETRYABLE
    assert network.calls() == 0


def test_a_token_that_may_not_ask_for_a_picture_posts_it_nevertheless(network: Contract, fake: FakeLinkedIn):
    answer = fake.answer
    fake.answer = lambda request: (  # type: ignore[method-assign]
        error(403, None, "Accessing this image resource is forbidden")
        if request.method == "GET" and request.path.startswith("/rest/images/")
        else answer(request)
    )
    post = network.post(image_url=f"{fake.url}/picture.png")
    assert network.publisher.publish(post, network.secret).kind is OutcomeKind.PUBLISHED


@pytest.mark.parametrize("author", ["5583111", "urn:li:company:5583111", "urn:li:person:a/b"])
def test_an_account_that_is_no_author_is_told_so_without_a_call(author: str, network: Contract, fake: FakeLinkedIn):
    outcome = network.publisher.publish(network.post(remote_account_id=author), network.secret)
    health = network.publisher.check(Account(author), network.secret)
    assert "--remote-id urn:li:organization:" in (outcome.message or "")
    assert (health.state, health.message) == (AccountState.ERROR, outcome.message)
    assert fake.requests == []


@pytest.mark.parametrize(("length", "is_published"), [(3000, True), (3001, False)])
def test_a_text_beyond_3000_characters_fails_for_itself(length: int, is_published: bool, network: Contract):
    # Escaped, each of these characters is two.
    outcome = network.publisher.publish(network.post(text="(" * length), network.secret)
    assert (outcome.kind is OutcomeKind.PUBLISHED, outcome.is_about_the_post) == (is_published, not is_published)


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (error(400, "INVALID_URN_TYPE", "Invalid URN type"), OutcomeKind.PERMANENT, "INVALID_URN_TYPE"),
        (error(400, "MEDIA_ASSET_WAITING_UPLOAD", "x"), OutcomeKind.RETRYABLE, "MEDIA_ASSET_WAITING_UPLOAD"),
        (error(401, None, "The token used in the request has been revoked"), OutcomeKind.DISCONNECTED, "401"),
        (error(403, "ACCESS_DENIED", "Not enough permissions"), OutcomeKind.DISCONNECTED, "ACCESS_DENIED"),
        (error(404, None, "Resource does not exist"), OutcomeKind.PERMANENT, "404"),
        (error(422, None, "Unprocessable"), OutcomeKind.PERMANENT, "422"),
        (duplicate_of("urn:li:share:1"), OutcomeKind.PERMANENT, "DUPLICATE_POST"),
        (error(500, None, "Internal server error"), OutcomeKind.UNKNOWN, "500"),
        (Response(201, b""), OutcomeKind.UNKNOWN, None),
        (Response(201, b"", {"x-restli-id": "urn:li:comment:1"}), OutcomeKind.UNKNOWN, None),
    ],
)
def test_each_error_has_its_outcome(
    response: Response, kind: OutcomeKind, code: str | None, network: Contract, fake: FakeLinkedIn
):
    fake.responses.append(response)
    outcome = network.publisher.publish(network.post(), network.secret)
    assert (outcome.kind, outcome.error_code) == (kind, code)


def test_every_error_of_a_network_has_one_meaning_and_a_source_in_its_documentation():
    rows = network_errors()
    keys = [(row.publisher, row.first_status, row.error) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row.publisher for row in rows} <= set(registrations())
    sources = {row.source_url for row in rows if row.publisher == "linkedin"}
    assert all(source.startswith("https://learn.microsoft.com/en-us/linkedin/") for source in sources)


def test_a_duplicate_is_about_the_post_and_after_an_earlier_attempt_unknown(network: Contract, fake: FakeLinkedIn):
    fake.rejects_duplicates = True
    fake.responses.append(Response(body=None, is_accepted=True))
    assert network.publisher.publish(network.post(), network.secret).kind is OutcomeKind.UNKNOWN
    again = network.publisher.publish(network.post(attempt_number=2), network.secret)
    other = network.publisher.publish(network.post(target_id="tgt-00000002"), network.secret)
    assert (again.kind, other.kind, other.is_about_the_post) == (OutcomeKind.UNKNOWN, OutcomeKind.PERMANENT, True)
    assert len(fake.posts) == 1


def test_a_retired_version_rests_every_account_and_keeps_the_queue(
    network: Contract, fake: FakeLinkedIn, shared_database: str
):
    fake.versions = {"202707"}
    queue = PublishingQueue(shared_database, platform="linkedin")
    first, other = (queue.page(urn, "linkedin", network.secrets[0]) for urn in (PAGE, "urn:li:organization:2"))
    targets = [*queue.due(first), *queue.due(other)]
    queue.publish({"linkedin": network.publisher}, publish_concurrency=1)
    assert {queue.target(target)["state"] for target in targets} == {"scheduled"}
    reasons = queue.rows("select reason from channels.platform_limits")
    assert len(reasons) == 2
    assert all("SYNDICATION_LINKEDIN_VERSION" in reason for (reason,) in reasons)
    assert network.calls() == 1
    health = network.publisher.check(Account(PAGE), network.secret)
    assert (health.state, "20260701 is not active" in (health.message or "")) == (AccountState.ERROR, True)


def test_the_lookup_reads_pages_until_the_time_of_the_call(network: Contract, fake: FakeLinkedIn):
    network.publisher.publish(network.post(), network.secret)
    for number in range(120):
        fake.add_post(f"Tin {number}")
    fake.add_post(little_text(network.post().text), lifecycleState="DRAFT")
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now + HOUR)
    assert (listing.is_complete, len(listing.posts)) == (True, 121)
    assert [post.platform_post_id for post in listing.posts if post.has_same_text] == [fake.posts[0]["id"]]


@pytest.mark.parametrize(
    ("response", "is_rejection"),
    [
        (error(429, "TOO_MANY_REQUESTS", "throttled"), True),
        (error(401, None, "revoked"), True),
        (error(403, "ACCESS_DENIED", "x"), False),
        (Response(500, b""), False),
        (Response(200, b"<html>"), False),
        (Response(body={"elements": [{"id": "urn:li:share:1", "createdAt": 10**18}]}), False),
    ],
)
def test_a_lookup_that_fails_is_incomplete(
    response: Response, is_rejection: bool, network: Contract, fake: FakeLinkedIn
):
    fake.listing_response = response
    now = datetime.now(UTC)
    listing = network.publisher.look_up(network.post(), network.secret, now - HOUR, now)
    assert (listing.is_complete, listing.rejection is not None) == (False, is_rejection)


def test_posts_of_a_profile_are_for_a_person_to_look_up(network: Contract, fake: FakeLinkedIn):
    fake.listing_response = error(403, "ACCESS_DENIED", "Not enough permissions to access: posts.FINDER-author")
    post = network.post(remote_account_id=PERSON)
    assert network.publisher.publish(post, network.secret).kind is OutcomeKind.PUBLISHED
    now = datetime.now(UTC)
    listing = network.publisher.look_up(post, network.secret, now - HOUR, now)
    assert "look at the profile yourself" in (listing.reason or "")
    assert listing.rejection is None


def test_a_profile_is_checked_by_its_own_token(network: Contract, fake: FakeLinkedIn):
    assert network.publisher.check(Account(PERSON), network.secret).state is AccountState.CONNECTED
    health = network.publisher.check(Account("urn:li:person:other"), network.secret)
    assert (health.state, f"belongs to {PERSON}" in (health.message or "")) == (AccountState.ERROR, True)


def test_linkedin_that_cannot_be_reached_is_retryable():
    client = LinkedIn("http://127.0.0.1:9", "202607", login_url="http://127.0.0.1:9", timeout=TIMEOUT)
    with linkedin() as contract:
        outcome = client.publish(contract.post(), contract.secret)
    client.close()
    assert (outcome.kind, "could not be reached" in (outcome.message or "")) == (OutcomeKind.RETRYABLE, True)


def test_a_refresh_token_gives_an_access_token_and_keeps_its_own_end(network: Contract, fake: FakeLinkedIn):
    source = client_of(network).prolong(SecretStr(REFRESH))
    token = client_of(network).token_of(Account(PAGE), source.secret)
    assert source.secret.get_secret_value() == REFRESH
    assert token.secret.get_secret_value() == "canary-access-2"
    ends = [(each.expires_at or datetime.now(UTC)) - datetime.now(UTC) for each in (source, token)]
    assert [round(left / timedelta(days=1)) for left in ends] == [300, 60]
    assert network.publisher.publish(network.post(), token.secret).kind is OutcomeKind.PUBLISHED
    assert "canary" not in repr([(request.path, request.query) for request in fake.requests])


@pytest.mark.parametrize(
    ("secret", "response", "reason"),
    [
        ("canary-expired", None, "invalid, expired or revoked"),
        (REFRESH, Response(500, f"<html>{REFRESH} {CLIENT_SECRET}</html>".encode()), "answered 500"),
        (REFRESH, Response(200, {"token_type": "bearer"}), "gave no token"),
        (REFRESH, Response(body=None), "could not be reached"),
    ],
)
def test_a_refresh_that_fails_says_why_without_a_secret(
    secret: str, response: Response | None, reason: str, network: Contract, fake: FakeLinkedIn
):
    fake.token_response = response
    with pytest.raises(TokenError, match=reason) as raised:
        client_of(network).prolong(SecretStr(secret))
    assert "canary" not in str(raised.value)


def test_without_the_app_no_token_is_refreshed():
    client = LinkedIn("http://127.0.0.1:9", "202607", login_url="http://127.0.0.1:9")
    with pytest.raises(TokenError, match="SYNDICATION_LINKEDIN_CLIENT_SECRET"):
        client.prolong(SecretStr(REFRESH))
    client.close()
