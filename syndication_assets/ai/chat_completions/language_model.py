"""A language model behind any server that speaks OpenAI's chat completions: one question, one answer or error.

The key travels in the Authorization header alone, the prompt to the configured server alone: no redirect is followed.
Own code on our HTTP client instead of OpenAI's library, which follows redirects with the prompt, reads a body of any
size, and takes a second to import.
"""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from syndication_assets.ai.answer_forms import AnswerForm, Value
from syndication_assets.ai.chat_completions.answers import (
    TRANSIENT_ERRORS,
    Answer,
    ErrorKind,
    LanguageModelError,
)
from syndication_assets.ai.chat_completions.responses import ResponseReader
from syndication_assets.ai.prompts import Messages
from syndication_assets.http.clients.async_client import AsyncHttpClient
from syndication_assets.http.http_errors import HttpError

_OPENAI_URL = "https://api.openai.com/v1"
_MAXIMUM_BYTES = 4 * 1024 * 1024
# OpenAI's own models take the first name only; most other servers know the second only.
_LIMIT_NAMES = ("max_completion_tokens", "max_tokens")
_HOSTS_OF_OPENAI = (".openai.com", ".openai.azure.com")


class RequestLog:
    """Hears of every request of a question, retries included. This one records nothing.

    A request is reserved while its question waits for a slot. Then it is released, or made: `before_request` and
    `after_request`.
    """

    async def reserve(self) -> None:
        """An exception raised here cancels the request."""

    def before_request(self) -> None:
        """The request has its slot and is sent next. An exception raised here cancels it."""

    def after_request(self, result: Answer[Any] | LanguageModelError) -> None:
        """Called exactly once per started request."""

    def release(self) -> None:
        """The reserved request is not made."""


@dataclass
class LanguageModel:
    """One model of one server; an asynchronous context manager.

    `timeout` bounds one request in seconds, whatever it waits for, and `output_limit` its answer in tokens, thoughts
    included. Transient errors are retried `maximum_retries` times: after the server's Retry-After, else with
    exponential backoff from `retry_delay`. A rate limit pauses all questions. A pause of more than `longest_wait` and
    an exhausted quota raise at once.
    """

    api_key: str = field(repr=False)
    model: str
    base_url: str | None = None
    timeout: float = 60
    concurrency: int = 8
    output_limit: int = 900
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
        self._url = f"{(self.base_url or _OPENAI_URL).rstrip('/')}/chat/completions"
        host = f".{urlsplit(self._url).hostname}"
        self._limit_name, self._other_limit_name = _LIMIT_NAMES[:: 1 if host.endswith(_HOSTS_OF_OPENAI) else -1]
        self._reader = ResponseReader(self.api_key, self.model, self.timeout, self.output_limit)
        self._client = AsyncHttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            headers={"Authorization": f"Bearer {self.api_key}", "User-Agent": "syndication-assets"},
            seconds=self.timeout,
            connections=self.concurrency,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(error_type, error, traceback)

    async def ask(self, messages: Messages, form: AnswerForm[Value], log: RequestLog | None = None) -> Answer[Value]:
        """Requests an answer of this form; LanguageModelError after the last retry.

        A question has a slot only while its request is under way: not while the request is reserved, and not between
        retries. So a slot never waits for the log, and more questions than slots keep all slots busy.
        """
        for retries in itertools.count():
            await self._wait_for_pause()
            result, is_limit_renamed = await self._ask_in_slot(messages, form, log or RequestLog())
            if isinstance(result, Answer):
                return result
            if is_limit_renamed:
                continue
            wait = self._wait_before_retry(result, retries)
            if result.kind is ErrorKind.RATE_LIMITED:
                # All questions go to the same server: the others would only be rejected too.
                self._paused_until = max(self._paused_until, time.monotonic() + wait)
            if result.kind not in TRANSIENT_ERRORS or retries >= self.maximum_retries or wait > self.longest_wait:
                raise result
            if result.kind is not ErrorKind.RATE_LIMITED:
                await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _ask_in_slot(
        self, messages: Messages, form: AnswerForm[Value], log: RequestLog
    ) -> tuple[Answer[Value] | LanguageModelError, bool]:
        """The result of one request, and whether it is worth another one with the other name of the limit."""
        await log.reserve()
        is_started = False
        try:
            async with self._slots:
                await self._wait_for_pause()
                log.before_request()
                is_started = True
                limit_name = self._limit_name
                result = await self._ask_and_log(messages, form, log)
                return result, self._knows_limit_by_other_name(result, limit_name)
        finally:
            if not is_started:
                log.release()

    async def _ask_and_log(
        self, messages: Messages, form: AnswerForm[Value], log: RequestLog
    ) -> Answer[Value] | LanguageModelError:
        started = time.perf_counter()
        try:
            result = await self._ask_once(messages, form)
        except asyncio.CancelledError:
            message = "The run was stopped before the model answered."
            latency_ms = _milliseconds_since(started)
            log.after_request(LanguageModelError(ErrorKind.BROKEN_OFF, message, latency_ms=latency_ms))
            raise
        log.after_request(result)
        return result

    async def _wait_for_pause(self) -> None:
        while (seconds := self._paused_until - time.monotonic()) > 0:
            if seconds > self.longest_wait:
                raise LanguageModelError(
                    ErrorKind.RATE_LIMITED,
                    f"The language model's server asks to wait {seconds:,.0f} seconds: no more requests are made.",
                )
            await asyncio.sleep(seconds)

    def _wait_before_retry(self, error: LanguageModelError, retries: int) -> float:
        if error.retry_after is not None:
            return error.retry_after
        return float(self.retry_delay * 2**retries * random.uniform(0.75, 1.25))  # noqa: S311 - spreads retries, no secret

    def _knows_limit_by_other_name(self, result: Answer[Any] | LanguageModelError, limit_name: str) -> bool:
        """Whether the server rejects the name under which it was sent the limit of the output; then the other is used.

        Questions that were asked at the same time find the name changed already.
        """
        if isinstance(result, Answer) or result.kind is not ErrorKind.REJECTED or limit_name not in str(result):
            return False
        if self._limit_name == limit_name and self._other_limit_name:
            self._limit_name, self._other_limit_name = self._other_limit_name, ""
        return self._limit_name != limit_name

    async def _ask_once(self, messages: Messages, form: AnswerForm[Value]) -> Answer[Value] | LanguageModelError:
        started = time.perf_counter()
        body: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "response_format": form.response_format,
            self._limit_name: self.output_limit,
        }
        try:
            response = await self._client.post_json(self._url, body)
        except HttpError as error:
            return self._reader.describe(error, _milliseconds_since(started))
        return self._reader.read(response, _milliseconds_since(started), form)


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
