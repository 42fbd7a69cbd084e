"""What a language model may answer: content of the asked form with its usage, or one clear error."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from syndication_assets.ai.answer_forms import Value, form_of
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.usage.spending import TokenUsage


def _as_list(value: Any) -> Any:
    """Hashtags in one string, as in "#Wool, #Kilt", as a list."""
    if isinstance(value, str):
        return [word for word in re.split(r"[\s,;]+", value) if word.strip("#")]
    return [] if value is None else value


def _as_text(value: Any) -> Any:
    return "" if value is None else value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    return text


class PostText(BaseModel):
    """The text of a post, as requested from the model. Further keys of an answer are ignored."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": False})

    text: Annotated[str, AfterValidator(_not_blank)]
    """Without hashtags and without the link."""
    hashtags: Annotated[list[str], BeforeValidator(_as_list)]
    call_to_action: Annotated[str, BeforeValidator(_as_text)]
    alt_text: Annotated[str, BeforeValidator(_as_text)]


POST_FORM = form_of(PostText, "a post", tokens=60)


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
    REDIRECTED = "redirected"
    REJECTED = "rejected"
    NOT_JSON = "not_json"
    EMPTY = "empty"
    REFUSAL = "refusal"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"


TRANSIENT_ERRORS = frozenset(
    {
        ErrorKind.UNREACHABLE,
        ErrorKind.BROKEN_OFF,
        ErrorKind.TIMEOUT,
        ErrorKind.RATE_LIMITED,
        ErrorKind.SERVER_ERROR,
    }
)
UNUSABLE_ANSWERS = frozenset(
    {ErrorKind.NOT_JSON, ErrorKind.EMPTY, ErrorKind.REFUSAL, ErrorKind.MALFORMED, ErrorKind.TRUNCATED}
)
_END_ALL = frozenset({ErrorKind.QUOTA_EXHAUSTED, ErrorKind.UNAUTHORIZED, ErrorKind.UNKNOWN_MODEL, ErrorKind.REDIRECTED})
_NOT_CHARGED = _END_ALL | {ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED, ErrorKind.REJECTED}


class LanguageModelError(SyndicationError):
    """A question without a usable answer; `usage` is what it cost, `answer` what the model wrote instead."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        usage: TokenUsage | None = None,
        retry_after: float | None = None,
        latency_ms: int = 0,
        answer: str | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.usage = usage or TokenUsage()
        self.retry_after = retry_after
        self.latency_ms = latency_ms
        self.answer = answer

    @property
    def is_answer(self) -> bool:
        """Whether the model answered with something unusable, so that another question may succeed."""
        return self.kind in UNUSABLE_ANSWERS

    @property
    def is_down(self) -> bool:
        """Whether no answer is to be had from the model at the moment, whatever the question."""
        return self.kind in TRANSIENT_ERRORS or self.ends_all

    @property
    def may_have_cost(self) -> bool:
        """Whether the request may have been billed."""
        return self.kind not in _NOT_CHARGED

    @property
    def ends_all(self) -> bool:
        """Whether every further request would fail until a person acts."""
        return self.kind in _END_ALL


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """What was asked for, with the usage and time of its request."""

    content: Value
    response: str
    """As the model wrote it."""
    usage: TokenUsage
    latency_ms: int
