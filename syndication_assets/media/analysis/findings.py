"""What an analyzer finds in a picture, or why it finds nothing. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Safety = Literal["safe", "sensitive", "unsafe"]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as `#rrggbb`, and its share of the picture from 0 to 1."""

    colour: str
    share: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What an analyzer found. None is what it does not say; an empty text or list is what it looked for in vain."""

    text_in_picture: str | None = None
    text_language: str | None = None
    colours: tuple[Colour, ...] | None = None
    description: str | None = None
    objects: tuple[str, ...] | None = None
    safety: Safety | None = None
    safety_reason: str | None = None
    alt_text: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request to a model used and cost; None is what nobody reported."""

    usage_id: str
    latency_ms: int
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    currency: str | None = None


class AnalysisError(Exception):
    """A picture was not analysed in this attempt; the message is the reason, without what the picture says."""

    def __init__(self, reason: str, *, spent: Spent | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.spent = spent
        self.retry_after = retry_after


class RefusedPictureError(AnalysisError):
    """The analyzer does not take this picture, and would not tomorrow."""


class FailedAttemptError(AnalysisError):
    """The attempt failed, and a later one may succeed; after several the picture is parked."""


class AnalyzerDownError(AnalysisError):
    """No picture can be analysed now, whichever it is: the attempt does not count against this one."""
