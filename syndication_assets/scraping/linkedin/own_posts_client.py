"""Our own posts on LinkedIn, as its REST API gives them now: the post, its social actions, and a page's statistics.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics

Statistics list only posts with activity, so one that is missing there is not measured. The token travels in a header;
each request is sent once.
"""

import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact, redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.scraping.fetching.own_posts import OwnAccount, OwnPosts, OwnPostsError
from syndication_assets.text.outside import read_as

PUBLISHER = "linkedin"
_NAME = "LinkedIn"
_MAXIMUM_BYTES = 4 * 1024 * 1024
_POSTS_A_CALL = 20
"""Of the statistics: their ids are in the address."""
_POST = re.compile(r"urn:li:(share|ugcPost):[0-9]{1,20}")
_PERSON = "urn:li:person:"
_LISTS = {"share": "shares", "ugcPost": "ugcPosts"}

T = TypeVar("T")

logger = logging.getLogger(__name__)


class _Results(msgspec.Struct):
    results: dict[str, Any]


class _Elements(msgspec.Struct):
    elements: list[Any]


class _Post(msgspec.Struct):
    id: str


class _ForbiddenError(Exception):
    """The app may not read posts of a profile."""


class LinkedInPosts:
    """The API at a base URL and in a version (YYYYMM). Close it when done."""

    def __init__(self, base_url: str, version: str, *, timeout: timedelta = timedelta(seconds=60)) -> None:
        self._base_url = f"{base_url.rstrip('/')}/rest"
        self._version = version
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES, request_timeout=timeout, retries=NO_RETRIES, provider=PUBLISHER
        )

    def close(self) -> None:
        self._client.close()

    def posts(self, account: OwnAccount, secret: SecretStr | None) -> OwnPosts:
        """The responses. OwnPostsError at the first that cannot be read.

        Nothing for a profile whose posts LinkedIn does not show to the app.
        """
        token = secret.get_secret_value() if secret is not None else ""
        urns = [urn for urn in account.post_ids if _POST.fullmatch(urn)]
        answers: list[tuple[bytes, datetime]] = []
        missing = len(account.post_ids) - len(urns)
        is_person = account.remote_account_id.startswith(_PERSON)
        try:
            for urn in urns:
                found = self._post(urn, token, is_person=is_person)
                missing += not found
                answers += found
        except _ForbiddenError:
            logger.info("%s: LinkedIn shows posts of a profile only to apps with r_member_social", account.account_id)
            return OwnPosts((), 0)
        if not is_person:
            for start in range(0, len(urns), _POSTS_A_CALL):
                answers += self._statistics(account.remote_account_id, urns[start : start + _POSTS_A_CALL], token)
        return OwnPosts(answers, missing)

    def _post(self, urn: str, token: str, *, is_person: bool) -> list[tuple[bytes, datetime]]:
        """The responses for one post; none if LinkedIn does not have it."""
        response = self._get("post", f"posts/{quote(urn, safe='')}", token)
        if response.status == 404:
            return []
        if response.status == 403 and is_person:
            raise _ForbiddenError
        content, _ = _read(response, _Post, token)
        answers = [(content, datetime.now(UTC))]
        # Asked for as a list, because only then the answer names the post that was asked for.
        response = self._get("social_actions", f"socialActions?ids=List({quote(urn, safe='')})", token)
        content, actions = _read(response, _Results, token)
        return [*answers, (content, datetime.now(UTC))] if actions.results else answers

    def _statistics(self, page: str, urns: Sequence[str], token: str) -> list[tuple[bytes, datetime]]:
        query = f"q=organizationalEntity&organizationalEntity={quote(page, safe='')}"
        for kind, name in _LISTS.items():
            of_kind = [quote(urn, safe="") for urn in urns if f":{kind}:" in urn]
            query += f"&{name}=List({','.join(of_kind)})" if of_kind else ""
        response = self._get("share_statistics", f"organizationalEntityShareStatistics?{query}", token)
        content, statistics = _read(response, _Elements, token)
        return [(content, datetime.now(UTC))] if statistics.elements else []

    def _get(self, operation: str, path: str, token: str) -> HttpResponse:
        headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        try:
            return self._client.get(f"{self._base_url}/{path}", headers=headers, operation=operation)
        except HttpError as error:
            raise OwnPostsError(f"LinkedIn could not be reached: {error}.") from None


def _read(response: HttpResponse, shape: type[T], token: str) -> tuple[bytes, T]:
    """The response without the token, and its shape. OwnPostsError with what it means instead."""
    content = redact(response.content.decode("utf-8", "replace"), token, mark="[token]").encode()
    if response.is_ok:
        try:
            return content, read_as(content, shape)
        except ValueError:
            raise OwnPostsError("LinkedIn answered 200, and not in the documented form.") from None
    rejection = classify(PUBLISHER, _NAME, response, reads_only=True)
    raise OwnPostsError(redact_to_line(rejection.message or "", token, mark="[token]", length=400), rejection)
