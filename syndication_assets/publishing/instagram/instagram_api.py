"""The requests of the Graph API that publishing on Instagram makes:
https://developers.facebook.com/docs/instagram-platform/content-publishing.

The token travels in the body of a POST and in the header of a GET, never in a URL. Each request is sent once and
follows no redirect; a post goes out on a new connection.
"""

from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from syndication_assets.channels.errors.facebook_errors import classify
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.request import Parameters
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.publishing.graph.paging import Paging
from syndication_assets.publishing.network_answers import RejectedError, unreachable_network, without_secrets
from syndication_assets.text.outside import read_as

PUBLISHER = "instagram_graph"
NAME = "Instagram"
_MAXIMUM_BYTES = 16 * 1024 * 1024
T = TypeVar("T")


class _Created(msgspec.Struct):
    id: str


class Container(msgspec.Struct):
    """A container: IN_PROGRESS, FINISHED, PUBLISHED, EXPIRED or ERROR; `status` says more of an error."""

    status_code: str
    status: str | None = None


class _Quota(msgspec.Struct):
    quota_total: int | None = None
    quota_duration: int | None = None


class Usage(msgspec.Struct):
    """How many posts the account has published through the API in the last `config.quota_duration` seconds."""

    quota_usage: int
    config: _Quota = msgspec.field(default_factory=_Quota)


class _Usages(msgspec.Struct):
    data: list[Usage]


class Media(msgspec.Struct):
    """A post in the listing of an account."""

    id: str
    timestamp: str
    caption: str = ""
    permalink: str | None = None


class MediaPage(msgspec.Struct):
    """A part of the listing of an account, and where the next part is."""

    data: list[Media]
    paging: Paging = msgspec.field(default_factory=Paging)


class _Permalink(msgspec.Struct):
    permalink: str


class InstagramApi:
    """The API at a versioned base URL. Several threads may share one; close it when done."""

    def __init__(self, base_url: str, timeout: timedelta, connections: int) -> None:
        self._base_url = base_url
        self.client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            connections=connections,
            provider=PUBLISHER,
        )

    def close(self) -> None:
        self.client.close()

    def create_container(self, account_id: str, token: str, parameters: dict[str, str], attempt_number: int) -> str:
        """The id of a container, which is published later or expires after 24 hours. RejectedError."""
        try:
            response = self.client.post_once(
                self._url(account_id, "media"), {**parameters, "access_token": token}, operation="create_container"
            )
        except HttpError as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        return self._read(response, _Created, token, attempt_number).id

    def container(self, container_id: str, token: str) -> Container:
        """RejectedError."""
        return self._get("container", self._url(container_id), token, {"fields": "status_code,status"}, Container)

    def publish(self, account_id: str, container_id: str, token: str, attempt_number: int) -> Outcome:
        """The post that the container became, or why there is none.

        HttpError, of which only NotSentError and InvalidRequestError say that nothing was received.
        """
        response = self.client.post_once(
            self._url(account_id, "media_publish"),
            {"creation_id": container_id, "access_token": token},
            operation="media_publish",
        )
        try:
            post_id = read_as(response.content, _Created).id if 200 <= response.status < 300 else ""
        except ValueError:
            post_id = ""
        # A server that echoes the token has named no post.
        if post_id and redact(post_id, token) == post_id:
            return Outcome(OutcomeKind.PUBLISHED, platform_post_id=post_id, http_status=response.status)
        return _meaning(response, token, attempt_number)

    def permalink(self, media_id: str, token: str) -> str | None:
        """The address of a post; None if Instagram does not tell: the post is out nevertheless."""
        try:
            return self._get("permalink", self._url(media_id), token, {"fields": "permalink"}, _Permalink).permalink
        except RejectedError:
            return None

    def usage(self, account_id: str, token: str) -> Usage | None:
        """None if Instagram states none. RejectedError."""
        url = self._url(account_id, "content_publishing_limit")
        found = self._get("publishing_limit", url, token, {"fields": "config,quota_usage"}, _Usages).data
        return found[0] if found else None

    def media(self, account_id: str, token: str, parameters: Parameters) -> MediaPage:
        """A part of the account's posts, the newest first. RejectedError."""
        return self._get("media", self._url(account_id, "media"), token, parameters, MediaPage)

    def account(self, account_id: str, token: str) -> None:
        """Reads the account. RejectedError if the token may not."""
        self._get("account", self._url(account_id), token, {"fields": "id,username"}, _Created)

    def _url(self, *parts: str) -> str:
        return "/".join([self._base_url, *(quote(part, safe="") for part in parts)])

    def _get(self, operation: str, url: str, token: str, parameters: Parameters, shape: type[T]) -> T:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            response = self.client.get(url, parameters, headers=headers, operation=operation)
        except HttpError as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        return self._read(response, shape, token)

    def _read(self, response: HttpResponse, shape: type[T], token: str, attempt_number: int | None = None) -> T:
        """The response in this shape. RejectedError with what it means instead, without an attempt for a reading."""
        try:
            return read_as(response.content, shape)
        except ValueError:
            raise RejectedError(_meaning(response, token, attempt_number)) from None


def _meaning(response: HttpResponse, token: str, attempt_number: int | None = None) -> Outcome:
    outcome = classify(response.status, response.headers, response.content, attempt_number, NAME)
    return without_secrets(outcome, [token])
