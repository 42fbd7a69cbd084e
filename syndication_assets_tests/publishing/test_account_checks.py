"""Checks of accounts: their state with its time, limits of servers with their effect, and what a rejection does."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.generation.posts_to_write import read_channel
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.publishing.account_checks import CheckedAccount, check_accounts
from syndication_assets.publishing.publisher import Account, Post
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.publishing_queue import DAY, PublishingQueue, settings_of

pytestmark = pytest.mark.one_server

CONNECTED = AccountHealth(AccountState.CONNECTED)
EXPIRED = rejected(Outcome(OutcomeKind.REFRESH_TOKEN, message="It expired."))
REVOKED = rejected(Outcome(OutcomeKind.DISCONNECTED, message="It was revoked."))
DOWN = unreachable("It is down.")


class Checked(FakePlatform):
    """A platform that answers checks as a test says."""

    health: AccountHealth | Exception = CONNECTED

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        self.checked = (account, secret and secret.get_secret_value())
        if isinstance(self.health, Exception):
            raise self.health
        return self.health


@pytest.fixture
def checked() -> Checked:
    return Checked()


@pytest.fixture
def mastodon(shared_database: str) -> PublishingQueue:
    return PublishingQueue(shared_database, platform="mastodon")


def check(queue: PublishingQueue, platform: Checked, publisher: str = "facebook_graph") -> list[CheckedAccount]:
    return check_accounts(queue.url, settings_of(), {publisher: platform, "dry_run": platform})  # type: ignore[dict-item]


def health_of(queue: PublishingQueue) -> tuple[object, ...]:
    found: tuple[object, ...] = queue.rows(
        "select h.health::text, h.message, h.connected_at is not null, a.status::text from channels.account_health h"
        " join channels.social_accounts a using (organization_id, account_id)"
    )[0]
    return found


@pytest.mark.parametrize(
    ("health", "state", "status"),
    [
        (CONNECTED, "connected", "active"),
        (EXPIRED, "expired", "disconnected"),
        (REVOKED, "revoked", "disconnected"),
        (DOWN, "error", "active"),
        (ValueError("canary"), "error", "active"),
    ],
    ids=["connected", "expired", "revoked", "down", "broken"],
)
def test_a_check_writes_the_state_with_its_reason_and_only_a_rejected_credential_disconnects(
    health: AccountHealth | Exception, state: str, status: str, queue: PublishingQueue, checked: Checked, page: str
):
    checked.health = health
    (account,) = check(queue, checked)
    found = health_of(queue)
    assert (found[0], found[2], found[3]) == (state, state == "connected", status)
    assert (found[1] is None) == (state == "connected")
    assert account.needs_attention == (state != "connected")
    assert "canary" not in account.sentence


def test_an_error_keeps_the_time_of_the_last_connection_and_the_limits(
    queue: PublishingQueue, checked: Checked, page: str
):
    checked.health = AccountHealth(AccountState.CONNECTED, limits={"text_length": 400, "image_bytes": 10})
    check(queue, checked)
    checked.health = DOWN
    check(queue, checked)
    assert health_of(queue)[:3] == ("error", "It is down.", True)
    limits = "select requirement_key, maximum from channels.account_limits order by 1"
    assert queue.rows(limits) == [("image_bytes", 10), ("text_length", 400)]
    checked.health = AccountHealth(AccountState.CONNECTED, limits={"text_length": 300})
    check(queue, checked)
    assert queue.rows(limits) == [("text_length", 300)]


def test_paused_and_resting_accounts_and_simulations_are_not_asked(queue: PublishingQueue, checked: Checked, page: str):
    queue.page("simulated")
    queue.execute("update channels.social_accounts set status = 'paused' where account_id = %s", [page])
    assert check(queue, checked) == []
    queue.execute("update channels.social_accounts set status = 'disconnected' where account_id = %s", [page])
    assert len(check(queue, checked)) == 1
    assert health_of(queue)[3] == "disconnected"
    queue.execute(
        "insert into channels.platform_limits (organization_id, account_id, blocked_until, reason)"
        " values (%s, %s, now() + interval '1 hour', 'slow down')",
        [queue.organization_id, page],
    )
    assert check(queue, checked) == []


def test_a_credential_that_expires_soon_needs_attention_before_it_does(
    queue: PublishingQueue, checked: Checked, page: str
):
    expires = datetime.now(UTC) + timedelta(days=3)
    queue.execute("update channels.credentials set expires_at = %s", [expires])
    (account,) = check(queue, checked)
    assert account.needs_attention
    assert f"expires at {expires:%Y-%m-%d %H:%M}" in account.sentence


def test_the_sql_check_names_accounts_that_are_not_connected(queue: PublishingQueue, checked: Checked, page: str):
    statement = load_sql("channels/social_accounts/checks/every_account_is_connected.sql")
    for health, offenders in ((CONNECTED, 0), (REVOKED, 1)):
        checked.health = health
        check(queue, checked)
        with transaction(queue.url) as connection:
            assert len(connection.execute(statement).fetchall()) == offenders


def rules_of(queue: PublishingQueue) -> ChannelRules:
    with transaction(queue.url) as connection:
        return read_channel(connection, queue.organization_id, "mastodon", "feed_post", DAY).rules


def test_texts_are_written_within_the_smallest_limit_of_the_servers_counted_as_they_count(
    mastodon: PublishingQueue, checked: Checked
):
    mastodon.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, minimum, maximum, unit, severity) values ('mastodon', 'feed_post', 'content', 'text_length',"
        " 'number', 40, 500, 'characters_with_links_as_23', 'hard')"
    )
    mastodon.page("1", "mastodon", server_url="https://a.example")
    mastodon.page("2", "mastodon", server_url="https://b.example")
    # 60 words and a link that counts 23.
    text = f"https://shop.example/{'x' * 400} " + "x" * 60
    for limit, fits in ((5_000, True), (84, True), (83, False)):
        checked.health = AccountHealth(AccountState.CONNECTED, limits={"text_length": limit})
        check(mastodon, checked, "mastodon")
        assert rules_of(mastodon).fits(text, "text_length") is fits
    assert not rules_of(mastodon).fits("x" * 39, "text_length")


def test_a_call_knows_the_server_the_limits_and_when_its_target_was_called_first(
    mastodon: PublishingQueue, checked: Checked
):
    mastodon.execute(
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, maximum, unit, severity) values ('mastodon', 'feed_post', 'media', 'image_bytes', 'number',"
        " 2000, 'bytes', 'hard')"
    )
    (target_id,) = mastodon.due(mastodon.page("1", "mastodon", server_url="https://a.example"))
    checked.health = AccountHealth(AccountState.CONNECTED, limits={"text_length": 400, "image_bytes": 3_000})
    check(mastodon, checked, "mastodon")
    checked.responses.append(lambda _platform, _post: Outcome(OutcomeKind.RETRYABLE, message="Later."))
    for _ in range(2):
        mastodon.publish({"mastodon": checked})  # type: ignore[dict-item]
        mastodon.pass_waits()
    first, second = checked.calls
    assert isinstance(second, Post)
    assert (second.server_url, second.language) == ("https://a.example", "en")
    assert second.limits == {"text_length": 400, "image_bytes": 2_000}
    assert (second.attempt_number, second.first_called_at) == (2, first.first_called_at)
    started = [datetime.fromisoformat(attempt["started_at"]) for attempt in mastodon.attempts(target_id)]
    assert second.first_called_at == started[0]
