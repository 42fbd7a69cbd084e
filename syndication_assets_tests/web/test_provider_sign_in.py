"""Signing in with the account of a provider, and what a lying provider, browser or link cannot do."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.database.secret_box import new_key as new_box_key
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.identities import bind_account
from syndication_assets.tenancy.people.invitations import invite
from syndication_assets.web.provider import discovery
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.web.desk import Browser, Desk
from syndication_assets_tests.web.provider_server import CLIENT_ID, SECRET, Claims, ProviderServer, new_key

EDI = "edi@bakery.example"
FAILED = "Signing in did not work."

pytestmark = pytest.mark.one_server


class Tables(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = str(self.value("select organization_id from tenancy.organizations limit 1"))


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def desk(desk: Desk, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The pages of an organization with a provider, an owner, and Edi, who is an editor without a password."""
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_box_key())
    tables = Tables(desk.url)
    with transaction(desk.url) as connection:
        box = SecretBox(Settings.from_environment().secret_keys)
        credential_id = store_credential(
            connection, box, tables.organization_id, "desk-secret", SecretStr(SECRET), platform=None, expires_at=None
        )
    tables.insert(
        "tenancy.sign_in_providers", "organization_id", label="Bakery ID", issuer=provider.issuer,
        client_id=CLIENT_ID, credential_id=credential_id,
    )  # fmt: skip
    desk.person("olga@bakery.example", "owner", tables.organization_id)
    desk.person(EDI, "editor", tables.organization_id)
    return Desk(desk.url)


@pytest.fixture
def tables(desk: Desk) -> Tables:
    return Tables(desk.url)


def _start(browser: Browser, to: str = "/inbox") -> str:
    """The address at the provider that the browser is sent to."""
    response = browser.client.get(f"/sign-in/with/default?to={to}", follow_redirects=False)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def _come_back(browser: Browser, address: str) -> tuple[int, str]:
    parts = urlsplit(address)
    response = browser.client.get(f"{parts.path}?{parts.query}", follow_redirects=False)
    return response.status_code, response.headers.get("location", response.text)


def _sign_in(browser: Browser, provider: ProviderServer, to: str = "/inbox") -> tuple[int, str]:
    return _come_back(browser, provider.authorize(_start(browser, to)))


def _refused(desk: Desk, provider: ProviderServer) -> bool:
    browser = desk.browser()
    status, page = _sign_in(browser, provider)
    return status == 403 and FAILED in page and browser.path == "/sign-in"


def test_a_member_signs_in_with_a_verified_address_and_is_led_on(desk: Desk, provider: ProviderServer, tables: Tables):
    browser = desk.browser()
    assert "Continue with Bakery ID" in browser.get("/sign-in")
    assert _sign_in(browser, provider, "/calendar") == (303, "/calendar")
    assert browser.path == "/inbox"
    user_id = tables.value("select user_id from tenancy.users where email = %s", [EDI])
    assert tables.rows("select subject, user_id from tenancy.user_identities") == [("account-1", user_id)]
    assert tables.rows("select count(*)::int from tenancy.sign_in_attempts") == [(0,)]


def test_a_bound_account_signs_in_whatever_its_address_has_become(desk: Desk, provider: ProviderServer, tables: Tables):
    assert _sign_in(desk.browser(), provider)[0] == 303
    provider.claims = {"sub": "account-1"}
    assert _sign_in(desk.browser(), provider)[0] == 303
    # The address was given to somebody else at the provider.
    provider.claims = {"sub": "account-2", "email": EDI, "email_verified": True}
    assert _refused(desk, provider)
    with transaction(desk.url) as connection:
        user_id = str(tables.value("select user_id from tenancy.users where email = %s", [EDI]))
        bind_account(connection, tables.organization_id, provider.issuer, "account-2", user_id)
    assert _sign_in(desk.browser(), provider)[0] == 303
    provider.claims = {"sub": "account-1"}
    assert _refused(desk, provider)


def test_who_is_invited_becomes_a_member_and_nobody_else_does(desk: Desk, provider: ProviderServer, tables: Tables):
    provider.claims = {"sub": "account-9", "email": "ida@bakery.example", "email_verified": True, "name": "Ida"}
    assert _refused(desk, provider)
    with transaction(desk.url) as connection:
        invite(connection, tables.organization_id, "Ida@bakery.example", "viewer", timedelta(days=1))
    provider.claims["email_verified"] = False
    assert _refused(desk, provider)
    provider.claims["email_verified"] = True
    browser = desk.browser()
    assert _sign_in(browser, provider)[0] == 303
    assert "Ida" in browser.get("/inbox")
    assert tables.rows("select m.role::text from tenancy.organization_members m join tenancy.users u using (user_id)"
        " where u.display_name = 'Ida'") == [("viewer",)]  # fmt: skip


