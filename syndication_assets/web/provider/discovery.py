"""Where a provider is asked, and its public keys: asked for once an hour, and again when it signs with a new key."""

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.web.own_site import LOOPBACK
from syndication_assets.web.provider.provider_error import ProviderError

_PATH = "/.well-known/openid-configuration"
_KEPT_SECONDS = 3600.0
_ASKED_AGAIN_SECONDS = 60.0
"""How often a token with an unknown key lets the keys be asked for again."""
_MOST_BYTES = 256 * 1024
_TIMEOUT = timedelta(seconds=10)
_DEFAULT_METHODS = ("client_secret_basic",)


class ProviderPlaces(NamedTuple):
    """The addresses of a provider."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    """Where a provider says what is not in its tokens; None if it has no such place."""
    token_endpoint_auth_methods: tuple[str, ...]


@dataclass
class _Kept:
    places: ProviderPlaces
    keys: KeySet
    asked_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class Discovery:
    """What is known of providers, by issuer. Threads may share it."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def places(self, issuer: str) -> ProviderPlaces:
        """ProviderError if the provider does not answer, or answers for another issuer."""
        return self._known(issuer).places

    def keys(self, issuer: str, key_id: str | None) -> KeySet:
        """The public keys, with the one that is asked for if the provider has it. ProviderError as of `places`."""
        known = self._known(issuer)
        with known.lock:
            is_known = key_id is None or any(key.kid == key_id for key in known.keys.keys)
            if not is_known and time.monotonic() - known.asked_at > _ASKED_AGAIN_SECONDS:
                known.keys = _key_set(known.places.jwks_uri)
                known.asked_at = time.monotonic()
            return known.keys

    def _known(self, issuer: str) -> _Kept:
        known = self._kept.get(issuer)
        if known is None or time.monotonic() - known.asked_at > _KEPT_SECONDS:
            places = _places(issuer)
            known = _Kept(places, _key_set(places.jwks_uri), time.monotonic())
            self._kept[issuer] = known
        return known


def require_safe(url: object) -> str:
    """An https address, or one of this machine. ProviderError otherwise: what is sent there is secret."""
    text = str(url)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ProviderError("The provider names an address that is none.") from None
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return text
    raise ProviderError("The provider names an address without https.")


def _places(issuer: str) -> ProviderPlaces:
    found = read_json(require_safe(issuer).rstrip("/") + _PATH)
    if found.get("issuer") != issuer:
        raise ProviderError(f"The provider calls itself {found.get('issuer')!r:.200}, not {issuer!r}: correct the row.")
    methods = found.get("token_endpoint_auth_methods_supported")
    userinfo_endpoint = found.get("userinfo_endpoint")
    return ProviderPlaces(
        issuer,
        authorization_endpoint=require_safe(found.get("authorization_endpoint")),
        token_endpoint=require_safe(found.get("token_endpoint")),
        jwks_uri=require_safe(found.get("jwks_uri")),
        userinfo_endpoint=None if userinfo_endpoint is None else require_safe(userinfo_endpoint),
        token_endpoint_auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else _DEFAULT_METHODS,
    )


def _key_set(url: str) -> KeySet:
    try:
        return KeySet.import_key_set(read_json(url))  # type: ignore[arg-type] # whatever it is not, it rejects
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderError(f"The keys of the provider cannot be read ({type(error).__name__}).") from None


def read_json(url: str, access_token: str | None = None) -> dict[str, Any]:
    """An object that the provider answers with, with a token where it is asked for. ProviderError without one."""
    headers = {"Accept": "application/json"}
    if access_token is not None:
        headers["Authorization"] = f"Bearer {access_token}"
    try:
        with HttpClient(maximum_bytes=_MOST_BYTES, request_timeout=_TIMEOUT) as client:
            response = client.get(url, headers=headers)
    except HttpError as error:
        raise ProviderError(f"The provider does not answer: {error}.") from None
    try:
        content = json.loads(response.content) if response.is_ok else None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProviderError(f"The provider answers with status {response.status} and no description.")
    return content
