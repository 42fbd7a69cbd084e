"""Tokens of pages: made from a person's token, renewed before they expire, and never lost when a renewal fails."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import open_credential, store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.credential_renewal import RenewalReport, connect_account, renew_credentials
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.publisher import Publisher
from syndication_assets_tests.publishing.graph_server import Response, error
from syndication_assets_tests.publishing.linkedin_server import PAGE, REFRESH
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request, serve
from syndication_assets_tests.publishing.publisher_contract import linkedin
from syndication_assets_tests.publishing.publishing_queue import KEYS, PublishingQueue, settings_of

pytestmark = pytest.mark.one_server

APP_SECRET = "canary-app-secret"
SIXTY_DAYS = 60 * 86_400


@dataclass
class FakeTokens(FakeNetwork):
    """The token methods of the Graph API: `oauth/access_token` and the field `access_token` of a page."""

    exchanged: int = 0
    expires_in: int | None = SIXTY_DAYS
    roles: set[str] = field(default_factory=lambda: {"page", "other"})
    answer_of_exchange: Response | None = None

    def answer(self, request: Request) -> Response:
        if request.path.endswith("/oauth/access_token"):
            return self.answer_of_exchange or self._exchange(request.form)
        page = request.path.rpartition("/")[2]
        if request.headers["authorization"] != f"Bearer canary-long-{self.exchanged}":
            return Response(400, error(190, "Error validating access token", 463))
        if page not in self.roles:
            return Response(200, {"id": page})
        return Response(body={"access_token": f"canary-page-{page}-{self.exchanged}", "id": page})

    def _exchange(self, form: dict[str, str]) -> Response:
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("42", APP_SECRET, "fb_exchange_token"):
            return Response(400, error(101, "Error validating application"))
        if not form["fb_exchange_token"].startswith("canary-"):
            return Response(400, error(190, "Invalid OAuth access token"))
        self.exchanged += 1
        body: dict[str, Any] = {"access_token": f"canary-long-{self.exchanged}", "token_type": "bearer"}
        return Response(body=body | ({"expires_in": self.expires_in} if self.expires_in else {}))


@pytest.fixture
def tokens() -> Iterator[FakeTokens]:
    fake = FakeTokens()
    with serve(fake):
        yield fake


@pytest.fixture
def publishers(tokens: FakeTokens) -> Iterator[dict[str, Publisher]]:
    client = FacebookGraph(
        tokens.url, "v25.0", timeout=timedelta(seconds=2), app_id="42", app_secret=SecretStr(APP_SECRET)
    )
    with closing(client):
        yield {"facebook_graph": client, "dry_run": DryRun()}


@pytest.fixture
def connected(queue: PublishingQueue, publishers: dict[str, Publisher]) -> str:
    """The id of a page that has its token from a person's."""
    page = queue.page(publisher="facebook_graph")
    store(queue, "person", "canary-short")
    connect_account(queue.url, settings_of(), publishers, page, "person", "isla")
    return page


def store(queue: PublishingQueue, name: str, secret: str) -> str:
    with transaction(queue.url) as connection:
        return store_credential(
            connection,
            SecretBox(SecretStr(KEYS)),
            queue.organization_id,
            name,
            SecretStr(secret),
            platform="facebook",
            expires_at=None,
        )


def secrets(queue: PublishingQueue) -> dict[str, str]:
    """The secret of each credential."""
    found = queue.rows("select credential_name, credential_id from channels.credentials")
    with transaction(queue.url) as connection:
        return {
            name: open_credential(connection, settings_of(), queue.organization_id, credential_id).get_secret_value()
            for name, credential_id in found
        }


def age(queue: PublishingQueue, days_left: int, refreshed_days_ago: int = 50) -> None:
    queue.execute(
        "update channels.credentials set expires_at = now() + %s, last_refreshed_at = now() - %s"
        " where credential_name = 'person'",
        [timedelta(days=days_left), timedelta(days=refreshed_days_ago)],
    )


def renew(queue: PublishingQueue, publishers: dict[str, Publisher]) -> RenewalReport:
    return renew_credentials(queue.url, settings_of(), publishers)


def test_a_short_token_becomes_a_long_one_which_gives_that_of_the_page(
    queue: PublishingQueue, tokens: FakeTokens, connected: str
):
    assert secrets(queue)["person"] == "canary-long-1"
    name, renewed_with = queue.rows(
        "select c.credential_name, s.credential_name from channels.social_accounts a"
        " join channels.credentials c using (organization_id, credential_id)"
        " join channels.credentials s on s.credential_id = c.renewed_with where a.account_id = %s",
        [connected],
    )[0]
    assert (secrets(queue)[name], renewed_with) == ("canary-page-page-1", "person")
    days = queue.value(
        "select extract(day from expires_at - now()) from channels.credentials where credential_name = 'person'"
    )
    assert round(float(days)) in (59, 60)
    assert "isla" in {actor for (actor,) in queue.rows("select actor from tenancy.audit_log")}


def test_secrets_are_in_no_url(tokens: FakeTokens, connected: str):
    assert "canary" not in repr([(request.path, request.query) for request in tokens.requests])


