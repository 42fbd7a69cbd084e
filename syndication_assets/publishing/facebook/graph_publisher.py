"""Facebook pages through the Graph API: feed and photo posts, and what a page has published.

The token travels in the body of a POST and in the header of a GET, never in a URL: URLs end in log lines and errors.
Messages that come from the outside are scrubbed of it. A call is made once; it follows no redirect.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import msgspec
from pydantic import SecretStr

from syndication_assets.channels.facebook_errors import classify
from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.http.public_urls import PublicUrlError, UnresolvedUrlError, public_addresses
from syndication_assets.publishing.publisher import Listing, Post, RemotePost

PUBLISHER = "facebook_graph"
CHANNELS = {"feed_post", "photo_post"}
"""The channels that a page's feed and photos are; a story or a reel is another API."""
_POSTS_A_PAGE = 100
_MAXIMUM_PAGES = 20
# Nothing was sent: the connection did not come to be.
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


class _Created(msgspec.Struct):
    id: str
    post_id: str | None = None


class _PublishedPost(msgspec.Struct):
    id: str
    created_time: str
    message: str = ""
    permalink_url: str | None = None


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)
    next: str | None = None


class _Page(msgspec.Struct):
    data: list[_PublishedPost]
    paging: _Paging = msgspec.field(default_factory=_Paging)


class FacebookGraph:
    """The API at a base URL and version. Close it when done; several threads may share one."""

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        timeout: timedelta = timedelta(seconds=60),
        connections: int = 100,
        check_picture: Callable[[str], object] = public_addresses,
    ) -> None:
        """`check_picture` raises PublicUrlError for a URL that is not https on a public address."""
        self._base_url = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._check_picture = check_picture
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout.total_seconds(), connect=10),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    def close(self) -> None:
        self._client.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        if secret is None:
            return Outcome(OutcomeKind.PERMANENT, message="The account has no credential to publish with.")
        try:
            edge, parameters = self._request(post)
        except _RefusedHereError as error:
            return error.outcome
        token = secret.get_secret_value()
        try:
            response = self._client.post(
                f"{self._base_url}/{quote(post.remote_account_id, safe='')}/{edge}",
                data={**parameters, "access_token": token},
            )
        except _NOTHING_SENT as error:
            return Outcome(OutcomeKind.RETRYABLE, message=f"Facebook could not be reached: {_said(error, token)}.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(OutcomeKind.UNKNOWN, message=f"The answer did not come: {_said(error, token)}.")
        return _scrubbed(_outcome(response, post), token)

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """What the page published in that time. A picture's caption is its text."""
        if secret is None:
            return Listing((), is_complete=False, reason="the account has no credential")
        token = secret.get_secret_value()
        wanted = _normalized(post.text)
        found: list[RemotePost] = []
        parameters: dict[str, Any] = {
            "fields": "id,message,created_time,permalink_url",
            "since": int(since.timestamp()),
            "until": int(until.timestamp()) + 1,
            "limit": _POSTS_A_PAGE,
        }
        for _ in range(_MAXIMUM_PAGES):
            try:
                page = self._published_posts(post.remote_account_id, token, parameters)
                found += [_remote_post(one, wanted) for one in page.data]
            except _ListingRefusedError as error:
                refusal = _scrubbed(error.outcome, token)
                return Listing(found, is_complete=False, reason=_without(str(error), token), refusal=refusal)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                return Listing(found, is_complete=False, reason=_said(error, token))
            if page.paging.next is None:
                return Listing(found, is_complete=True)
            if page.paging.cursors.after is None:
                return Listing(found, is_complete=False, reason="Facebook names no next page of its listing")
            parameters["after"] = page.paging.cursors.after
        return Listing(
            found, is_complete=False, reason=f"the page has more than {_MAXIMUM_PAGES * _POSTS_A_PAGE} posts"
        )

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: Facebook renews no token that has expired; a person has to log in."""
        del secret
        return None

    def _request(self, post: Post) -> tuple[str, dict[str, str]]:
        """The edge to post to, and its parameters without the token."""
        if post.channel_type not in CHANNELS:
            raise _RefusedHereError(
                OutcomeKind.PERMANENT,
                f"Only {', '.join(sorted(CHANNELS))} can be published on a Facebook page, not {post.channel_type}.",
            )
        if post.channel_type == "feed_post" and (post.link_url is not None or post.image_url is None):
            # Facebook shows the picture of the link's page.
            return "feed", {"message": post.text} | ({"link": post.link_url} if post.link_url else {})
        if post.image_url is None:
            raise _RefusedHereError(OutcomeKind.PERMANENT, "A photo post needs a picture, and the text has none.")
        try:
            self._check_picture(post.image_url)
        except UnresolvedUrlError as error:
            raise _RefusedHereError(OutcomeKind.RETRYABLE, str(error)) from None
        except PublicUrlError as error:
            raise _RefusedHereError(OutcomeKind.PERMANENT, str(error)) from None
        alt_text = {"alt_text_custom": post.alt_text} if post.alt_text else {}
        return "photos", {"url": post.image_url, "caption": post.text, **alt_text}

    def _published_posts(self, page_id: str, token: str, parameters: dict[str, Any]) -> _Page:
        """_ListingRefusedError with what Facebook said, if it is no listing."""
        response = self._client.get(
            f"{self._base_url}/{quote(page_id, safe='')}/published_posts",
            params=parameters,
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            return msgspec.json.decode(response.content, type=_Page)
        except (msgspec.DecodeError, UnicodeDecodeError):
            refusal = classify(response.status_code, response.headers, response.content, attempt_number=1)
            raise _ListingRefusedError(refusal) from None


class _ListingRefusedError(Exception):
    """Facebook answered something that is no listing."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class _RefusedHereError(Exception):
    """Nothing was sent, because it could not be right."""

    def __init__(self, kind: OutcomeKind, message: str) -> None:
        super().__init__(message)
        self.outcome = Outcome(kind, message=message)


def _outcome(response: httpx.Response, post: Post) -> Outcome:
    if response.is_success:
        try:
            created = msgspec.json.decode(response.content, type=_Created)
        except (msgspec.DecodeError, UnicodeDecodeError):
            created = None
        if created is not None and created.id:
            post_id = created.post_id or created.id
            return Outcome(
                OutcomeKind.PUBLISHED,
                platform_post_id=post_id,
                platform_post_url=f"https://www.facebook.com/{quote(post_id, safe='')}",
                http_status=response.status_code,
            )
    return classify(response.status_code, response.headers, response.content, post.attempt_number)


def _remote_post(post: _PublishedPost, wanted: str) -> RemotePost:
    published_at = datetime.fromisoformat(post.created_time)
    return RemotePost(post.id, post.permalink_url, published_at, _normalized(post.message) == wanted)


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _said(error: Exception, token: str) -> str:
    return _without(f"{type(error).__name__} {error}".strip(), token)


def _scrubbed(outcome: Outcome, token: str) -> Outcome:
    return replace(outcome, message=_without(outcome.message, token)) if outcome.message else outcome


def _without(text: str, token: str) -> str:
    """On one line, shortened, and without the token in any of the forms that a server may echo."""
    for form in {token, quote(token), quote(token, safe=""), quote_plus(token)}:
        text = text.replace(form, "[token]")
    return " ".join(text.split())[:400].rstrip(". ")
