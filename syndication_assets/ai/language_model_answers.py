"""What a language model may answer: a post with its usage, or one clear error."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec
from pydantic import BaseModel, ConfigDict

from syndication_assets.errors import SyndicationError
from syndication_assets.operations.spending import TokenUsage


class PostText(BaseModel):
    """The text of a post, as requested from the model."""

    model_config = ConfigDict(extra="forbid")

    text: str
    """Without hashtags and without the link."""
    hashtags: list[str]
    call_to_action: str
    alt_text: str


class Message(msgspec.Struct):
    """The model's message: a content, or the reason why there is none."""

    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    """One answer of several that may be asked for."""

    message: Message
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    """A chat completion, as far as it is read here."""

    choices: list[Choice]


class ErrorKind(StrEnum):
    """What went wrong."""

    UNREACHABLE = "unreachable"
    BROKEN_OFF = "broken_off"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    QUOTA_EXHAUSTED = "quota_exhausted"
    UNAUTHORIZED = "unauthorized"
    UNKNOWN_MODEL = "unknown_model"
    REJECTED = "rejected"
    NOT_JSON = "not_json"
    EMPTY = "empty"
    REFUSAL = "refusal"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"


_NOT_CHARGED = {
    ErrorKind.UNREACHABLE,
    ErrorKind.RATE_LIMITED,
    ErrorKind.QUOTA_EXHAUSTED,
    ErrorKind.UNAUTHORIZED,
    ErrorKind.UNKNOWN_MODEL,
    ErrorKind.REJECTED,
}
_END_ALL = {ErrorKind.QUOTA_EXHAUSTED, ErrorKind.UNAUTHORIZED, ErrorKind.UNKNOWN_MODEL}
_BAD_ANSWERS = {ErrorKind.NOT_JSON, ErrorKind.EMPTY, ErrorKind.REFUSAL, ErrorKind.MALFORMED, ErrorKind.TRUNCATED}


class LanguageModelError(SyndicationError):
    """A question without a usable answer; `usage` is what it cost."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        usage: TokenUsage | None = None,
        retry_after: float | None = None,
        latency_ms: int = 0,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.usage = usage or TokenUsage()
        self.retry_after = retry_after
        self.latency_ms = latency_ms

    @property
    def is_answer(self) -> bool:
        """Whether the model answered with something unusable, so that another question may succeed."""
        return self.kind in _BAD_ANSWERS

    @property
    def may_have_cost(self) -> bool:
        """Whether the request may have been billed."""
        return self.kind not in _NOT_CHARGED

    @property
    def ends_all(self) -> bool:
        """Whether every further request would fail until a person acts."""
        return self.kind in _END_ALL


@dataclass(frozen=True, slots=True)
class Answer:
    """A post, with the usage and time of its request."""

    post: PostText
    response: str
    """As the model wrote it."""
    usage: TokenUsage
    latency_ms: int