@pytest.mark.parametrize(
    "ending",
    [
        "update tenancy.users set is_active = false where email = 'edi@bakery.example'",
        "update tenancy.organization_members set status = 'suspended' where role = 'editor'",
        "delete from tenancy.organization_members where role = 'editor'",
    ],
)
def test_who_is_no_active_member_any_more_does_not_sign_in(
    desk: Desk, provider: ProviderServer, tables: Tables, ending: str
):
    assert _sign_in(desk.browser(), provider)[0] == 303
    tables.execute(ending)
    assert _refused(desk, provider)


def _changed(**claims: Any) -> Any:
    return lambda token: {name: value for name, value in {**token, **claims}.items() if value is not None}


@pytest.mark.parametrize(
    "lie",
    [
        _changed(nonce="another"),
        _changed(nonce=None),
        _changed(aud="another page"),
        _changed(aud=[CLIENT_ID, "another"], azp="another"),
        _changed(aud=None),
        _changed(iss="https://elsewhere.example"),
        lambda token: token | {"exp": int(time.time()) - 3600},
        _changed(exp=None),
        lambda token: token | {"iat": int(time.time()) + 36_000},
        _changed(sub=None),
        _changed(sub=""),
        _changed(email_verified=False),
        _changed(email_verified="true"),
        _changed(email_verified=None),
        _changed(email=["edi@bakery.example"]),
        _changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
def test_a_token_that_does_not_fit_signs_nobody_in(desk: Desk, provider: ProviderServer, lie: Any):
    provider.lie = lie
    assert _refused(desk, provider)
    provider.lie = lambda claims: claims  # the control
    assert _sign_in(desk.browser(), provider)[0] == 303


def test_only_a_signature_of_the_provider_counts(desk: Desk, provider: ProviderServer):
    def by_nobody(claims: Claims) -> str:
        return jwt.encode({"alg": "none"}, claims, "", algorithms=["none"])

    def by_the_page_s_secret(claims: Claims) -> str:
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET))

    def by_the_public_key_as_a_secret(claims: Claims) -> str:
        public = OctKey.import_key(provider.keys[0].as_pem(private=False))
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, public)

    def by_a_stranger(claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, new_key("one"))

    def by_a_key_in_the_token(claims: Claims) -> str:
        own = new_key("two")
        return jwt.encode({"alg": "RS256", "kid": "two", "jwk": own.as_dict(private=False)}, claims, own)

    def altered(claims: Claims) -> str:
        head, body, signature = provider.sign(claims).split(".")
        return ".".join((head, body, signature[::-1]))

    for signed in (
        *(by_nobody, by_the_page_s_secret, by_the_public_key_as_a_secret, by_a_stranger, by_a_key_in_the_token),
        *(altered, lambda _: "", lambda _: "x.y.z"),
    ):
        provider.signed = signed
        assert _refused(desk, provider), signed
    provider.signed = provider.sign
    assert _sign_in(desk.browser(), provider)[0] == 303


def test_new_keys_are_asked_for_when_the_provider_changes_them(
    desk: Desk, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
):
    assert _sign_in(desk.browser(), provider)[0] == 303
    provider.keys = [new_key("two")]
    assert _refused(desk, provider)  # a forged key id asks for nothing more than once a minute
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(discovery, "_ASKED_AGAIN_SECONDS", 0.0)
    assert _sign_in(desk.browser(), provider)[0] == 303
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_a_browser_comes_back_once_and_as_itself(desk: Desk, provider: ProviderServer, tables: Tables):
    browser, other = desk.browser(), desk.browser()
    back = provider.authorize(_start(browser))
    # A link with the code of somebody else's account signs nobody in to it.
    assert _come_back(other, back)[0] == 403
    _start(other)
    assert _come_back(other, back)[0] == 403
    assert _come_back(browser, back)[0] == 303
    assert _come_back(browser, back)[0] == 403
    for state in ("", "sta_unknown"):
        assert _come_back(browser, f"/sign-in/with/default/back?code=code-0&state={state}")[0] == 403
    late = provider.authorize(_start(browser))
    tables.execute("update tenancy.sign_in_attempts set started_at = started_at - interval '1 hour',"
        " expires_at = expires_at - interval '1 hour'")  # fmt: skip
    assert _come_back(browser, late)[0] == 403
    forged = provider.authorize(_start(browser)).replace("&iss=", "&iss=https%3A%2F%2Felsewhere.example&was=")
    assert _come_back(browser, forged)[0] == 403


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/%0d%0aSet-Cookie:x", "x"])
def test_it_leads_to_no_other_site_and_adds_no_header(desk: Desk, provider: ProviderServer, target: str):
    status, location = _sign_in(desk.browser(), provider, target)
    assert status == 303
    assert location.startswith("/")
    assert not location.startswith("//")
    assert "elsewhere" not in location


