"""What a publisher is: the one interface between the queue and a platform's API.

A publisher makes one call for one post and says how it ended. It raises nothing for what a platform may do; whatever it
raises all the same counts as a call whose end nobody knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr


class OutcomeKind(StrEnum):
    """How a call ended; the values of `publishing.attempt_outcome`."""

    PUBLISHED = "published"
    RETRYABLE = "retryable"
    """The platform did not take it, and may later."""
    PERMANENT = "permanent"
    """The platform refused this post."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a kind of outcome
    """The credential has expired and may be renewed."""
    DISCONNECTED = "disconnected"
    """The credential was revoked: a person has to connect the account anew."""
    UNKNOWN = "unknown"
    """Sent, and no answer that says whether it was taken."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is to be published, and where."""

    target_id: str
    attempt_number: int
    remote_account_id: str
    channel_type: str
    text: str
    link_url: str | None = None
    image_url: str | None = None
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. `message` is a sentence for people, without secrets; None only for `published`."""

    kind: OutcomeKind
    platform_post_id: str | None = None
    platform_post_url: str | None = None
    http_status: int | None = None
    error_code: str | None = None
    message: str | None = None
    wait: timedelta | None = None
    """How long the platform wants the whole account left alone."""
    is_app_wide: bool = False
    """Whether it wants that of all accounts that this program publishes to through the same API."""


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post that the platform has."""

    platform_post_id: str
    platform_post_url: str | None
    published_at: datetime
    has_same_text: bool
    """White space aside."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an account published in a time. Only a complete listing proves that something is not there."""

    posts: Sequence[RemotePost]
    is_complete: bool
    reason: str | None = None
    """Why it is not complete."""
    refusal: Outcome | None = None
    """What the platform answered in its place, if it says something of the account: a limit, a refused credential."""


class Publisher(Protocol):
    """One platform's API. Used by several threads at once."""

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        """Makes the call, once: it tries nothing again by itself."""

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """What the account of the post published in that time."""

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        """A new secret for an expired one; None where the platform renews none."""
