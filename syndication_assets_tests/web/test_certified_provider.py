"""Signing in through a certified OpenID provider in headless Chromium: what the standard says, and not what our own
stand-in does.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.database.secret_box import new_key as new_box_key
from syndication_assets.settings import Settings
from syndication_assets.web.provider import discovery
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.web.certified_provider import CLIENT_ID, IS_INSTALLED, SECRET, CertifiedProvider
from syndication_assets_tests.web.chromium import CHROMIUM, browser_page, served
from syndication_assets_tests.web.desk import Desk

WEEK = "/calendar?week=2025-11-03"
FAILED = "Signing in did not work."

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
    pytest.mark.skipif(
        not IS_INSTALLED, reason="oidc-provider is not installed: make .venv/browser, which needs npm and node"
    ),
]


class Tables(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = str(self.value("select organization_id from tenancy.organizations limit 1"))


class Person:
    """Somebody before a browser: at the pages, and at the provider."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address

    def words(self) -> str:
        return str(self.page.inner_text("main"))

    def goes(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def continues(self) -> None:
        self.page.click("text=Continue with Bakery ID")

    def is_known_there_as(self, name: str) -> None:
        """Fills in the form of the provider."""
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", "any")
        self.page.click("[type=submit]")

    def agrees(self) -> None:
        self.page.click("[type=submit]")

    def declines(self) -> None:
        self.page.click("text=Cancel")

    def signs_in(self, name: str) -> None:
        self.goes("/sign-in")
        self.continues()
        self.is_known_there_as(name)
        self.agrees()

    def is_at(self, path: str) -> bool:
        return str(self.page.url).removeprefix(self.address) == path


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_box_key())
    return Desk(desk.url)


@pytest.fixture
def tables(desk: Desk) -> Tables:
    """An organization with Edi and one whose address nobody has verified."""
    tables = Tables(desk.url)
    for name, role in (("olga", "owner"), ("edi", "editor"), ("unverified", "editor")):
        desk.person(f"{name}@bakery.example", role, tables.organization_id)
    return tables


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


@pytest.fixture
def provider(address: str, desk: Desk, tables: Tables) -> Iterator[CertifiedProvider]:
    with transaction(desk.url) as connection:
        box = SecretBox(Settings.from_environment().secret_keys)
        credential_id = store_credential(
            connection, box, tables.organization_id, "desk-secret", SecretStr(SECRET), platform=None, expires_at=None
        )
    with CertifiedProvider(f"{address}/sign-in/with/default/back") as provider:
        tables.insert(
            "tenancy.sign_in_providers", "organization_id", label="Bakery ID", issuer=provider.issuer,
            client_id=CLIENT_ID, credential_id=credential_id,
        )  # fmt: skip
        yield provider


@pytest.fixture
def person(address: str, provider: CertifiedProvider) -> Iterator[Person]:
    with browser_page() as page:
        # The provider's own pages ask a font of another host.
        page.route(lambda url: urlsplit(url).hostname not in ("127.0.0.1", "localhost"), lambda route: route.abort())
        yield Person(page, address)


def test_a_member_declines_agrees_comes_back_when_the_session_ended_and_signs_out(person: Person, tables: Tables):
    person.goes(WEEK)
    assert person.is_at("/sign-in?to=/calendar%3Fweek%3D2025-11-03")
    person.continues()
    person.is_known_there_as("edi")
    person.declines()
    assert "You did not agree at Bakery ID" in person.words()
    assert tables.rows("select * from tenancy.user_identities") == []
    person.continues()
    person.agrees()
    assert person.is_at(WEEK)
    edi = tables.value("select user_id from tenancy.users where email = 'edi@bakery.example'")
    assert tables.rows("select subject, user_id from tenancy.user_identities") == [("edi", edi)]

    tables.execute("update tenancy.web_sessions set expires_at = now(), started_at = now() - interval '1 day'")
    person.page.reload()
    assert "Your session has ended: sign in again." in person.words()
    # The provider knows who it is, and what was agreed.
    person.continues()
    assert person.is_at(WEEK)

    person.page.click(".account summary")
    person.page.click("form[action='/sign-out'] button")
    assert "You are signed out here." in person.words()
    assert tables.rows("select * from tenancy.web_sessions where ended_at is null and expires_at > now()") == []
    person.goes("/inbox")
    assert person.is_at("/sign-in?to=/inbox")


def test_who_is_no_member_or_has_an_address_that_nobody_verified_does_not_get_in(person: Person):
    for name in ("mallory", "unverified"):
        person.signs_in(name)
        assert FAILED in person.words()
        assert "Bakery ID" in person.words()
        person.page.context.clear_cookies()
    person.signs_in("olga")
    assert person.is_at("/inbox")


def test_a_new_key_of_the_provider_is_asked_for(
    person: Person, provider: CertifiedProvider, monkeypatch: pytest.MonkeyPatch
):
    person.signs_in("edi")
    assert person.is_at("/inbox")
    provider.restart()
    person.page.context.clear_cookies()
    person.signs_in("edi")
    assert FAILED in person.words()  # the control: the keys were asked for less than a minute ago
    monkeypatch.setattr(discovery, "_ASKED_AGAIN_SECONDS", 0.0)
    person.continues()
    assert person.is_at("/inbox")


@pytest.mark.parametrize("changed", ["nonce", "code_challenge", "state", None])
def test_what_is_sent_along_has_to_come_back(person: Person, changed: str | None):
    person.goes("/sign-in")
    sent = person.page.context.request.get(f"{person.address}/sign-in/with/default", max_redirects=0)
    parts = urlsplit(sent.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if changed is not None:
        asked[changed] = asked[changed][::-1]
    person.page.goto(parts._replace(query=urlencode(asked)).geturl())
    person.is_known_there_as("edi")
    person.agrees()
    if changed is None:
        assert person.is_at("/inbox")
    else:
        assert FAILED in person.words()
