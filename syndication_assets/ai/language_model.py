"""A language model behind any server that speaks OpenAI's chat completions: one question, one post, or one clear error.

The key travels in the Authorization header alone. The client's exceptions may quote it, or the whole prompt, so none of
them leaves this module: each becomes a `LanguageModelError` in our words, without a cause or context that a log prints.
"""

import asyncio
import itertools
import json
import random
import re
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import msgspec

from syndication_assets.ai.language_model_answers import (
    Answer,
    Choice,
    Completion,
    ErrorKind,
    LanguageModelError,
    PostText,
)
from syndication_assets.ai.prompts import Messages
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.operations.spending import TokenUsage

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": PostText.__name__, "strict": True, "schema": PostText.model_json_schema()},
}
_decode_completion = msgspec.json.Decoder(Completion).decode
PASSING_ERRORS = {
    ErrorKind.UNREACHABLE,
    ErrorKind.BROKEN_OFF,
    ErrorKind.TIMEOUT,
    ErrorKind.RATE_LIMITED,
    ErrorKind.SERVER_ERROR,
}
"""What may be over by itself, a moment or an hour later."""


class Books(Protocol):
    """Is told of every request: one question may take several, and each of them may cost."""

    def before_request(self) -> None:
        """What it raises ends the question: the request is not made."""

    def after_request(self, result: Answer | LanguageModelError) -> None:
        """Each request that began has one end."""