@pytest.mark.parametrize(
    ("days_left", "refreshed_days_ago", "is_due"),
    [(59, 1, False), (13, 47, False), (11, 49, True), (6, 1, True), (400, 91, True)],
    ids=["fresh", "more than a fifth left", "less than a fifth left", "a week left", "90 days old"],
)
def test_a_token_is_renewed_when_a_fifth_of_its_life_or_a_week_is_left_or_after_90_days(
    days_left: int, refreshed_days_ago: int, is_due: bool, queue: PublishingQueue, publishers: dict[str, Publisher],
    connected: str,
):  # fmt: skip
    age(queue, days_left, refreshed_days_ago)
    report = renew(queue, publishers)
    assert (report.renewed, report.problems) == (int(is_due), [])
    assert ("canary-page-page-2" in secrets(queue).values()) == is_due
    assert renew(queue, publishers).renewed == 0


def test_one_person_s_token_is_prolonged_once_for_all_pages(
    queue: PublishingQueue, publishers: dict[str, Publisher], tokens: FakeTokens, connected: str
):
    other = queue.page("other", "facebook_graph")
    connect_account(queue.url, settings_of(), publishers, other, "person", "isla")
    age(queue, 3)
    assert renew(queue, publishers).renewed == 2
    assert tokens.exchanged == 3
    assert {"canary-page-page-3", "canary-page-other-3"} <= set(secrets(queue).values())


@pytest.mark.parametrize(
    "response",
    [
        Response(400, error(190, "Error validating access token canary-long-1", 460)),
        Response(502, b"<html>canary-app-secret</html>"),
        Response(200, {"token_type": "bearer"}),
        Response(body=None),
    ],
)
def test_a_failed_renewal_changes_no_token_is_counted_and_says_why_without_a_secret(
    response: Response, queue: PublishingQueue, publishers: dict[str, Publisher], tokens: FakeTokens, connected: str
):
    age(queue, 3)
    before = secrets(queue)
    tokens.answer_of_exchange = response
    (problem,) = renew(queue, publishers).problems
    assert "person was not renewed" in problem
    assert "canary" not in problem
    assert secrets(queue) == before
    attempts = "select refresh_attempts from channels.credentials where credential_name = 'person'"
    assert queue.value(attempts) == 1
    tokens.answer_of_exchange = None
    assert renew(queue, publishers).renewed == 1
    assert queue.value(attempts) == 0


def test_a_page_on_which_the_person_has_no_role_any_more_keeps_its_token_and_the_others_get_new_ones(
    queue: PublishingQueue, publishers: dict[str, Publisher], tokens: FakeTokens, connected: str
):
    other = queue.page("other", "facebook_graph")
    connect_account(queue.url, settings_of(), publishers, other, "person", "isla")
    age(queue, 3)
    tokens.roles = {"other"}
    report = renew(queue, publishers)
    assert report.renewed == 1
    assert connected in report.problems[0]
    assert {"canary-page-page-1", "canary-page-other-3"} <= set(secrets(queue).values())


def test_without_the_app_s_secret_or_the_person_s_token_nothing_changes(
    queue: PublishingQueue, publishers: dict[str, Publisher], tokens: FakeTokens
):
    page = queue.page(publisher="facebook_graph")
    before = secrets(queue)
    with pytest.raises(SyndicationError, match="no credential 'person'"):
        connect_account(queue.url, settings_of(), publishers, page, "person", "isla")
    store(queue, "person", "canary-short")
    with (
        closing(FacebookGraph(tokens.url, "v25.0")) as without_app,
        pytest.raises(SyndicationError, match="SYNDICATION_FACEBOOK_APP_SECRET"),
    ):
        connect_account(queue.url, settings_of(), {"facebook_graph": without_app}, page, "person", "isla")
    simulated = queue.page("simulated")
    with pytest.raises(SyndicationError, match="makes no tokens"):
        connect_account(queue.url, settings_of(), publishers, simulated, "person", "isla")
    assert secrets(queue) == before | {"person": "canary-short"}


def test_a_token_that_a_person_stores_is_not_renewed(
    queue: PublishingQueue, publishers: dict[str, Publisher], connected: str
):
    (name,) = queue.rows("select credential_name from channels.credentials where renewed_with is not null")[0]
    store(queue, name, "canary-by-hand")
    age(queue, 3)
    assert renew(queue, publishers).renewed == 0


@pytest.mark.parametrize(("days_left", "is_due"), [(13, False), (11, True)])
def test_an_account_s_token_that_ends_before_its_source_is_renewed_with_it(
    days_left: int, is_due: bool, shared_database: str
):
    with linkedin() as contract:
        queue = PublishingQueue(shared_database, platform="linkedin")
        account = queue.page(PAGE, "linkedin")
        with transaction(queue.url) as connection:
            store_credential(
                connection,
                SecretBox(SecretStr(KEYS)),
                queue.organization_id,
                "isla",
                SecretStr(REFRESH),
                platform="linkedin",
                expires_at=None,
            )
        connect_account(queue.url, settings_of(), {"linkedin": contract.publisher}, account, "isla", "isla")
        name, days, source_days = queue.rows(
            "select c.credential_name, extract(day from c.expires_at - now()), extract(day from s.expires_at - now())"
            " from channels.credentials c join channels.credentials s on s.credential_id = c.renewed_with"
        )[0]
        assert (round(float(days)), round(float(source_days))) == (59, 299)
        queue.execute(
            "update channels.credentials set expires_at = now() + %s, last_refreshed_at = now() - %s"
            " where credential_name = %s",
            [timedelta(days=days_left), timedelta(days=60 - days_left), name],
        )
        assert renew(queue, {"linkedin": contract.publisher}).renewed == int(is_due)
        assert secrets(queue)[name] == f"canary-access-{4 if is_due else 2}"
