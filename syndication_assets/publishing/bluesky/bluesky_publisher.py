"""Bluesky accounts: posts with a picture or a card of their link.

The client chooses the key of a record, and each attempt of a target chooses the same one, so a server never makes two
posts of a target, and the look-up asks for exactly that key. For a key that exists, servers answer 500: the outcome is
unknown, and the look-up finds the post.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, rejected, unreachable
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.publishing.bluesky.bluesky_api import NAME, PUBLISHER, BlueskyApi, Session
from syndication_assets.publishing.bluesky.post_record import COLLECTION, post_record, record_key
from syndication_assets.publishing.network_answers import (
    WITHOUT_CREDENTIAL,
    WITHOUT_SERVER,
    RejectedError,
    nothing_published,
    outcome_of_sending,
    reason_not_to_send,
)
from syndication_assets.publishing.network_pictures import picture_of
from syndication_assets.publishing.publisher import Account, Listing, Post, RemotePost

__all__ = ["PUBLISHER", "Bluesky"]

_CHANNEL = "feed_post"
_IMAGE_BYTES = 1_000_000


class Bluesky:
    """Publishes on any server of the AT Protocol. Close it when done; several threads may share one."""

    def __init__(
        self,
        *,
        timeout: timedelta = timedelta(seconds=60),
        connections: int = 10,
        addresses_of: Callable[[str], list[str]] = public_addresses,
    ) -> None:
        """`addresses_of` raises PublicUrlError for a URL that is not https on a public address."""
        self._api = BlueskyApi(addresses_of, timeout, connections)
        self._timeout = timeout
        self._addresses_of = addresses_of

    def close(self) -> None:
        self._api.close()

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        problem = reason_not_to_send(NAME, post, secret, _CHANNEL)
        if problem is not None or secret is None or post.server_url is None:
            return Outcome(OutcomeKind.PERMANENT, message=problem)
        called_at = post.first_called_at or datetime.now(UTC)
        key = record_key(post, called_at)
        try:
            session = self._api.session(post.server_url, post.remote_account_id, secret)
            if post.attempt_number > 1:
                earlier = self._api.record(post.server_url, session.did, COLLECTION, key)
                if earlier is not None:
                    return _published(earlier.uri)
            blob = self._upload(post, session, secret)
        except RejectedError as error:
            return nothing_published(error.outcome)
        record = post_record(post, called_at, blob)
        return outcome_of_sending(
            NAME, lambda: _published(self._api.create_record(session, secret, record, key).uri, 200)
        )

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """The record of the target's key, which no other post has."""
        del secret, since, until
        if post.server_url is None or post.first_called_at is None:
            return Listing((), is_complete=False, reason="the account names no server, or the time of the call is lost")
        key = record_key(post, post.first_called_at)
        try:
            record = self._api.record(post.server_url, post.remote_account_id, COLLECTION, key)
        except RejectedError as error:
            outcome = error.outcome
            rejection = outcome if outcome.wait is not None else None
            return Listing((), is_complete=False, reason=outcome.message, rejection=rejection)
        if record is None:
            return Listing((), is_complete=True)
        has_same_text = record.value.text.split() == post.text.split()
        found = RemotePost(record.uri, _page_of(record.uri), post.first_called_at, has_same_text, is_the_post=True)
        return Listing((found,), is_complete=True)

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Makes a session, and asks whose it is."""
        if secret is None or account.server_url is None:
            return unreachable(WITHOUT_CREDENTIAL if secret is None else WITHOUT_SERVER)
        try:
            session = self._api.session(account.server_url, account.remote_account_id, secret)
        except RejectedError as error:
            return rejected(error.outcome)
        if account.remote_account_id.startswith("did:") and session.did != account.remote_account_id:
            return unreachable(
                f"The app password belongs to {session.did}, not to {account.remote_account_id}: store that account's."
            )
        return AccountHealth(AccountState.CONNECTED)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """None: an app password does not expire; sessions are renewed as they are used."""
        del secret
        return None

    def _upload(self, post: Post, session: Session, secret: SecretStr) -> dict[str, object] | None:
        picture = picture_of(
            post,
            post.limits.get("image_bytes", _IMAGE_BYTES),
            timeout=self._timeout,
            addresses_of=self._addresses_of,
        )
        return None if picture is None else self._api.upload(session, secret, picture)


def _published(uri: str, http_status: int | None = None) -> Outcome:
    return Outcome(
        OutcomeKind.PUBLISHED, platform_post_id=uri, platform_post_url=_page_of(uri), http_status=http_status
    )


def _page_of(uri: str) -> str | None:
    """`at://<did>/app.bsky.feed.post/<key>` as people open it."""
    parts = uri.split("/")
    return f"https://bsky.app/profile/{parts[2]}/post/{parts[4]}" if len(parts) == 5 else None
