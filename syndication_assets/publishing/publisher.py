"""What a publisher is: the one interface between the queue and a platform's API.

A publisher makes one call for one post and says how it ended. It raises nothing for what a platform may do; whatever it
raises all the same counts as a call whose end nobody knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from syndication_assets.channels.outcome import Outcome


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
