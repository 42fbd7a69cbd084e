"""The way of a browser to a provider and back: where it is sent, and what the provider says of who came back."""

import base64
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key
from pydantic import SecretStr

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.response import HttpResponse
from syndication_assets.tenancy.people.identities import Account
from syndication_assets.web.provider.discovery import Discovery, ProviderPlaces, read_json
from syndication_assets.web.provider.provider_error import ProviderError
from syndication_assets.web.provider.provider_rows import Provider

# The library's own client logs the answers of providers at DEBUG, with their tokens.
logging.getLogger("authlib").setLevel(logging.WARNING)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that the provider alone has: none without a signature, none with the secret of the page."""
_SCOPE = "openid email profile"
LEEWAY_SECONDS = 60
_MOST_BYTES = 256 * 1024
_TIMEOUT = timedelta(seconds=10)
_LONGEST_NAME = 200


class Secrets(NamedTuple):
    """What the page keeps while a browser is away."""

    nonce: str
    code_verifier: str


def new_secrets() -> Secrets:
    return Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def address_to_send_to(
    discovery: Discovery, provider: Provider, kept: Secrets, *, state: str, return_address: str
) -> str:
    """Where the browser is sent to sign in. ProviderError if the provider does not answer."""
    places = discovery.places(provider.issuer)
    client = _client(places, provider, None, return_address)
    address, _ = client.create_authorization_url(
        places.authorization_endpoint, state=state, code_verifier=kept.code_verifier, nonce=kept.nonce
    )
    return str(address)


def account_of_code(
    discovery: Discovery,
    provider: Provider,
    secret: SecretStr | None,
    kept: Secrets,
    *,
    code: str,
    return_address: str,
) -> Account:
    """The account that the code stands for. ProviderError for a code or token that is not accepted."""
    places = discovery.places(provider.issuer)
    client = _client(places, provider, secret, return_address)
    try:
        tokens = client.fetch_token(
            places.token_endpoint, grant_type="authorization_code", code=code, code_verifier=kept.code_verifier
        )
    except (HttpError, AuthlibBaseError, ValueError) as error:
        raise ProviderError(f"The provider does not exchange the code ({_named(error)}).") from None
    return _account(discovery, provider, kept, tokens)


def _account(discovery: Discovery, provider: Provider, kept: Secrets, tokens: Mapping[str, Any]) -> Account:
    def key_of(signed: GuestProtocol) -> Key:
        key_id = signed.headers().get("kid")
        return discovery.keys(provider.issuer, key_id).get_by_kid(key_id)

    try:
        token = jwt.decode(tokens["id_token"], key_of, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": kept.nonce},
            },
            params={
                "nonce": kept.nonce,
                "client_id": provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"The token of the provider is not accepted ({_named(error)}).") from None
    said = _said_of_user(discovery, provider, claims, tokens)
    email, name = said.get("email"), said.get("name")
    is_verified = said.get("email_verified") is True and isinstance(email, str)
    return Account(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        verified_email=str(email).strip() if is_verified else None,
        name=name.strip()[:_LONGEST_NAME] or None if isinstance(name, str) else None,
    )


def _said_of_user(
    discovery: Discovery, provider: Provider, claims: Mapping[str, Any], tokens: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The claims of the token, or, where it has no address, what the provider says of the same user when it is asked:
    the standard lets tokens leave out what the scopes ask for.
    """
    endpoint = discovery.places(provider.issuer).userinfo_endpoint
    if "email" in claims or endpoint is None:
        return claims
    said = read_json(endpoint, str(tokens.get("access_token")))
    if said.get("sub") != claims["sub"]:
        raise ProviderError("The provider says something of another user than the one who signed in.")
    return said


def _client(places: ProviderPlaces, provider: Provider, secret: SecretStr | None, return_address: str) -> Any:
    methods = ("client_secret_basic", "client_secret_post")
    method = next((each for each in methods if each in places.token_endpoint_auth_methods), methods[0])
    client = OAuth2Client(
        _Session(),
        client_id=provider.client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        token_endpoint_auth_method="none" if secret is None else method,
        scope=_SCOPE,
        redirect_uri=return_address,
        code_challenge_method="S256",
    )
    client.register_client_auth_method(("client_secret_basic", _basic))
    return client


def _basic(client: Any, _method: str, url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """The id and the secret in the header, each encoded as RFC 6749 (2.3.1) says; the library does not encode them."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return url, headers, body


class _Session:
    """The requests of the library, sent by the project's client, which is bounded in time and size."""

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> "_Answer":
        url, signed, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        with HttpClient(maximum_bytes=_MOST_BYTES, request_timeout=_TIMEOUT) as client:
            return _Answer(client.post_once(url, content=body.encode(), headers=signed))


class _Answer:
    """A response as the library reads it."""

    def __init__(self, response: HttpResponse) -> None:
        self.status_code = response.status
        self._response = response

    def json(self) -> Any:
        return json.loads(self._response.content)

    def raise_for_status(self) -> None:
        raise ValueError(f"status {self.status_code}")


def _named(error: Exception) -> str:
    """What kind of error it is, without what the provider or a browser wrote."""
    claim = getattr(error, "claim", None)
    return type(error).__name__ if claim is None else f"{type(error).__name__}: {claim}"
