"""The requests of Mastodon's REST API that publishing makes: https://docs.joinmastodon.org/methods/.

The token travels in a header. Each request is sent once, only to public addresses, and follows no redirect: the
server of an account is a value that a person typed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.http.clients.request import Parameters
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.publishing.network_answers import RejectedError, read_answer, unreachable_network
from syndication_assets.publishing.publisher import Picture

PUBLISHER = "mastodon"
NAME = "Mastodon"
_MAXIMUM_BYTES = 16 * 1024 * 1024
T = TypeVar("T")


class Status(msgspec.Struct):
    """A status, as `POST /api/v1/statuses` and listings give it; `content` is HTML."""

    id: str
    created_at: str
    url: str | None = None
    content: str = ""


class Attachment(msgspec.Struct):
    """A media attachment; while it is processed, it has no URL."""

    id: str
    url: str | None = None


class Profile(msgspec.Struct):
    id: str
    acct: str = ""


class _StatusLimits(msgspec.Struct):
    max_characters: int | None = None


class _MediaLimits(msgspec.Struct):
    image_size_limit: int | None = None


class _Configuration(msgspec.Struct):
    statuses: _StatusLimits = msgspec.field(default_factory=_StatusLimits)
    media_attachments: _MediaLimits = msgspec.field(default_factory=_MediaLimits)


class Instance(msgspec.Struct):
    """What a server says about itself."""

    configuration: _Configuration = msgspec.field(default_factory=_Configuration)


class MastodonApi:
    """The API of any server. Several threads may share one; close it when done."""

    def __init__(self, addresses_of: Callable[[str], list[str]], timeout: timedelta, connections: int) -> None:
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            connections=connections,
            transport=PublicTransport(addresses_of),
            provider=PUBLISHER,
        )

    def close(self) -> None:
        self._client.close()

    def create_status(
        self, server: str, token: SecretStr, form: dict[str, str], idempotency_key: str
    ) -> tuple[Status, int]:
        """The new status and the response's status. After the same key within an hour, servers return the first one.

        HttpError, of which only NotSentError and InvalidRequestError say that nothing was received.
        """
        response = self._client.post_once(
            f"{server}/api/v1/statuses",
            form,
            headers={**_bearer(token), "Idempotency-Key": idempotency_key},
            operation="create_status",
        )
        status = self._read(response, Status, token, is_ok=200 <= response.status < 300)
        return status, response.status

    def upload(self, server: str, token: SecretStr, picture: Picture, description: str | None) -> Attachment:
        """The attachment; one without a URL is still being processed. RejectedError."""
        try:
            response = self._client.post_once(
                f"{server}/api/v2/media",
                {"description": description} if description else {},
                files={"file": ("picture", picture.content, picture.media_type)},
                headers=_bearer(token),
                operation="upload_media",
            )
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        return self._read(response, Attachment, token, is_ok=response.status in (200, 202))

    def attachment(self, server: str, token: SecretStr, attachment_id: str) -> Attachment | None:
        """The attachment; None while it is being processed (206). RejectedError."""
        response = self._get("media", f"{server}/api/v1/media/{quote(attachment_id, safe='')}", token)
        if response.status == 206:
            return None
        return self._read(response, Attachment, token)

    def statuses(self, server: str, token: SecretStr, account_id: str, parameters: Parameters) -> list[Status]:
        """A page of the account's statuses, the newest first. RejectedError."""
        url = f"{server}/api/v1/accounts/{quote(account_id, safe='')}/statuses"
        response = self._get("statuses", url, token, parameters)
        return self._read(response, list[Status], token)

    def profile(self, server: str, token: SecretStr) -> Profile:
        """The account of the token. RejectedError."""
        response = self._get("verify_credentials", f"{server}/api/v1/accounts/verify_credentials", token)
        return self._read(response, Profile, token)

    def instance(self, server: str, token: SecretStr) -> Instance:
        """RejectedError."""
        return self._read(self._get("instance", f"{server}/api/v2/instance", token), Instance, token)

    def _get(self, operation: str, url: str, token: SecretStr, parameters: Parameters | None = None) -> HttpResponse:
        try:
            return self._client.get(url, parameters, headers=_bearer(token), operation=operation)
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None

    def _read(self, response: HttpResponse, shape: type[T], token: SecretStr, *, is_ok: bool | None = None) -> T:
        """The response in this shape. RejectedError with what it means instead."""
        is_ok = response.is_ok if is_ok is None else is_ok
        return read_answer(PUBLISHER, NAME, response, shape, [token.get_secret_value()], is_ok=is_ok)


def _bearer(token: SecretStr) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.get_secret_value()}"}
