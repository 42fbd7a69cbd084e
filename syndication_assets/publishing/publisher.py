"""The interface between the queue and a platform's API.

A publisher makes one call for one post and returns its outcome, including for every error of the platform. If it raises
an exception nevertheless, the outcome counts as unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from syndication_assets.channels.outcome import Outcome


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
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post that exists on the platform."""

    platform_post_id: str
    platform_post_url: str | None
    published_at: datetime
    has_same_text: bool
    """Ignoring white space."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an account published in a period. Only a complete listing proves that a post is missing."""

    posts: Sequence[RemotePost]
    is_complete: bool
    reason: str | None = None
    """Why it is incomplete."""
    rejection: Outcome | None = None
    """The error response, if it concerns the account: a rate limit or a rejected credential."""


class Publisher(Protocol):
    """One platform's API. Implementations are thread-safe."""

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        """Makes exactly one call, without retries."""

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """What the account of the post published in the period."""

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """A new secret in exchange for an expired one; None if the platform does not renew secrets."""
