"""How a call to a platform ended: for the post, and for the account that made it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


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
