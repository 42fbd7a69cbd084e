"""Facebook pages through the Graph API: feed and photo posts, and the listing of what a page has published.

The token travels in the body of a POST and in the header of a GET, never in a URL, because URLs end in log lines and
errors. It is redacted from every message from outside. Every request is sent once and follows no redirect; a post goes
out on a new connection.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.facebook_errors import classify
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_urls import PublicUrlError, UnresolvedUrlError, public_addresses
from syndication_assets.http.clients.request import Files
from syndication_assets.http.http_errors import HttpError, InvalidRequestError, NotSentError, WithheldError
from syndication_assets.http.redaction import redact, redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.publishing.facebook.graph_answers import Created, Page, PublishedPost
from syndication_assets.publishing.facebook.page_tokens import PageTokens
from syndication_assets.publishing.graph.person_tokens import GraphTokens
from syndication_assets.publishing.network_answers import withheld
from syndication_assets.publishing.publisher import Account, Listing, Post, RemotePost, Token
from syndication_assets.text.outside import read_as

PUBLISHER = "facebook_graph"
CHANNELS = {"feed_post", "photo_post"}
"""A page's feed and its photos. Stories and reels have APIs of their own."""
_POSTS_A_PAGE = 100
_MAXIMUM_PAGES = 20
_MAXIMUM_BYTES = 64 * 1024 * 1024


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
        app_id: str | None = None,
        app_secret: SecretStr | None = None,
    ) -> None:
        """`check_picture` raises PublicUrlError for a URL that is not https on a public address."""
        self._base_url = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._check_picture = check_picture
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            connections=connections,
            provider=PUBLISHER,
        )
        self._persons = GraphTokens(self._client, self._base_url, app_id, app_secret)
        self._pages = PageTokens(self._client, self._base_url)

    def close(self) -> None:
        self._client.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        if secret is None:
            return Outcome(OutcomeKind.PERMANENT, message="The account has no credential to publish with.")
        try:
            edge, parameters, files = self._request(post)
        except _InvalidPostError as error:
            return error.outcome
        token = secret.get_secret_value()
        try:
            response = self._client.post_once(
                f"{self._base_url}/{quote(post.remote_account_id, safe='')}/{edge}",
                {**parameters, "access_token": token},
                files=files,
                operation=edge,
            )
        except WithheldError as error:
            return withheld(error)
        except (NotSentError, InvalidRequestError) as error:
            return Outcome(OutcomeKind.RETRYABLE, message=f"Facebook could not be reached: {error}.")
        except HttpError as error:
            return Outcome(OutcomeKind.UNKNOWN, message=f"The answer did not come: {error}.")
        return _redacted(_outcome(response, post, token), token)

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """What the page published between the two times. The text of a photo is its caption."""
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
                found += [_remote_post(published, wanted, token) for published in page.data]
            except _ListingRejectedError as error:
                rejection = _redacted(error.outcome, token)
                return Listing(found, is_complete=False, reason=rejection.message, rejection=rejection)
            except (HttpError, ValueError) as error:  # ValueError: a malformed creation time
                return Listing(found, is_complete=False, reason=redact_to_line(str(error), token, mark="[token]"))
            if page.paging.next is None:
                return Listing(found, is_complete=True)
            if page.paging.cursors.after is None:
                return Listing(found, is_complete=False, reason="Facebook names no next page of its listing")
            parameters["after"] = page.paging.cursors.after
        return Listing(
            found, is_complete=False, reason=f"the page has more than {_MAXIMUM_PAGES * _POSTS_A_PAGE} posts"
        )

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Reads the page with its token."""
        if secret is None:
            return unreachable("The account has no credential to publish with.")
        token = secret.get_secret_value()
        try:
            response = self._client.get(
                f"{self._base_url}/{quote(account.remote_account_id, safe='')}",
                {"fields": "id"},
                headers={"Authorization": f"Bearer {token}"},
                operation="page",
            )
        except HttpError as error:
            return unreachable(f"Facebook could not be reached: {error}.")
        try:
            read_as(response.content, Created)
        except ValueError:
            outcome = classify(response.status, response.headers, response.content, attempt_number=None)
            return rejected(_redacted(outcome, token))
        return AccountHealth(AccountState.CONNECTED)

    def prolong(self, secret: SecretStr) -> Token:
        """A person's token with a new life of about 60 days. TokenError."""
        return self._persons.prolong(secret)

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """The token of a page. TokenError."""
        return self._pages.token_of(account, secret)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: Facebook renews no expired token; a person has to log in."""
        del secret
        return None

    def _request(self, post: Post) -> tuple[str, dict[str, str], Files | None]:
        """The edge to post to, its parameters without the token, and the file of a picture of ours."""
        if post.channel_type not in CHANNELS:
            raise _InvalidPostError(
                OutcomeKind.PERMANENT,
                f"Only {', '.join(sorted(CHANNELS))} can be published on a Facebook page, not {post.channel_type}.",
            )
        alt_text = {"alt_text_custom": post.alt_text} if post.alt_text else {}
        if post.picture is not None:
            file = ("picture", post.picture.content, post.picture.media_type)
            return "photos", {"caption": post.text, **alt_text}, {"source": file}
        if post.channel_type == "feed_post" and (post.link_url is not None or post.image_url is None):
            # Facebook shows the picture of the linked page.
            return "feed", {"message": post.text} | ({"link": post.link_url} if post.link_url else {}), None
        if post.image_url is None:
            raise _InvalidPostError(OutcomeKind.PERMANENT, "A photo post needs a picture, and the text has none.")
        try:
            self._check_picture(post.image_url)
        except UnresolvedUrlError as error:
            raise _InvalidPostError(OutcomeKind.RETRYABLE, str(error)) from None
        except PublicUrlError as error:
            raise _InvalidPostError(OutcomeKind.PERMANENT, str(error)) from None
        return "photos", {"url": post.image_url, "caption": post.text, **alt_text}, None

    def _published_posts(self, page_id: str, token: str, parameters: dict[str, Any]) -> Page:
        """_ListingRejectedError with Facebook's outcome if the response is no listing."""
        response = self._client.get(
            f"{self._base_url}/{quote(page_id, safe='')}/published_posts",
            parameters,
            headers={"Authorization": f"Bearer {token}"},
            operation="published_posts",
        )
        try:
            return read_as(response.content, Page)
        except ValueError:
            rejection = classify(response.status, response.headers, response.content, attempt_number=None)
            raise _ListingRejectedError(rejection) from None