@dataclass
class LanguageModel:
    """One model of one server; an asynchronous context manager.

    `timeout` bounds one request in seconds, whatever it waits for. What may pass is retried `maximum_retries` times:
    after the server's Retry-After, else with exponential backoff from `retry_delay`. A server that wants to be left
    alone for longer than `longest_wait` is an error, and so is an exhausted quota, at once.
    """

    api_key: str = field(repr=False)
    model: str
    base_url: str | None = None
    timeout: float = 60
    concurrency: int = 8
    maximum_retries: int = 3
    retry_delay: float = 0.5
    longest_wait: float = 60

    def __post_init__(self) -> None:
        # A header cannot hold anything else, and the HTTP library would quote the whole key to say so.
        if not self.api_key.isascii() or not self.api_key.isprintable() or " " in self.api_key:
            raise LanguageModelError(
                ErrorKind.UNAUTHORIZED,
                "OPENAI_API_KEY has a character in it that no key has, such as a space or a line break: copy it again.",
            )
        self._slots = asyncio.Semaphore(self.concurrency)
        self._paused_until = 0.0
        self._client: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        from openai import AsyncOpenAI  # noqa: PLC0415 - takes a second to import

        self._client = AsyncOpenAI(
            api_key=self.api_key,
            base_url=self.base_url or "https://api.openai.com/v1",
            timeout=self.timeout,
            max_retries=0,
        )
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def ask(self, messages: Messages, books: Books | None = None) -> Answer:
        """Asks for a post. LanguageModelError for every other end, after what could be retried was."""
        async with self._slots:
            for retries in itertools.count():
                await self._wait_for_pause()
                result = await self._ask_and_book(messages, books)
                if isinstance(result, Answer):
                    return result
                wait = self._wait_before_retry(result, retries)
                if result.kind not in PASSING_ERRORS or retries == self.maximum_retries or wait > self.longest_wait:
                    raise result
                if result.kind is ErrorKind.RATE_LIMITED:
                    # All questions go to the same server: the others would only be refused too.
                    self._paused_until = max(self._paused_until, time.monotonic() + wait)
                else:
                    await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _ask_and_book(self, messages: Messages, books: Books | None) -> Answer | LanguageModelError:
        if books is None:
            return await self._ask_once(messages)
        books.before_request()
        started = time.perf_counter()
        try:
            result = await self._ask_once(messages)
        except asyncio.CancelledError:
            message = "The run was stopped before the model answered."
            latency_ms = _milliseconds_since(started)
            books.after_request(LanguageModelError(ErrorKind.BROKEN_OFF, message, latency_ms=latency_ms))
            raise
        books.after_request(result)
        return result

    async def _wait_for_pause(self) -> None:
        while (seconds := self._paused_until - time.monotonic()) > 0:
            await asyncio.sleep(seconds)

    def _wait_before_retry(self, error: LanguageModelError, retries: int) -> float:
        if error.retry_after is not None:
            return error.retry_after
        return float(self.retry_delay * 2**retries * random.uniform(0.75, 1.25))  # noqa: S311 - spreads retries, no secret

    async def _ask_once(self, messages: Messages) -> Answer | LanguageModelError:
        if self._client is None:
            raise RuntimeError("the language model is not open: use `async with`")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.timeout):
                # Its own method for posts rebuilds the request and the response piece by piece: twice the work.
                content = await self._client.post(
                    "/chat/completions",
                    cast_to=bytes,
                    body={"model": self.model, "messages": messages, "response_format": _RESPONSE_FORMAT},
                )
        except Exception as error:  # whatever the client raises may quote key or prompt
            return self._described(error, _milliseconds_since(started))
        return self._read(content, _milliseconds_since(started))

    def _read(self, content: bytes, latency_ms: int) -> Answer | LanguageModelError:
        usage = _usage(content)

        def refuse(kind: ErrorKind, message: str) -> LanguageModelError:
            return LanguageModelError(kind, message, usage, latency_ms=latency_ms)

        try:
            choices = _decode_completion(content).choices
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return refuse(
                ErrorKind.NOT_JSON,
                f"The server answered for {self.model} with something that is no completion: check OPENAI_BASE_URL.",
            )
        problem = self._problem_of(choices)
        if problem is not None:
            return refuse(*problem)
        said = str(choices[0].message.content)
        try:
            post = PostText.model_validate_json(said)
        except ValueError:  # of which pydantic's is one; it quotes the answer
            return refuse(ErrorKind.MALFORMED, f"{self.model} answered with something that is not the JSON of a post.")
        return Answer(post, said, usage, latency_ms)

    def _problem_of(self, choices: list[Choice]) -> tuple[ErrorKind, str] | None:
        """Why the first choice holds no text; None if it does."""
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

    def _described(self, error: Exception, latency_ms: int) -> LanguageModelError:
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
            kind, message = ErrorKind.BROKEN_OFF, "The language model's server broke off in the middle of its answer."
        return LanguageModelError(kind, message, latency_ms=latency_ms)

    def _kind_of_status(self, error: Any) -> tuple[ErrorKind, str, float | None]:
        status, codes = error.status_code, {str(error.code), str(error.type)}
        said = self._redacted(_message_of(error))
        if codes & _QUOTA_CODES:
            return (
                ErrorKind.QUOTA_EXHAUSTED,
                "The quota of the language model's account is exhausted: raise it, or wait for the next period.",
                None,
            )
        if status in {_UNAUTHORIZED, _FORBIDDEN}:
            # What the server says of a key may quote a part of it.
            return ErrorKind.UNAUTHORIZED, f"The language model's server refuses OPENAI_API_KEY ({status}).", None
        if status == _TOO_MANY:
            return (
                ErrorKind.RATE_LIMITED,
                f"The language model's server is asked too often: {said}",
                _retry_after(error),
            )
        if status >= 500:
            return ErrorKind.SERVER_ERROR, f"The language model's server fails ({status}).", _retry_after(error)
        if status == _NOT_FOUND:
            message = f"The server has no {self.model} ({said}): check SYNDICATION_LLM_MODEL and OPENAI_BASE_URL."
            return ErrorKind.UNKNOWN_MODEL, message, None
        return ErrorKind.REJECTED, f"The language model's server rejects the question ({status}: {said}).", None

    def _redacted(self, text: str) -> str:
        """One short line without the key and without anything that looks like one."""
        return re.sub(r"\bsk-[\w*-]+", "[key]", redact_to_line(text, self.api_key, mark="[key]"))


def _usage(content: bytes) -> TokenUsage:
    """What the answer says that it used, as far as it says it: a bad answer costs too."""
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
    """Seconds, from the header; None if there is none that says a number."""
    headers = error.response.headers
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
