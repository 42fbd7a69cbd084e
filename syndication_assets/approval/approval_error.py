"""What is refused in the room."""

from syndication_assets.errors import SyndicationError


class ApprovalError(SyndicationError):
    """A round that cannot begin or a decision that cannot be made; the message says what to do."""


class NoApproversError(ApprovalError):
    """Nobody could decide a step of the round."""
