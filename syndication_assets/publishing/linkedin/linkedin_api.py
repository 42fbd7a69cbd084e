"""The requests of LinkedIn's versioned REST API that publishing makes: posts and images.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api. The token travels in a
header. Each request is sent once and follows no redirect. A picture is uploaded to the address that LinkedIn names,
with the token, and therefore only to LinkedIn itself.
"""

from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.publishing.linkedin.post_body import is_post
from syndication_assets.publishing.network_answers import (
    RejectedError,
    read_answer,
    unreachable_network,
    without_secrets,
)
from syndication_assets.publishing.publisher import Picture

PUBLISHER = "linkedin"
NAME = "LinkedIn"
POSTS_A_PAGE = 50
_MAXIMUM_BYTES = 16 * 1024 * 1024
_LINKEDIN = ".linkedin.com"
T = TypeVar("T")


class ListedPost(msgspec.Struct):
    """A post in the listing of an author; times are milliseconds since 1970."""

    id: str
    commentary: str = ""
    createdAt: int = 0  # noqa: N815 - LinkedIn's name
    publishedAt: int | None = None  # noqa: N815
    lifecycleState: str = "PUBLISHED"  # noqa: N815


class _Posts(msgspec.Struct):
    elements: list[ListedPost]


class _Upload(msgspec.Struct):
    uploadUrl: str  # noqa: N815
    image: str


class _InitializedUpload(msgspec.Struct):
    value: _Upload


class _Image(msgspec.Struct):
    status: str = ""


class _UserInfo(msgspec.Struct):
    sub: str


class LinkedInApi:
    """The API at a base URL and in a version (YYYYMM). Several threads may share one; close it when done."""

    def __init__(self, base_url: str, version: str, timeout: timedelta, connections: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._version = version
        self.client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            connections=connections,
            provider=PUBLISHER,
        )

    def close(self) -> None:
        self.client.close()

    def create_post(self, token: SecretStr, body: dict[str, object], attempt_number: int) -> Outcome:
        """The new post, whose id is in the header `x-restli-id`, or why there is none.

        HttpError, of which only NotSentError and InvalidRequestError say that nothing was received.
        """
        response = self.client.post_once(
            f"{self._base_url}/rest/posts", json=body, headers=self._headers(token), operation="create_post"
        )
        urn = response.headers.get("x-restli-id", "")
        if 200 <= response.status < 300 and is_post(urn):
            return Outcome(
                OutcomeKind.PUBLISHED,
                platform_post_id=urn,
                platform_post_url=f"https://www.linkedin.com/feed/update/{urn}/",
                http_status=response.status,
            )
        if 200 <= response.status < 300:
            message = f"LinkedIn answered {response.status} without the id of the post."
            return Outcome(OutcomeKind.UNKNOWN, http_status=response.status, message=message)
        outcome = classify(PUBLISHER, NAME, response, attempt_number=attempt_number)
        return without_secrets(outcome, [token.get_secret_value()])

    def upload(self, token: SecretStr, owner: str, picture: Picture) -> str:
        """The URN of the uploaded picture. RejectedError."""
        asked = {"initializeUploadRequest": {"owner": owner}}
        try:
            response = self.client.post_once(
                f"{self._base_url}/rest/images?action=initializeUpload",
                json=asked,
                headers=self._headers(token),
                operation="initialize_upload",
            )
            upload = self._read(response, _InitializedUpload, token).value
            if not self._is_linkedin(upload.uploadUrl):
                message = "LinkedIn named an address outside of linkedin.com for the picture: nothing was sent."
                raise RejectedError(Outcome(OutcomeKind.PERMANENT, message=message))
            headers = {"Authorization": f"Bearer {token.get_secret_value()}", "Content-Type": picture.media_type}
            response = self.client.put_once(
                upload.uploadUrl, picture.content, headers=headers, operation="upload_image"
            )
        except HttpError as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        if not 200 <= response.status < 300:
            raise RejectedError(without_secrets(classify(PUBLISHER, NAME, response), [token.get_secret_value()]))
        return upload.image

    def image_status(self, token: SecretStr, image: str) -> str | None:
        """Such as PROCESSING or AVAILABLE; None if the token may not ask, as one with w_member_social alone."""
        response = self._get("image", f"{self._base_url}/rest/images/{quote(image, safe='')}", token)
        return None if response.status == 403 else self._read(response, _Image, token).status

    def posts(self, token: SecretStr, author: str, start: int, count: int = POSTS_A_PAGE) -> list[ListedPost]:
        """A page of the author's posts, the newest first. RejectedError."""
        query = urlencode({"author": author, "q": "author", "start": start, "count": count, "sortBy": "CREATED"})
        headers = {"X-RestLi-Method": "FINDER"}
        response = self._get("posts", f"{self._base_url}/rest/posts?{query}", token, headers)
        return self._read(response, _Posts, token, reads_only=True).elements

    def member(self, token: SecretStr) -> str:
        """The URN of the token's member. RejectedError."""
        response = self._get("userinfo", f"{self._base_url}/v2/userinfo", token)
        return f"urn:li:person:{self._read(response, _UserInfo, token, reads_only=True).sub}"

    def _get(self, operation: str, url: str, token: SecretStr, headers: dict[str, str] | None = None) -> HttpResponse:
        try:
            return self.client.get(url, headers=self._headers(token) | (headers or {}), operation=operation)
        except HttpError as error:
            raise RejectedError(unreachable_network(NAME, error)) from None

    def _read(self, response: HttpResponse, shape: type[T], token: SecretStr, *, reads_only: bool = False) -> T:
        """The response in this shape. RejectedError with what it means instead."""
        secrets = [token.get_secret_value()]
        return read_answer(PUBLISHER, NAME, response, shape, secrets, is_ok=response.is_ok, reads_only=reads_only)

    def _headers(self, token: SecretStr) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {token.get_secret_value()}",
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
        }

    def _is_linkedin(self, url: str) -> bool:
        parts, ours = urlsplit(url), urlsplit(self._base_url)
        if (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
            return True
        return parts.scheme == "https" and (parts.hostname or "").endswith(_LINKEDIN) and parts.port in (None, 443)