def test_each_signing_in_begins_a_session_of_its_own(desk: Desk, provider: ProviderServer):
    browser = desk.browser()
    browser.client.cookies.set("session", "ses_planted")
    _sign_in(browser, provider)
    cookies = {cookie.value for cookie in browser.client.cookies.jar if cookie.name == "session" and cookie.domain}
    first = next(value for value in cookies if value != "ses_planted")
    _sign_in(browser, provider)
    other = desk.browser()
    other.client.cookies.set("session", str(first))
    assert other.path == "/sign-in"


def test_the_session_sees_the_organization_of_the_provider_only(desk: Desk, provider: ProviderServer, tables: Tables):
    other_id = str(
        tables.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    )
    desk.person("olga@other.example", "owner", other_id)
    user_id = tables.value("select user_id from tenancy.users where email = %s", [EDI])
    tables.execute(
        "insert into tenancy.organization_members (organization_id, user_id, role) values (%s, %s, 'owner')",
        [other_id, user_id],
    )
    browser = desk.browser()
    _sign_in(browser, provider)
    browser.post("/organization", organization=other_id, status=404)
    assert browser.client.get("/api/v1/status").status_code == 200
    by_password = desk.browser()
    by_password.sign_in(EDI)
    by_password.post("/organization", organization=other_id)  # the control


def test_an_address_that_the_token_leaves_out_is_asked_for_and_of_the_same_user(
    desk: Desk, provider: ProviderServer, tables: Tables
):
    provider.lie = _changed(email=None, email_verified=None)
    assert _refused(desk, provider)
    provider.described = {"userinfo_endpoint": f"{provider.issuer}/user"}
    said = {"sub": "account-1", "email": EDI, "email_verified": True}
    for lie in ({"sub": "account-2"}, {"sub": None}, {"email_verified": False}):
        provider.said_of_user = said | lie
        assert _refused(Desk(desk.url), provider), lie
    provider.said_of_user = said
    assert _sign_in(Desk(desk.url).browser(), provider)[0] == 303
    assert tables.rows("select subject from tenancy.user_identities") == [("account-1",)]


def test_who_does_not_agree_is_told_so_and_led_on_when_they_do(
    desk: Desk, provider: ProviderServer, caplog: pytest.LogCaptureFixture
):
    browser = desk.browser()
    for error, words in (("access_denied", "You did not agree at Bakery ID"), ("server_error\nforged", FAILED)):
        back = provider.authorize(_start(browser, "/calendar")).replace("code=", "was=")
        status, page = _come_back(browser, f"{back}&error={quote(error)}")
        assert (status, words in page) == (403, True)
        assert "/sign-in/with/default?to=/calendar" in page
    assert "it answers access_denied" in caplog.text
    assert "forged" not in caplog.text


@pytest.mark.parametrize(
    "described",
    [
        {"userinfo_endpoint": "http://elsewhere.example/user"},
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(desk: Desk, provider: ProviderServer, described: Claims):
    provider.described = described
    assert FAILED in desk.browser().get("/sign-in/with/default", status=403)


def test_an_organization_without_a_provider_has_no_such_page(desk: Desk, provider: ProviderServer, tables: Tables):
    desk.browser().get("/sign-in/with/other", status=404)
    page = desk.browser().get("/sign-in?organization=other")
    assert "has no accounts to sign in with" in page
    tables.execute("delete from tenancy.sign_in_providers")
    assert "Continue with" not in desk.browser().get("/sign-in")
    desk.browser().get("/sign-in/with/default", status=404)


def test_the_secrets_of_the_way_are_in_no_address_and_no_log(
    desk: Desk, provider: ProviderServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    browser = desk.browser()
    address = _start(browser)
    asked = parse_qs(urlsplit(address).query)
    assert {"code_verifier", "client_secret"}.isdisjoint(asked)
    provider.lie = _changed(nonce="another")
    _come_back(browser, provider.authorize(address))
    assert "nonce" in caplog.text
    assert SECRET not in caplog.text
    assert "code-0" not in "\n".join(record.getMessage() for record in caplog.records if record.levelname != "DEBUG")
