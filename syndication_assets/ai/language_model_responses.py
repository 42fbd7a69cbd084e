"""Reads one response of a server that speaks OpenAI's chat completions: a post, or one clear error.

The client's exceptions may quote the key or the whole prompt, so none of their texts is kept unredacted.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from syndication_assets.ai.language_model_answers import (
    Answer,
    Choice,
    Completion,
    ErrorKind,
    LanguageModelError,
    PostText,
)
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.operations.spending import TokenUsage

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_decode_completion = msgspec.json.Decoder(Completion).decode


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Reads the responses to one model's requests; `timeout` is the bound in seconds that the requests had."""

    api_key: str = field(repr=False)
    model: str
    timeout: float

    def read(self, content: bytes, latency_ms: int) -> Answer | LanguageModelError:
        """The post that a completion contains; otherwise the error to raise."""
        usage = _usage(content)

        def unusable(kind: ErrorKind, message: str) -> LanguageModelError:
            return LanguageModelError(kind, message, usage, latency_ms=latency_ms)

        try:
            choices = _decode_completion(content).choices
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return unusable(
                ErrorKind.NOT_JSON,
                f"The server answered for {self.model} with something that is no completion: check OPENAI_BASE_URL.",
            )
        problem = self._problem_of(choices)
        if problem is not None:
            return unusable(*problem)
        content_of_message = str(choices[0].message.content)
        try:
            post = PostText.model_validate_json(content_of_message)
        except ValueError:  # of which pydantic's is one; it quotes the answer
            return unusable(
                ErrorKind.MALFORMED, f"{self.model} answered with something that is not the JSON of a post."
            )
        return Answer(post, content_of_message, usage, latency_ms)

    def _problem_of(self, choices: list[Choice]) -> tuple[ErrorKind, str] | None:
        """Why the first choice is unusable; None if it is usable."""
        if not choices:
            return ErrorKind.EMPTY, f"{self.model} answered without a choice."
        message = choices[0].message
        if choices[0].finish_reason == "length":
            return ErrorKind.TRUNCATED, f"{self.model} stopped in the middle of its answer."
        if choices[0].finish_reason == "content_filter":
            return ErrorKind.REFUSAL, f"The server's content filter held {self.model}'s answer back."
        if message.refusal:
            return ErrorKind.REFUSAL, f"{self.model} refused: {self._redacted(message.refusal)}"
        return None if message.content else (ErrorKind.EMPTY, f"{self.model} answered with an empty message.")

    def describe(self, error: Exception, latency_ms: int) -> LanguageModelError:
        """The error to raise for an exception of the client."""
        import httpx2  # noqa: PLC0415 - what openai is built on
        import openai  # noqa: PLC0415 - takes a second to import

        if isinstance(error, openai.APIStatusError):
            kind, message, retry_after = self._kind_of_status(error)
            return LanguageModelError(kind, message, _usage(error.response.content), retry_after, latency_ms)
        if isinstance(error, (openai.APITimeoutError, TimeoutError)):
            kind, message = ErrorKind.TIMEOUT, f"{self.model} did not answer within {self.timeout:g} seconds."
        elif isinstance(error.__cause__, httpx2.ConnectError):
            kind = ErrorKind.UNREACHABLE
            message = "The language model's server cannot be reached: check OPENAI_BASE_URL."
        else:
            kind, message = (
                ErrorKind.BROKEN_OFF,
                "The language model's server closed the connection before the answer was complete.",
            )
        return LanguageModelError(kind, message, latency_ms=latency_ms)

    def _kind_of_status(self, error: Any) -> tuple[ErrorKind, str, float | None]:
        status, codes = error.status_code, {str(error.code), str(error.type)}
        reason = self._redacted(_message_of(error))
        if codes & _QUOTA_CODES:
            return (
                ErrorKind.QUOTA_EXHAUSTED,
                "The quota of the language model's account is exhausted: raise it, or wait for the next period.",
                None,
            )
        if status in {_UNAUTHORIZED, _FORBIDDEN}:
            # The server's message about a key may quote a part of it.
            return ErrorKind.UNAUTHORIZED, f"The language model's server rejects OPENAI_API_KEY ({status}).", None
        if status == _TOO_MANY:
            return (
                ErrorKind.RATE_LIMITED,
                f"The language model's server reports a rate limit: {reason}",
                _retry_after(error),
            )
        if status >= 500:
            return ErrorKind.SERVER_ERROR, f"The language model's server failed ({status}).", _retry_after(error)
        if status == _NOT_FOUND:
            message = f"The server has no {self.model} ({reason}): check SYNDICATION_LLM_MODEL and OPENAI_BASE_URL."
            return ErrorKind.UNKNOWN_MODEL, message, None
        return ErrorKind.REJECTED, f"The language model's server rejects the question ({status}: {reason}).", None

    def _redacted(self, text: str) -> str:
        """One short line without the key and without anything that looks like one."""
        return re.sub(r"\bsk-[\w*-]+", "[key]", redact_to_line(text, self.api_key, mark="[key]"))


def _usage(content: bytes) -> TokenUsage:
    """The usage that the response reports; unusable answers cost too."""
    try:
        usage = json.loads(content)["usage"]
        details = usage.get("prompt_tokens_details") or {}
        return TokenUsage(
            _count(usage.get("prompt_tokens")),
            _count(details.get("cached_tokens")),
            _count(usage.get("completion_tokens")),
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return TokenUsage()


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _message_of(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or "no reason given")


def _retry_after(error: Any) -> float | None:
    """Seconds to wait according to the headers; None without a valid header."""
    headers = error.response.headers
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None