class _ListingRejectedError(Exception):
    """Facebook answered with something that is no listing."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class _InvalidPostError(Exception):
    """The post cannot be published as it is, so nothing was sent."""

    def __init__(self, kind: OutcomeKind, message: str) -> None:
        super().__init__(message)
        self.outcome = Outcome(kind, message=message)


def _outcome(response: HttpResponse, post: Post, token: str) -> Outcome:
    if 200 <= response.status < 300:
        try:
            created = read_as(response.content, Created)
        except ValueError:
            created = None
        post_id = (created.post_id or created.id) if created is not None else ""
        # A server that echoes the token has named no post.
        if post_id and redact(post_id, token) == post_id:
            return Outcome(
                OutcomeKind.PUBLISHED,
                platform_post_id=post_id,
                platform_post_url=f"https://www.facebook.com/{quote(post_id, safe='')}",
                http_status=response.status,
            )
    return classify(response.status, response.headers, response.content, post.attempt_number)


def _remote_post(post: PublishedPost, wanted: str, token: str) -> RemotePost:
    published_at = datetime.fromisoformat(post.created_time)
    url = post.permalink_url and redact(post.permalink_url, token, mark="[token]")
    return RemotePost(redact(post.id, token, mark="[token]"), url, published_at, _normalized(post.message) == wanted)


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _redacted(outcome: Outcome, token: str) -> Outcome:
    if outcome.message is None:
        return outcome
    return replace(outcome, message=redact_to_line(outcome.message, token, mark="[token]", length=400))
