"""Our own posts, as Bluesky's public AppView gives them now: `app.bsky.feed.getPosts`, up to 25 posts a response.

The AppView needs no credential. A post that was deleted is missing in its response.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.scraping.fetching.own_posts import OwnAccount, OwnPosts, OwnPostsError
from syndication_assets.text.outside import read_as

PUBLISHER = "bluesky"
_POSTS_A_CALL = 25
_MAXIMUM_BYTES = 16 * 1024 * 1024


class _Posts(msgspec.Struct):
    posts: list[dict[str, Any]]


class BlueskyPosts:
    """The AppView at a base URL. Close it when done."""

    def __init__(self, base_url: str, *, timeout: timedelta = timedelta(seconds=60)) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES, request_timeout=timeout, retries=NO_RETRIES, provider=PUBLISHER
        )

    def close(self) -> None:
        self._client.close()

    def posts(self, account: OwnAccount, secret: SecretStr | None) -> OwnPosts:
        """The responses. OwnPostsError if one cannot be read."""
        del secret
        answers, found = [], 0
        for start in range(0, len(account.post_ids), _POSTS_A_CALL):
            content, posts = self._call(account.post_ids[start : start + _POSTS_A_CALL])
            found += posts
            if posts:
                answers.append((content, datetime.now(UTC)))
        return OwnPosts(answers, len(account.post_ids) - found)

    def _call(self, uris: Sequence[str]) -> tuple[bytes, int]:
        """A response and the number of its posts."""
        query = urlencode([("uris", uri) for uri in uris])
        try:
            response = self._client.get(f"{self._base_url}/xrpc/app.bsky.feed.getPosts?{query}", operation="getPosts")
        except HttpError as error:
            raise OwnPostsError(f"Bluesky could not be reached: {error}.") from None
        if not response.is_ok:
            rejection = classify(PUBLISHER, "Bluesky", response, reads_only=True)
            # The AppView was asked without the account's credential, so only a rate limit concerns the account.
            raise OwnPostsError(rejection.message or "", rejection if rejection.wait is not None else None)
        try:
            return response.content, len(read_as(response.content, _Posts).posts)
        except ValueError:
            raise OwnPostsError("Bluesky answered 200, and not with posts.") from None
