"""LinkedIn pages and profiles: posts with a picture or the card of a link, and the author's posts to look up.

The Posts API takes no idempotency key. A lost answer is looked up among the author's posts, by text and time; an app
may list those of a page, and those of a person only with a permission that few apps get: then a person looks.
"""

import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.publishing.linkedin.linkedin_api import (
    NAME,
    POSTS_A_PAGE,
    PUBLISHER,
    LinkedInApi,
    ListedPost,
)
from syndication_assets.publishing.linkedin.post_body import author_problem, is_person, post_body
from syndication_assets.publishing.linkedin.refresh_tokens import RefreshTokens
from syndication_assets.publishing.network_answers import (
    WITHOUT_CREDENTIAL,
    RejectedError,
    nothing_published,
    outcome_of_sending,
    reason_not_to_send,
)
from syndication_assets.publishing.network_pictures import PictureError, picture_of
from syndication_assets.publishing.publisher import Account, Listing, Post, RemotePost, Token
from syndication_assets.text.little_text import plain_text

__all__ = ["PUBLISHER", "LinkedIn"]

_CHANNEL = "feed_post"
_MAXIMUM_PAGES = 20
_PICTURES = ("image/jpeg", "image/png", "image/gif")
_IMAGE_BYTES = 16 * 1024 * 1024
"""What we fetch at most: LinkedIn states a number of pixels and no size."""
_PAUSES = (1, 2, 4, 8, 15)
"""Seconds between two questions whether a picture is processed."""
_NOT_PUBLISHED = ("DRAFT", "PUBLISH_FAILED")


class LinkedIn:
    """The API at a base URL and in a version (YYYYMM). Close it when done; several threads may share one."""

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        login_url: str,
        client_id: str | None = None,
        client_secret: SecretStr | None = None,
        timeout: timedelta = timedelta(seconds=60),
        connections: int = 10,
        addresses_of: Callable[[str], list[str]] = public_addresses,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`addresses_of` raises PublicUrlError for a picture's URL that is not https on a public address."""
        self._api = LinkedInApi(base_url, version, timeout, connections)
        self._tokens = RefreshTokens(self._api.client, login_url, client_id, client_secret, PUBLISHER)
        self._timeout = timeout
        self._addresses_of = addresses_of
        self._pause = pause

    def close(self) -> None:
        self._api.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        problem = reason_not_to_send(NAME, post, secret, _CHANNEL, needs_server=False)
        problem = problem or author_problem(post.remote_account_id)
        if problem is not None or secret is None:
            return Outcome(OutcomeKind.PERMANENT, message=problem)
        try:
            image = self._upload(post, secret)
        except RejectedError as error:
            return nothing_published(error.outcome)
        body = post_body(post, image)
        return outcome_of_sending(NAME, lambda: self._api.create_post(secret, body, post.attempt_number))

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """The author's posts between the two times."""
        if secret is None:
            return Listing((), is_complete=False, reason="the account has no credential")
        found: list[RemotePost] = []
        wanted = _comparable(post.text)
        for page in range(_MAXIMUM_PAGES):
            try:
                posts = self._api.posts(secret, post.remote_account_id, page * POSTS_A_PAGE)
                listed = [_remote_post(each, wanted) for each in posts if each.lifecycleState not in _NOT_PUBLISHED]
            except RejectedError as error:
                return _unreadable(post, found, error.outcome)
            except (ValueError, OverflowError, OSError):
                return Listing(found, is_complete=False, reason="LinkedIn gave a time that cannot be read")
            found += [each for each in listed if since <= each.published_at <= until]
            if len(posts) < POSTS_A_PAGE or _time(posts[-1].createdAt) < since:
                return Listing(found, is_complete=True)
        return Listing(found, is_complete=False, reason="the account has too many posts since then")

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Asks for a page's newest post, or whose profile it is."""
        problem = author_problem(account.remote_account_id)
        if secret is None or problem is not None:
            return unreachable(problem or WITHOUT_CREDENTIAL)
        try:
            if not is_person(account.remote_account_id):
                self._api.posts(secret, account.remote_account_id, start=0, count=1)
                return AccountHealth(AccountState.CONNECTED)
            member = self._api.member(secret)
        except RejectedError as error:
            return rejected(error.outcome)
        if member != account.remote_account_id:
            return unreachable(
                f"The credential belongs to {member}, not to {account.remote_account_id}: store that profile's token, "
                f"or add the account with --remote-id {member}."
            )
        return AccountHealth(AccountState.CONNECTED)

    def prolong(self, secret: SecretStr) -> Token:
        """The refresh token, with the life that it has left. TokenError."""
        return self._tokens.refresh_token(secret)

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """An access token for the account, made from the refresh token of a person who manages it. TokenError."""
        del account
        return self._tokens.access_token(secret)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: an access token renews nothing; one that a refresh token made is renewed before it ends."""
        del secret
        return None

    def _upload(self, post: Post, secret: SecretStr) -> str | None:
        """The URN of the picture, once LinkedIn has processed it; None if the post has none. PictureError or
        RejectedError.
        """
        limit = post.limits.get("image_bytes", _IMAGE_BYTES)
        picture = picture_of(post, limit, timeout=self._timeout, addresses_of=self._addresses_of)
        if picture is None:
            return None
        if picture.media_type not in _PICTURES:
            raise PictureError(OutcomeKind.PERMANENT, "LinkedIn takes JPEG, PNG and GIF pictures, and this is none.")
        image = self._api.upload(secret, post.remote_account_id, picture)
        for seconds in (*_PAUSES, 0):
            # LinkedIn shows a post to nobody if its picture fails afterwards.
            match self._api.image_status(secret, image):
                case None | "AVAILABLE":
                    return image
                case "PROCESSING_FAILED":
                    raise PictureError(OutcomeKind.PERMANENT, "LinkedIn could not process the picture.")
            if seconds:
                self._pause(seconds)
        raise PictureError(OutcomeKind.RETRYABLE, "LinkedIn still processes the picture.")


def _unreadable(post: Post, found: list[RemotePost], outcome: Outcome) -> Listing:
    """The listing that LinkedIn did not give."""
    reason = outcome.message
    if outcome.http_status == 403 and is_person(post.remote_account_id):
        reason = "LinkedIn shows the posts of a profile only to apps with r_member_social: look at the profile yourself"
    is_about_the_account = outcome.kind is not OutcomeKind.UNKNOWN and outcome.http_status not in (None, 403)
    return Listing(found, is_complete=False, reason=reason, rejection=outcome if is_about_the_account else None)


def _remote_post(post: ListedPost, wanted: str) -> RemotePost:
    """OverflowError, ValueError or OSError for a time that cannot be read."""
    shown = _comparable(plain_text(post.commentary))
    url = f"https://www.linkedin.com/feed/update/{post.id}/"
    return RemotePost(post.id, url, _time(post.publishedAt or post.createdAt), shown == wanted)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
