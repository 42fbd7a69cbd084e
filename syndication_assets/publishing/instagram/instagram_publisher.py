"""Instagram professional accounts: pictures with a caption, and the account's posts to look up.

A post is made in two calls: a container, for which Instagram fetches the picture from its public address, and its
publication. Until the second call nothing is published, so every failure before it may be retried. The API knows no
idempotency key: a lost answer is looked up among the account's posts, by caption and time.
"""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.publishing.graph.person_tokens import GraphTokens
from syndication_assets.publishing.instagram.account_tokens import AccountTokens
from syndication_assets.publishing.instagram.instagram_api import NAME, PUBLISHER, InstagramApi, Media
from syndication_assets.publishing.network_answers import (
    WITHOUT_CREDENTIAL,
    RejectedError,
    nothing_published,
    outcome_of_sending,
    reason_not_to_send,
)
from syndication_assets.publishing.network_pictures import WITHOUT_ADDRESS, PictureError, fetch_picture
from syndication_assets.publishing.publisher import Account, Listing, Post, RemotePost, Token

__all__ = ["PUBLISHER", "Instagram"]

_CHANNEL = "feed_post"
_IMAGE_BYTES = 8 * 1024 * 1024
_POSTS_A_PAGE = 100
_MAXIMUM_PAGES = 20
_PAUSES = (2, 8, 50, 60, 60)
"""Seconds between two questions whether a container is finished."""
_QUOTA_WAIT = timedelta(hours=1)
"""How long an account rests that has used its posts: they come back one by one, 24 hours after each was sent."""
WITHOUT_PICTURE = (
    "Instagram publishes no text without a picture, and this text has none: give it one with a public https address."
)


