"""A service account asks the API with a token of its organization's provider; any other token opens nothing."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.people.identities import bind_account
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.users import add_user
from syndication_assets.web import rate_limits
from syndication_assets.web.provider import discovery
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.web.desk import ADDRESS, Desk
from syndication_assets_tests.web.provider_server import CLIENT_ID, Claims, ProviderServer, new_key

pytestmark = pytest.mark.one_server

AUDIENCE = "https://desk.example/api"
SUBJECT = "service-7"


class Rows(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def rows(desk: Desk, provider: ProviderServer) -> Rows:
    """An organization with a provider, and a service account that is an editor and bound to an account there."""
    rows = Rows(desk.url)
    desk.person("olga@bakery.example", "owner", rows.organization_id)
    rows.execute(
        "insert into tenancy.sign_in_providers (organization_id, label, issuer, client_id, api_audience)"
        " values (%s, 'Id', %s, %s, %s)",
        [rows.organization_id, provider.issuer, CLIENT_ID, AUDIENCE],
    )
    with transaction(desk.url) as connection:
        user_id = add_user(connection, email=None, service_name="night-shift", display_name=None, database_login=None)
        add_member(connection, rows.organization_id, user_id, "editor")
        bind_account(connection, rows.organization_id, provider.issuer, SUBJECT, user_id)
    return rows


def claims(provider: ProviderServer, **changes: object) -> Claims:
    now = int(time.time())
    whole = {"iss": provider.issuer, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def ask(desk: Desk, token: str, path: str = "/api/v1/texts", method: str = "GET") -> tuple[int, str]:
    client = TestClient(desk.application, base_url=ADDRESS, client=("127.0.0.1", 50_000))
    answer = client.request(method, path, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.text


@pytest.mark.usefixtures("rows")
def test_a_token_acts_as_its_service_account_with_the_rights_of_its_role(desk: Desk, provider: ProviderServer):
    token = provider.sign(claims(provider))
    assert ask(desk, token)[0] == 200
    assert ask(desk, provider.sign(claims(provider, aud=["https://other.example", AUDIENCE])))[0] == 200
    status, text = ask(desk, token, "/api/v1/texts/cnt-00000000/approve", "POST")
    assert (status, "ITEM_NOT_FOUND" in text) == (404, True), "an editor may decide"


def test_a_member_that_may_only_read_decides_nothing(desk: Desk, rows: Rows, provider: ProviderServer):
    rows.execute("update tenancy.organization_members set role = 'viewer' where role = 'editor'")
    token = provider.sign(claims(provider))
    assert ask(desk, token)[0] == 200
    assert ask(desk, token, "/api/v1/texts/cnt-00000000/approve", "POST")[0] == 403


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _parts(provider: ProviderServer, algorithm: str) -> str:
    header = {"alg": algorithm, "typ": "JWT", "kid": provider.keys[-1].kid}
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims(provider)))


def _unsigned(provider: ProviderServer) -> str:
    return f"{_parts(provider, 'none')}."


def _signed_with_the_public_key(provider: ProviderServer) -> str:
    """The old attack: a symmetric signature, whose secret is the public key that everybody has."""
    parts = _parts(provider, "HS256")
    signature = hmac.digest(provider.keys[-1].as_pem(private=False), parts.encode(), "sha256")
    return f"{parts}.{_encoded(signature)}"


def _signed_by_somebody_else(provider: ProviderServer) -> str:
    stranger = RSAKey.generate_key(2048, {"kid": provider.keys[-1].kid, "use": "sig"})
    return jwt.encode({"alg": "RS256", "kid": stranger.kid}, claims(provider), stranger)


def _with_its_own_key(provider: ProviderServer) -> str:
    """The token brings the key that it is signed with."""
    stranger = RSAKey.generate_key(2048, {"kid": "stranger", "use": "sig"})
    header = {"alg": "RS256", "kid": "stranger", "jwk": stranger.as_dict(private=False)}
    return jwt.encode(header, claims(provider), stranger)


def _changed(provider: ProviderServer) -> str:
    header, _, signature = provider.sign(claims(provider, sub="service-8")).split(".")
    return f"{header}.{_encoded(json.dumps(claims(provider)).encode())}.{signature}"


def _claiming(**changes: object) -> Callable[[ProviderServer], str]:
    return lambda provider: provider.sign(claims(provider, **changes))


REFUSED: dict[str, Callable[[ProviderServer], str]] = {
    "no signature": _unsigned,
    "the public key as a secret": _signed_with_the_public_key,
    "another signer": _signed_by_somebody_else,
    "a key of its own": _with_its_own_key,
    "changed claims": _changed,
    "another issuer": _claiming(iss="https://id.example"),
    "no issuer": _claiming(iss=None),
    "another account": _claiming(sub="service-8"),
    "no account": _claiming(sub=None),
    "the web page's audience": _claiming(aud=CLIENT_ID),
    "no audience": _claiming(aud=None),
    "an end that is over": _claiming(exp=1_700_000_000),
    "no end": _claiming(exp=None),
    "a beginning to come": _claiming(nbf=4_000_000_000),
    "another type": lambda provider: jwt.encode(
        {"alg": "RS256", "kid": provider.keys[-1].kid, "typ": "logout+jwt"}, claims(provider), provider.keys[-1]
    ),
    "no JSON": lambda _: "a.b.c",
    "a list": lambda _: "e30.W10.e30",
    "too much": lambda provider: provider.sign(claims(provider, more="x" * 9000)),
}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_not_right_opens_nothing(
    make: Callable[[ProviderServer], str], desk: Desk, provider: ProviderServer
):
    """The negative control is the first test, which differs in one thing from each of these."""
    status, text = ask(desk, make(provider))
    assert (status, "NOT_SIGNED_IN" in text) == (401, True), text


@pytest.mark.usefixtures("rows")
def test_an_issuer_of_no_row_is_never_asked(desk: Desk, provider: ProviderServer):
    with ProviderServer() as other:
        token = other.sign(claims(provider, iss=other.issuer))
        assert ask(desk, token)[0] == 401
        assert other.asked == []


@pytest.mark.parametrize(
    "change",
    [
        "update tenancy.sign_in_providers set api_audience = null",
        "update tenancy.users set is_active = false where service_name is not null",
        "update tenancy.organization_members set status = 'suspended' where role = 'editor'",
        "update tenancy.organizations set is_active = false",
        "delete from tenancy.user_identities",
        "update tenancy.user_identities set user_id = (select user_id from tenancy.users where email is not null)",
    ],
)
def test_a_token_is_worth_nothing_once_its_account_is_not(
    change: str, desk: Desk, rows: Rows, provider: ProviderServer
):
    """The last of them binds it to a person, who has a session or a key."""
    token = provider.sign(claims(provider))
    assert ask(desk, token)[0] == 200
    rows.execute(change)
    assert ask(desk, token)[0] == 401


@pytest.mark.usefixtures("rows")
def test_a_new_key_of_the_provider_is_asked_for_and_an_old_one_is_worth_nothing(
    desk: Desk, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
):
    before = provider.sign(claims(provider))
    assert ask(desk, before)[0] == 200
    monkeypatch.setattr(discovery, "_ASKED_AGAIN_SECONDS", 0.0)
    keys = list(provider.keys)
    provider.keys[:] = [new_key("two")]
    try:
        assert ask(desk, provider.sign(claims(provider)))[0] == 200
        assert ask(desk, before)[0] == 401
    finally:
        provider.keys[:] = keys


@pytest.mark.usefixtures("rows")
def test_guesses_are_limited_by_address(desk: Desk, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.web.api.caller.WRONG_KEYS", rate_limits.PerMinute(3))
    statuses = [ask(desk, _unsigned(provider))[0] for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_the_audience_of_the_page_is_refused_as_that_of_the_api(desk: Desk, rows: Rows):
    with pytest.raises(Exception, match="sign_in_providers_api_audience"):
        rows.execute("update tenancy.sign_in_providers set api_audience = client_id")
