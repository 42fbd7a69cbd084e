"""Mastodon accounts: statuses with a picture, and the account's statuses to look up.

A picture is uploaded before the status. Until the status is sent, nothing is published, so every failure before it may
be retried. The status carries an Idempotency-Key that is the same for each attempt of a target: within an hour, a
server returns the status it has already made. After that, the look-up by text and time decides.
"""

import hashlib
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.publishing.mastodon.mastodon_api import NAME, PUBLISHER, MastodonApi, Status
from syndication_assets.publishing.network_answers import (
    WITHOUT_CREDENTIAL,
    WITHOUT_SERVER,
    RejectedError,
    nothing_published,
    outcome_of_sending,
    reason_not_to_send,
)
from syndication_assets.publishing.network_pictures import PictureError, picture_of
from syndication_assets.publishing.publisher import Account, Listing, Picture, Post, RemotePost
from syndication_assets.text.html_text import plain_text
from syndication_assets.text.lengths import mastodon_characters, without_servers

__all__ = ["PUBLISHER", "Mastodon"]

_CHANNEL = "feed_post"
_STATUSES_A_PAGE = 40
_MAXIMUM_PAGES = 25
_IMAGE_BYTES = 16 * 1024 * 1024
_PROCESSING = timedelta(seconds=60)


class Mastodon:
    """Publishes on any Mastodon server. Close it when done; several threads may share one."""

    def __init__(
        self,
        *,
        timeout: timedelta = timedelta(seconds=60),
        connections: int = 10,
        addresses_of: Callable[[str], list[str]] = public_addresses,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`addresses_of` raises PublicUrlError for a URL that is not https on a public address."""
        self._api = MastodonApi(addresses_of, timeout, connections)
        self._timeout = timeout
        self._addresses_of = addresses_of
        self._pause = pause

    def close(self) -> None:
        self._api.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        problem = _problem(post, secret)
        if problem is not None or secret is None or post.server_url is None:
            return Outcome(OutcomeKind.PERMANENT, message=problem)
        form = {"status": post.text, "visibility": "public", "language": post.language}
        try:
            picture = picture_of(
                post,
                post.limits.get("image_bytes", _IMAGE_BYTES),
                timeout=self._timeout,
                addresses_of=self._addresses_of,
            )
            if picture is not None:
                form["media_ids[]"] = self._attach(picture, post.alt_text, post.server_url, secret)
        except RejectedError as error:
            return nothing_published(error.outcome)
        server = post.server_url
        return outcome_of_sending(NAME, lambda: self._send(server, secret, form, _idempotency_key(post)))

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """The account's own statuses between the two times; their text is what the HTML shows."""
        if secret is None or post.server_url is None:
            return Listing((), is_complete=False, reason="the account has no credential or no server")
        found: list[RemotePost] = []
        parameters: dict[str, str | int] = {"limit": _STATUSES_A_PAGE, "exclude_reblogs": "true"}
        wanted = _comparable(post.text)
        for _ in range(_MAXIMUM_PAGES):
            try:
                page = self._api.statuses(post.server_url, secret, post.remote_account_id, parameters)
                posts = [_remote_post(status, wanted) for status in page]
            except RejectedError as error:
                outcome = error.outcome
                is_about_the_account = outcome.kind is not OutcomeKind.UNKNOWN and outcome.http_status is not None
                return Listing(
                    found,
                    is_complete=False,
                    reason=outcome.message,
                    rejection=outcome if is_about_the_account else None,
                )
            except ValueError:
                return Listing(found, is_complete=False, reason="Mastodon gave a time or a text that cannot be read")
            found += [listed for listed in posts if since <= listed.published_at <= until]
            if not page or posts[-1].published_at < since:
                return Listing(found, is_complete=True)
            parameters["max_id"] = page[-1].id
        return Listing(found, is_complete=False, reason="the account has too many statuses since then")

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Asks whose token it is, and the server for its limits, which are its own."""
        if secret is None or account.server_url is None:
            return unreachable(WITHOUT_CREDENTIAL if secret is None else WITHOUT_SERVER)
        try:
            profile = self._api.profile(account.server_url, secret)
            if profile.id != account.remote_account_id:
                return unreachable(
                    f"The credential belongs to the account {profile.id} ({profile.acct}), not to "
                    f"{account.remote_account_id}: store that account's token, or add the account with --remote-id "
                    f"{profile.id}."
                )
            configuration = self._api.instance(account.server_url, secret).configuration
        except RejectedError as error:
            return rejected(error.outcome)
        limits = {
            "text_length": configuration.statuses.max_characters,
            "image_bytes": configuration.media_attachments.image_size_limit,
        }
        known = {name: limit for name, limit in limits.items() if limit is not None and limit > 0}
        return AccountHealth(AccountState.CONNECTED, limits=known)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: Mastodon's tokens do not expire; a revoked one is replaced by a person."""
        del secret
        return None

    def _send(self, server: str, secret: SecretStr, form: dict[str, str], idempotency_key: str) -> Outcome:
        status, http_status = self._api.create_status(server, secret, form, idempotency_key)
        return Outcome(
            OutcomeKind.PUBLISHED,
            platform_post_id=status.id,
            platform_post_url=status.url,
            http_status=http_status,
        )

    def _attach(self, picture: Picture, alt_text: str | None, server: str, secret: SecretStr) -> str:
        """Uploads the picture and waits until it is processed; its id. PictureError or RejectedError."""
        attachment = self._api.upload(server, secret, picture, alt_text)
        is_processed = attachment.url is not None
        for _ in range(int(_PROCESSING.total_seconds())):
            if is_processed:
                return attachment.id
            self._pause(1)
            processed = self._api.attachment(server, secret, attachment.id)
            is_processed = processed is not None and processed.url is not None
        raise PictureError(OutcomeKind.RETRYABLE, "Mastodon still processes the picture.")


def _problem(post: Post, secret: SecretStr | None) -> str | None:
    """Why the post cannot be sent at all; None if it can."""
    problem = reason_not_to_send(NAME, post, secret, _CHANNEL)
    length, longest = mastodon_characters(post.text), post.limits.get("text_length")
    if problem is None and longest is not None and length > longest:
        return f"The text has {length} characters, and the account's server accepts {longest}."
    return problem


def _idempotency_key(post: Post) -> str:
    """The same for each attempt of a target, and only for them."""
    words = "\0".join([post.remote_account_id, post.target_id, post.text])
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def _remote_post(status: Status, wanted: str) -> RemotePost:
    """ValueError for a time or a text that cannot be read."""
    shown = _comparable(plain_text(status.content) or "")
    return RemotePost(status.id, status.url, datetime.fromisoformat(status.created_at), shown == wanted)


def _comparable(text: str) -> str:
    """What a server shows of a text: composed, white space is one, and mentions name no server."""
    return " ".join(without_servers(unicodedata.normalize("NFC", text)).split())