class Instagram:
    """The Graph API at a base URL and version. Close it when done; several threads may share one."""

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        timeout: timedelta = timedelta(seconds=60),
        connections: int = 10,
        addresses_of: Callable[[str], list[str]] = public_addresses,
        pause: Callable[[float], None] = time.sleep,
        app_id: str | None = None,
        app_secret: SecretStr | None = None,
    ) -> None:
        """`addresses_of` raises PublicUrlError for a picture's URL that is not https on a public address."""
        versioned = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._api = InstagramApi(versioned, timeout, connections)
        self._persons = GraphTokens(self._api.client, versioned, app_id, app_secret)
        self._accounts = AccountTokens(self._api.client, versioned)
        self._timeout = timeout
        self._addresses_of = addresses_of
        self._pause = pause

    def close(self) -> None:
        self._api.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        problem = reason_not_to_send(NAME, post, secret, _CHANNEL, needs_server=False)
        if problem is not None or secret is None:
            return Outcome(OutcomeKind.PERMANENT, message=problem)
        if post.picture is not None and post.picture.public_url is None:
            return Outcome(OutcomeKind.PERMANENT, message=WITHOUT_ADDRESS, is_about_the_post=True)
        address = post.image_url if post.picture is None else post.picture.public_url
        if address is None:
            return Outcome(OutcomeKind.PERMANENT, message=WITHOUT_PICTURE, is_about_the_post=True)
        account, token = post.remote_account_id, secret.get_secret_value()
        try:
            self._require_jpeg(post, address)
            self._require_quota(account, token)
            parameters = _parameters(post, address)
            container = self._api.create_container(account, token, parameters, post.attempt_number)
            self._await(container, token)
        except RejectedError as error:
            return nothing_published(error.outcome)
        outcome = outcome_of_sending(NAME, lambda: self._api.publish(account, container, token, post.attempt_number))
        if outcome.platform_post_id is None:
            return outcome
        return replace(outcome, platform_post_url=self._api.permalink(outcome.platform_post_id, token))

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """The account's posts between the two times."""
        if secret is None:
            return Listing((), is_complete=False, reason="the account has no credential")
        token, wanted = secret.get_secret_value(), _comparable(post.text)
        found: list[RemotePost] = []
        parameters: dict[str, str | int] = {"fields": "id,caption,timestamp,permalink", "limit": _POSTS_A_PAGE}
        for _ in range(_MAXIMUM_PAGES):
            try:
                page = self._api.media(post.remote_account_id, token, parameters)
                listed = [_remote_post(media, wanted) for media in page.data]
            except RejectedError as error:
                outcome = error.outcome
                is_about_the_account = outcome.kind is not OutcomeKind.UNKNOWN and outcome.http_status is not None
                rejection = outcome if is_about_the_account else None
                return Listing(found, is_complete=False, reason=outcome.message, rejection=rejection)
            except ValueError:
                return Listing(found, is_complete=False, reason="Instagram gave a time that cannot be read")
            found += [each for each in listed if since <= each.published_at <= until]
            if page.paging.next is None or (listed and listed[-1].published_at < since):
                return Listing(found, is_complete=True)
            if page.paging.cursors.after is None:
                return Listing(found, is_complete=False, reason="Instagram names no next page of its listing")
            parameters["after"] = page.paging.cursors.after
        return Listing(found, is_complete=False, reason="the account has too many posts since then")

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Reads the account with its token."""
        if secret is None:
            return unreachable(WITHOUT_CREDENTIAL)
        try:
            self._api.account(account.remote_account_id, secret.get_secret_value())
        except RejectedError as error:
            return rejected(error.outcome)
        return AccountHealth(AccountState.CONNECTED)

    def prolong(self, secret: SecretStr) -> Token:
        """A person's token with a new life of about 60 days. TokenError."""
        return self._persons.prolong(secret)

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """The token of the page that the account is connected to. TokenError."""
        return self._accounts.token_of(account, secret)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: Facebook renews no expired token; a person has to log in."""
        del secret
        return None

    def _require_jpeg(self, post: Post, image_url: str) -> None:
        """PictureError unless Instagram could fetch the picture: publicly, as JPEG, and small enough."""
        limit = min(post.limits.get("image_bytes", _IMAGE_BYTES), _IMAGE_BYTES)
        try:
            picture = fetch_picture(image_url, limit, timeout=self._timeout, addresses_of=self._addresses_of)
        except PictureError as error:
            reason = f"Instagram fetches a picture itself, from a public https address. {error.outcome.message}"
            raise PictureError(error.outcome.kind, reason) from None
        if picture.media_type != "image/jpeg":
            raise PictureError(OutcomeKind.PERMANENT, f"Instagram takes JPEG pictures only, not {picture.media_type}.")

    def _require_quota(self, account: str, token: str) -> None:
        """RejectedError if the account has published as much as Instagram allows."""
        usage = self._api.usage(account, token)
        total = usage.config.quota_total if usage is not None else None
        if usage is None or total is None or usage.quota_usage < total:
            return
        hours = round((usage.config.quota_duration or 86_400) / 3600)
        message = f"The account has published {usage.quota_usage} of {total} posts that Instagram allows in {hours} h."
        raise RejectedError(Outcome(OutcomeKind.RETRYABLE, message=message, wait=_QUOTA_WAIT))

    def _await(self, container_id: str, token: str) -> None:
        """Waits until the container may be published. RejectedError if it may not."""
        for seconds in (*_PAUSES, 0):
            container = self._api.container(container_id, token)
            match container.status_code:
                case "FINISHED":
                    return
                case "ERROR":
                    reason = f"Instagram could not use the picture: {container.status or 'it gives no reason'}"
                    raise PictureError(OutcomeKind.PERMANENT, reason)
                case "EXPIRED":
                    break
            if seconds:
                self._pause(seconds)
        raise PictureError(OutcomeKind.RETRYABLE, "Instagram has not fetched the picture yet.")


def _parameters(post: Post, image_url: str) -> dict[str, str]:
    alt_text = {"alt_text": post.alt_text} if post.alt_text else {}
    return {"image_url": image_url, "caption": post.text, **alt_text}


def _remote_post(media: Media, wanted: str) -> RemotePost:
    """ValueError for a time that cannot be read."""
    published_at = datetime.fromisoformat(media.timestamp)
    return RemotePost(media.id, media.permalink, published_at, _comparable(media.caption) == wanted)


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
