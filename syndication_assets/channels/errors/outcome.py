"""The outcome of a call to a platform: what it means for the post and for its account."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from syndication_assets.text.outside import clean

_LONGEST_TEXT = 2_000


class OutcomeKind(StrEnum):
    """The kinds of outcomes: the values of `publishing.attempt_outcome`."""

    PUBLISHED = "published"
    RETRYABLE = "retryable"
    """The platform did not accept the post, and may do so later."""
    PERMANENT = "permanent"
    """The platform rejected this post."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a kind of outcome
    """The credential has expired and may be renewed."""
    DISCONNECTED = "disconnected"
    """The credential was revoked or may not publish: a person has to reconnect the account."""
    UNKNOWN = "unknown"
    """Sent, without a response that says whether it was accepted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. `message` is a sentence for people, without secrets; None only if published.

    Its texts come from the platform and are cleaned: one character that the database refuses would leave a post that is
    out without its outcome.
    """

    kind: OutcomeKind
    platform_post_id: str | None = None
    platform_post_url: str | None = None
    http_status: int | None = None
    error_code: str | None = None
    message: str | None = None
    wait: timedelta | None = None
    """Back-off that the platform requests for the whole account."""
    is_app_wide: bool = False
    """Whether the back-off applies to all accounts of the same publisher."""
    is_about_the_post: bool = False
    """Whether a permanent rejection is known to be about this post only. If it is not, the account may be rejected."""

    def __post_init__(self) -> None:
        for name in ("platform_post_id", "platform_post_url", "error_code", "message"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, clean(text, _LONGEST_TEXT))
