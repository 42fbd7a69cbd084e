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
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from syndication_assets.resources.language_model_answers import (
    Answer,
    ErrorKind,
    LanguageModelError,
    PostText,
    TokenUsage,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Messages = list[dict[str, str]]
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# The body of the answer to the question that the present task asks: what it cost stands there even if it is no post.
_answered: ContextVar[list[bytes] | None] = ContextVar("_answered", default=None)


_RETRIED = {ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.RATE_LIMITED, ErrorKind.SERVER_ERROR}


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
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # noqa: PLC0415 - takes a second to import

        self._client = AsyncOpenAI(
            api_key=self.api_key,
            base_url=self.base_url or "https://api.openai.com/v1",
            timeout=self.timeout,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(event_hooks={"response": [_keep_body]}),
        )
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def ask(self, messages: Messages) -> Answer:
        """Asks for a post. LanguageModelError for every other end, after what could be retried was."""
        async with self._slots:
            for retries in itertools.count():
                await self._wait_for_pause()
                result = await self._ask_once(messages)
                if isinstance(result, Answer):
                    return result
                wait = self._wait_before_retry(result, retries)
                if result.kind not in _RETRIED or retries == self.maximum_retries or wait > self.longest_wait:
                    raise result
                if result.kind is ErrorKind.RATE_LIMITED:
                    # All questions go to the same server: the others would only be refused too.
                    self._paused_until = max(self._paused_until, time.monotonic() + wait)
                else:
                    await asyncio.sleep(wait)
        raise AssertionError("unreachable")

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
        body: list[bytes] = []
        token = _answered.set(body)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.timeout):
                completion: Any = await self._client.chat.completions.parse(
                    model=self.model,
                    messages=messages,  # type: ignore[arg-type] # plain dictionaries of its shape
                    response_format=PostText,
                )
            result = self._read(completion, _usage(body), _milliseconds_since(started))
        except Exception as error:  # whatever the client raises may quote key or prompt
            result = self._described(error, _usage(body), _milliseconds_since(started))
        finally:
            _answered.reset(token)
        return result

    def _read(self, completion: Any, usage: TokenUsage, latency_ms: int) -> Answer | LanguageModelError:
        def refuse(kind: ErrorKind, message: str) -> LanguageModelError:
            return LanguageModelError(kind, message, usage, latency_ms=latency_ms)

        choices = completion.choices
        if not choices:
            return refuse(ErrorKind.EMPTY, f"{self.model} answered without a choice.")
        message = choices[0].message
        if message.refusal:
            return refuse(ErrorKind.REFUSAL, f"{self.model} refused: {self._scrubbed(str(message.refusal))}")
        if not isinstance(message.parsed, PostText):
            return refuse(ErrorKind.EMPTY, f"{self.model} answered with an empty message.")
        return Answer(message.parsed, str(message.content), usage, latency_ms)

    def _described(self, error: Exception, usage: TokenUsage, latency_ms: int) -> LanguageModelError:
        kind, message, retry_after = self._kind_of(error)
        return LanguageModelError(kind, message, usage, retry_after, latency_ms)

    def _kind_of(self, error: Exception) -> tuple[ErrorKind, str, float | None]:
        import openai  # noqa: PLC0415 - takes a second to import
        from pydantic import ValidationError  # noqa: PLC0415

        if isinstance(error, openai.APIStatusError):
            return self._kind_of_status(error)
        known: list[tuple[type[Exception] | tuple[type[Exception], ...], ErrorKind, str]] = [
            (
                (openai.APITimeoutError, TimeoutError),
                ErrorKind.TIMEOUT,
                f"{self.model} did not answer within {self.timeout:g} seconds.",
            ),
            (
                openai.LengthFinishReasonError,
                ErrorKind.TRUNCATED,
                f"{self.model} stopped in the middle of its answer.",
            ),
            (
                openai.ContentFilterFinishReasonError,
                ErrorKind.REFUSAL,
                f"The server's content filter held {self.model}'s answer back.",
            ),
            (
                openai.APIConnectionError,
                ErrorKind.UNREACHABLE,
                "The language model's server cannot be reached: check OPENAI_BASE_URL.",
            ),
            (
                ValidationError,
                ErrorKind.MALFORMED,
                f"{self.model} answered with something that is not the JSON of a post.",
            ),
        ]
        for types, kind, message in known:
            if isinstance(error, types):
                return kind, message, None
        # A 200 whose body is no completion ends somewhere inside the client: a page of HTML has no attribute `choices`.
        message = f"The server answered for {self.model} with something that is no completion: check OPENAI_BASE_URL."
        return ErrorKind.NOT_JSON, message, None

    def _kind_of_status(self, error: Any) -> tuple[ErrorKind, str, float | None]:
        status, codes = error.status_code, {str(error.code), str(error.type)}
        said = self._scrubbed(_message_of(error))
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

    def _scrubbed(self, text: str) -> str:
        """On one line, shortened, without the key and what looks like one."""
        text = re.sub(r"\bsk-[\w*-]+", "[key]", text.replace(self.api_key, "[key]"))
        return " ".join(text.split())[:300].rstrip(".")


async def _keep_body(response: Any) -> None:
    body = _answered.get()
    if body is not None:
        body.append(await response.aread())


def _usage(body: list[bytes]) -> TokenUsage:
    """What the answer says that it used, read from its bytes, because the client drops it with a bad answer."""
    try:
        usage = json.loads(body[-1])["usage"]
        details = usage.get("prompt_tokens_details") or {}
        return TokenUsage(
            _count(usage.get("prompt_tokens")),
            _count(details.get("cached_tokens")),
            _count(usage.get("completion_tokens")),
        )
    except (IndexError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
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
