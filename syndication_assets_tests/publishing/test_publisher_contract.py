"""What every publisher promises the queue: one call a post, an outcome for each answer, and a look-up that is right."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountState
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import DatabaseError
from syndication_assets.publishing.publisher import Account, Listing, Post
from syndication_assets.publishing.publishers import registrations
from syndication_assets_tests.publishing.fake_platform import CrashError
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.publisher_contract import CONTRACTS, TIMEOUT, Contract
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue

pytestmark = pytest.mark.one_server

SENDERS = [name for name in CONTRACTS if name != "dry_run"]
TOO_SLOW = TIMEOUT.total_seconds() * 1.5
HOUR = timedelta(hours=1)


@pytest.fixture(params=CONTRACTS)
def any_publisher(request: pytest.FixtureRequest) -> Iterator[Contract]:
    with CONTRACTS[request.param]() as contract:
        yield contract


@pytest.fixture(params=SENDERS)
def sender(request: pytest.FixtureRequest) -> Iterator[Contract]:
    with CONTRACTS[request.param]() as contract:
        yield contract


def look_up(contract: Contract, post: Post | None = None) -> Listing:
    now = datetime.now(UTC)
    return contract.publisher.look_up(post or contract.post(), contract.secret, now - HOUR, now + HOUR)


def test_every_registered_publisher_is_tested_here():
    assert set(CONTRACTS) == set(registrations())


def test_a_post_is_published_in_one_call_with_the_id_and_the_page_of_the_network(any_publisher: Contract):
    outcome = any_publisher.publisher.publish(any_publisher.post(), any_publisher.secret)
    assert outcome.kind is OutcomeKind.PUBLISHED
    assert outcome.platform_post_id
    if any_publisher.network is not None:
        assert any_publisher.texts() == [any_publisher.post().text]
        assert any_publisher.calls() == 1
        assert (outcome.platform_post_url or "").startswith("https://")


def test_without_a_credential_nothing_is_sent(sender: Contract):
    assert sender.publisher.publish(sender.post(), None).kind is OutcomeKind.PERMANENT
    assert sender.calls() == 0
    assert not sender.publisher.look_up(sender.post(), None, datetime.now(UTC), datetime.now(UTC)).posts


def test_a_channel_that_the_publisher_cannot_make_is_rejected_without_a_call(sender: Contract):
    outcome = sender.publisher.publish(sender.post(channel_type="story_post"), sender.secret)
    assert outcome.kind is OutcomeKind.PERMANENT
    assert "story_post" in (outcome.message or "")
    assert sender.calls() == 0


@pytest.mark.parametrize(
    "response",
    [
        Response(body=None, is_accepted=True),
        Response(body={"ok": True}, is_accepted=True, delay=TOO_SLOW),
        Response(200, b'{"id": "12', is_accepted=True),
        Response(200, b"<html>Log in</html>", is_accepted=True),
        Response(502, b"<html>Bad gateway</html>", is_accepted=True),
        Response(503, b"", is_accepted=True),
    ],
    ids=["connection lost", "too slow", "cut off", "HTML", "bad gateway", "unavailable"],
)
def test_a_post_that_was_delivered_without_an_answer_is_unknown_and_found_by_the_lookup(
    response: Response, sender: Contract
):
    sender.network.responses.append(response)
    outcome = sender.publisher.publish(sender.post(), sender.secret)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.message
    assert (sender.calls(), len(sender.texts())) == (1, 1)
    listing = look_up(sender)
    assert listing.is_complete
    assert [found.has_same_text for found in listing.posts] == [True]


@pytest.mark.parametrize(
    "response",
    [
        Response(body=None),
        Response(body={"ok": True}, delay=TOO_SLOW),
        Response(200, b'{"id": "12'),
        Response(502, b"<html>Bad gateway</html>"),
        Response(500, b""),
        Response(503, b""),
    ],
    ids=["connection lost", "too slow", "cut off", "bad gateway", "server error", "unavailable"],
)
def test_a_post_that_was_not_delivered_is_unknown_and_missing_in_a_complete_lookup(
    response: Response, sender: Contract
):
    sender.network.responses.append(response)
    assert sender.publisher.publish(sender.post(), sender.secret).kind is OutcomeKind.UNKNOWN
    assert (sender.calls(), sender.texts()) == (1, [])
    listing = look_up(sender)
    assert (listing.is_complete, list(listing.posts)) == (True, [])


def test_the_lookup_of_another_text_does_not_take_the_post(sender: Contract):
    sender.publisher.publish(sender.post(), sender.secret)
    listing = look_up(sender, sender.post(text="Another tin", target_id="tgt-00000002"))
    assert listing.is_complete
    assert not any(found.has_same_text or found.is_the_post for found in listing.posts)


@pytest.mark.parametrize(("headers", "minutes"), [({"Retry-After": "120"}, 2), ({}, 15), ({"Retry-After": "soon"}, 15)])
def test_a_rate_limit_waits_as_long_as_the_network_asks(headers: dict[str, str], minutes: int, sender: Contract):
    sender.network.responses.append(Response(429, b"{}", headers))
    outcome = sender.publisher.publish(sender.post(), sender.secret)
    assert (outcome.kind, outcome.wait) == (OutcomeKind.RETRYABLE, timedelta(minutes=minutes))
    assert sender.texts() == []


def test_an_unreachable_network_is_retryable(sender: Contract):
    unreachable = {"server_url": "http://127.0.0.1:9"} if sender.server_url else None
    if unreachable is None:
        pytest.skip("its server is no account's: test_graph_publisher.py")
    outcome = sender.publisher.publish(sender.post(**unreachable), sender.secret)
    assert outcome.kind is OutcomeKind.RETRYABLE
    assert "could not be reached" in (outcome.message or "")


def test_a_second_attempt_of_a_target_makes_no_second_post(sender: Contract):
    if not sender.has_keys:
        pytest.skip("the network knows no keys: a person decides before a second attempt")
    sender.network.responses.append(Response(body=None, is_accepted=True))
    first = sender.publisher.publish(sender.post(), sender.secret)
    second = sender.publisher.publish(sender.post(attempt_number=2), sender.secret)
    assert (first.kind, second.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.PUBLISHED)
    assert len(sender.texts()) == 1
    assert second.platform_post_id == look_up(sender).posts[0].platform_post_id


def test_two_targets_with_the_same_text_are_two_posts(sender: Contract):
    later = sender.post().first_called_at + HOUR
    posts = [sender.post(), sender.post(target_id="tgt-00000002", first_called_at=later)]
    ids = {sender.publisher.publish(post, sender.secret).platform_post_id for post in posts}
    assert len(ids) == len(sender.texts()) == 2


def test_an_account_is_connected_and_one_with_a_wrong_credential_is_not(sender: Contract):
    account = Account(sender.remote_account_id, sender.server_url)
    if sender.name == "facebook_graph":
        sender.network.listing_response = Response(body={"id": "page"})
    assert sender.publisher.check(account, sender.secret).state is AccountState.CONNECTED
    if sender.name == "facebook_graph":
        sender.network.listing_response = Response(400, {"error": {"code": 190, "message": "Invalid token"}})
    health = sender.publisher.check(account, SecretStr("canary-wrong"))
    assert health.state is AccountState.REVOKED
    assert "canary" not in repr(health)
    assert sender.calls() == 0


def test_an_account_whose_network_is_down_is_in_error_and_not_disconnected(sender: Contract):
    health = sender.publisher.check(Account(sender.remote_account_id, "http://127.0.0.1:9"), sender.secret)
    if sender.server_url:
        assert (health.state, health.rejection and health.rejection.kind) == (
            AccountState.ERROR,
            OutcomeKind.RETRYABLE,
        )


def test_the_simulation_is_always_connected_and_has_nothing_to_look_up():
    with CONTRACTS["dry_run"]() as contract:
        assert contract.publisher.check(Account("page"), None).state is AccountState.CONNECTED
        assert look_up(contract) == Listing((), is_complete=True)


def test_no_secret_is_in_a_message_an_address_or_a_log_line(sender: Contract, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    echo = " ".join(sender.secrets)
    outcomes: list[object] = []
    for response in (
        Response(400, {"error": echo, "message": echo}),
        Response(401, {"error": echo}),
        Response(422, {"error": {"code": 190, "message": echo}}),
        Response(500, echo.encode()),
        Response(body=None),
    ):
        sender.network.responses.append(response)
        outcomes.append(sender.publisher.publish(sender.post(), sender.secret))
    outcomes += [
        look_up(sender),
        sender.publisher.check(Account(sender.remote_account_id, sender.server_url), sender.secret),
    ]
    paths = [
        request["path"] if isinstance(request, dict) else (request.path, request.query)
        for request in sender.network.requests
    ]
    output = caplog.text + repr(outcomes) + repr(paths)
    assert "canary" not in output
    assert len(outcomes) == 7


def due(contract: Contract, database: str) -> tuple[PublishingQueue, str]:
    """A queue with one due target of the publisher's account."""
    queue = PublishingQueue(database, platform=contract.platform)
    secret = contract.secret.get_secret_value() if contract.secret else ""
    account = queue.page(contract.remote_account_id, contract.name, secret, server_url=contract.server_url)
    return queue, queue.due(account, **contract.content)[0]


