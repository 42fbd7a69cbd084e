"""The interface between the queue and a platform's API.

A publisher makes one call for one post and returns its outcome, including for every error of the platform. If it raises
an exception nevertheless, the outcome counts as unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth
from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.errors import SyndicationError

SIMULATION = "dry_run"
"""The publisher that sends nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture."""

    content: bytes = field(repr=False)
    media_type: str
    public_url: str | None = field(default=None, repr=False)
    """A signed address that anybody may read it from for a while; None if the place of media files gives none."""


@dataclass(frozen=True, slots=True)
class Post:
    """What to publish, and where."""

    target_id: str
    attempt_number: int
    remote_account_id: str
    channel_type: str
    text: str
    link_url: str | None = None
    image_url: str | None = None
    """A picture at an address; None if there is none, or it is ours."""
    picture: Picture | None = None
    """A picture of ours, from the place of media files."""
    alt_text: str | None = None
    language: str = "en"
    """ISO 639-1 code."""
    server_url: str | None = None
    """The account's server, on a network of many."""
    first_called_at: datetime | None = None
    """When the first call of the target was made: the same for each of its attempts. None before any call."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Rule → greatest number: what the account's server and the channel's rules about pictures allow."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to check."""

    remote_account_id: str
    server_url: str | None = None


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post that exists on the platform."""

    platform_post_id: str
    platform_post_url: str | None
    published_at: datetime
    has_same_text: bool
    """Ignoring white space."""
    is_the_post: bool = False
    """Whether it has the id that the call chose, so that it is the call's post and no other."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an account published in a period. Only a complete listing proves that a post is missing."""

    posts: Sequence[RemotePost]
    is_complete: bool
    reason: str | None = None
    """Why it is incomplete."""
    rejection: Outcome | None = None
    """The error response, if it concerns the account: a rate limit or a rejected credential."""


@dataclass(frozen=True, slots=True)
class Token:
    """A secret with its life; `expires_at` is None if it does not expire, or nobody knows when."""

    secret: SecretStr
    expires_at: datetime | None


class TokenError(SyndicationError):
    """The platform gave no token. The message has no secret."""


@runtime_checkable
class TokenSource(Protocol):
    """A publisher whose accounts' tokens are made from the token of a person who manages them."""

    def prolong(self, secret: SecretStr) -> Token:
        """The person's token with a new, long life. TokenError."""

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """The account's own token, made from the person's. TokenError."""


class Publisher(Protocol):
    """One platform's API. Implementations are thread-safe."""

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        """Makes exactly one call, without retries."""

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """What the account of the post published in the period."""

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Whether the platform accepts the account's credential, and the limits that the account's server states."""

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """A new secret in exchange for an expired one; None if the platform does not renew secrets."""
