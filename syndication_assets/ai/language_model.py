"""A language model behind any server that speaks OpenAI's chat completions: one question, one post, or one clear error.

The key travels in the Authorization header alone. The client's exceptions may quote it, or the whole prompt, so none of
them leaves this module: each becomes a `LanguageModelError` in our words, without a cause or context that a log prints.
"""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from syndication_assets.ai.language_model_answers import (
    Answer,
    ErrorKind,
    LanguageModelError,
    PostText,
)
from syndication_assets.ai.language_model_responses import ResponseReader
from syndication_assets.ai.prompts import Messages

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": PostText.__name__, "strict": True, "schema": PostText.model_json_schema()},
}
TRANSIENT_ERRORS = {
    ErrorKind.UNREACHABLE,
    ErrorKind.BROKEN_OFF,
    ErrorKind.TIMEOUT,
    ErrorKind.RATE_LIMITED,
    ErrorKind.SERVER_ERROR,
}


class RequestLog(Protocol):
    """Records every request of a question, retries included."""

    def before_request(self) -> None:
        """An exception raised here cancels the request."""

    def after_request(self, result: Answer | LanguageModelError) -> None:
        """Called exactly once per started request."""


@dataclass
class LanguageModel:
    """One model of one server; an asynchronous context manager.

    `timeout` bounds one request in seconds, whatever it waits for. Transient errors are retried `maximum_retries`
    times: after the server's Retry-After, else with exponential backoff from `retry_delay`. A Retry-After beyond
    `longest_wait` and an exhausted quota raise at once.
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
                "OPENAI_API_KEY contains a character that no key has, such as a space or a line break: copy it again.",
            )
        self._slots = asyncio.Semaphore(self.concurrency)
        self._paused_until = 0.0
        self._client: AsyncOpenAI | None = None
        self._reader = ResponseReader(self.api_key, self.model, self.timeout)

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

    async def ask(self, messages: Messages, log: RequestLog | None = None) -> Answer:
        """Requests a post; LanguageModelError after the last retry."""
        async with self._slots:
            for retries in itertools.count():
                await self._wait_for_pause()
                result = await self._ask_and_log(messages, log)
                if isinstance(result, Answer):
                    return result
                wait = self._wait_before_retry(result, retries)
                if result.kind not in TRANSIENT_ERRORS or retries == self.maximum_retries or wait > self.longest_wait:
                    raise result
                if result.kind is ErrorKind.RATE_LIMITED:
                    # All questions go to the same server: the others would only be rejected too.
                    self._paused_until = max(self._paused_until, time.monotonic() + wait)
                else:
                    await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _ask_and_log(self, messages: Messages, log: RequestLog | None) -> Answer | LanguageModelError:
        if log is None:
            return await self._ask_once(messages)
        log.before_request()
        started = time.perf_counter()
        try:
            result = await self._ask_once(messages)
        except asyncio.CancelledError:
            message = "The run was stopped before the model answered."
            latency_ms = _milliseconds_since(started)
            log.after_request(LanguageModelError(ErrorKind.BROKEN_OFF, message, latency_ms=latency_ms))
            raise
        log.after_request(result)
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
            return self._reader.describe(error, _milliseconds_since(started))
        return self._reader.read(content, _milliseconds_since(started))


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