def test_a_publisher_that_dies_between_the_call_and_its_record_publishes_once(sender: Contract, shared_database: str):
    queue, target_id = due(sender, shared_database)

    class Dying:
        def __getattr__(self, name: str) -> object:
            return getattr(sender.publisher, name)

        def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
            sender.publisher.publish(post, secret)
            raise CrashError

    with pytest.raises(CrashError):
        queue.publish({sender.name: Dying()})  # type: ignore[dict-item]
    queue.expire_leases()
    queue.publish({sender.name: sender.publisher})
    assert queue.target(target_id)["state"] == "needs_reconcile"
    queue.reconcile({sender.name: sender.publisher})
    assert queue.target(target_id)["state"] == "published"
    assert (sender.calls(), len(sender.texts())) == (1, 1)


def test_an_unknown_call_is_never_sent_again_until_a_person_says_so(sender: Contract, shared_database: str):
    queue, target_id = due(sender, shared_database)
    sender.network.responses.append(Response(502, b"<html>Bad gateway</html>"))
    for _ in range(3):
        queue.publish({sender.name: sender.publisher})
        queue.reconcile({sender.name: sender.publisher})
        queue.pass_waits()
    assert queue.target(target_id)["state"] == "needs_reconcile"
    assert (sender.calls(), sender.texts()) == (1, [])


@pytest.mark.parametrize("platform", ["mastodon", "bluesky", "linkedin", "instagram"])
def test_an_account_of_any_network_can_be_simulated(platform: str, shared_database: str):
    queue = PublishingQueue(shared_database, platform=platform)
    (target_id,) = queue.due(queue.page(publisher="dry_run"))
    queue.publish()
    target = queue.target(target_id)
    assert (target["state"], target["is_simulated"], target["platform"]) == ("published", True, platform)


@pytest.mark.parametrize(("publisher", "is_accepted"), [("mastodon", True), ("mastodon_api", True), ("bluesky", False)])
def test_a_publisher_is_named_after_the_platform_of_its_accounts(
    publisher: str, is_accepted: bool, shared_database: str
):
    queue = PublishingQueue(shared_database, platform="mastodon")
    if is_accepted:
        assert queue.page(publisher=publisher)
    else:
        with pytest.raises(DatabaseError, match="social_accounts_publisher_of_platform"):
            queue.page(publisher=publisher)
