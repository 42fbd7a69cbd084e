"""Reads one response of a server that speaks OpenAI's chat completions: an answer, or one clear error.

Servers quote the key and the whole prompt in their messages, so none of their texts is kept unredacted, and what the
model wrote not either: an answer is stored, sent back with a question, and may become a post.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from syndication_assets.ai.answer_forms import AnswerForm, Value
from syndication_assets.ai.chat_completions.answer_content import UnreadableContentError, read_form, text_of
from syndication_assets.ai.chat_completions.answers import Answer, ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.server_errors import ServerError, server_error
from syndication_assets.ai.chat_completions.token_counts import usage_of
from syndication_assets.http.http_errors import (
    CompressedTwiceError,
    HttpError,
    InvalidRequestError,
    NotSentError,
    ResponseTimeoutError,
    ResponseTooLargeError,
)
from syndication_assets.http.redaction import redact, redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.text.outside import read_json

_NO_COMPLETION = "The server answered for {model} with something that is no completion: check OPENAI_BASE_URL."


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Reads the responses to one model's requests, which have a bound of `timeout` seconds and of `output_limit`
    tokens.
    """

    api_key: str = field(repr=False)
    model: str
    timeout: float
    output_limit: int

    def read(
        self, response: HttpResponse, latency_ms: int, form: AnswerForm[Value]
    ) -> Answer[Value] | LanguageModelError:
        """The answer that a response contains; otherwise the error to raise."""
        try:
            body = read_json(response.content)
        except ValueError:
            body = None
        usage = usage_of(body)
        error = server_error(response.status, response.headers, body)
        if error is not None:
            return LanguageModelError(error.kind, self._sentence(error), usage, error.retry_after, latency_ms)
        content, problem = self._content_of(body)
        if problem is None:
            try:
                return Answer(read_form(content, form), content, usage, latency_ms)
            except UnreadableContentError as unreadable:
                problem = (
                    ErrorKind.MALFORMED,
                    f"{self.model} answered with something that is not the JSON of {form.noun}: {unreadable}.",
                )
        return LanguageModelError(*problem, usage, latency_ms=latency_ms, answer=content or None)

    def _content_of(self, body: Any) -> tuple[str, tuple[ErrorKind, str] | None]:
        """What the model wrote, and why it is unusable; None if it may be usable."""
        choices = body.get("choices") if isinstance(body, dict) else None
        if not isinstance(choices, list):
            return "", (ErrorKind.NOT_JSON, _NO_COMPLETION.format(model=self.model))
        if not choices:
            return "", (ErrorKind.EMPTY, f"{self.model} answered without a choice.")
        message = choices[0].get("message") if isinstance(choices[0], dict) else None
        if not isinstance(message, dict):
            return "", (ErrorKind.NOT_JSON, _NO_COMPLETION.format(model=self.model))
        content = text_of(message.get("content"))
        content = content and redact(content, self.api_key, mark="[key]")
        refusal = text_of(message.get("refusal"))
        finish_reason = choices[0].get("finish_reason")
        problem = None
        if finish_reason == "length":
            sentence = (
                f"{self.model} stopped in the middle of its answer, at {self.output_limit:,} tokens: if it needs more, "
                "raise SYNDICATION_LLM_OUTPUT_TOKENS."
            )
            problem = ErrorKind.TRUNCATED, sentence
        elif finish_reason == "content_filter":
            problem = ErrorKind.REFUSAL, f"The server's content filter held {self.model}'s answer back."
        elif refusal is not None:
            problem = ErrorKind.REFUSAL, f"{self.model} refused: {self._redacted(refusal)}"
        elif content is None:
            problem = ErrorKind.EMPTY, f"{self.model} answered with an empty message."
        return content or "", problem

    def describe(self, error: HttpError, latency_ms: int) -> LanguageModelError:
        """The error to raise for a request without a response."""
        if isinstance(error, ResponseTimeoutError):
            kind, message = ErrorKind.TIMEOUT, f"{self.model} did not answer within {self.timeout:g} seconds."
        elif isinstance(error, NotSentError | InvalidRequestError):
            kind = ErrorKind.UNREACHABLE
            message = "The language model's server cannot be reached: check OPENAI_BASE_URL."
        elif isinstance(error, ResponseTooLargeError | CompressedTwiceError):
            kind, message = ErrorKind.NOT_JSON, f"The answer for {self.model} is not read: {error}."
        else:
            kind = ErrorKind.BROKEN_OFF
            message = "The language model's server closed the connection before the answer was complete."
        return LanguageModelError(kind, message, latency_ms=latency_ms)

    def _sentence(self, error: ServerError) -> str:
        """The error for people. The server's message about a key may quote a part of it, so it is left out."""
        status, reason = error.status, self._redacted(error.message)
        sentences = {
            ErrorKind.QUOTA_EXHAUSTED: (
                "The quota of the language model's account is exhausted: raise it, or wait for the next period."
            ),
            ErrorKind.UNAUTHORIZED: f"The language model's server rejects OPENAI_API_KEY ({status}).",
            ErrorKind.RATE_LIMITED: f"The language model's server reports a rate limit: {reason}",
            ErrorKind.SERVER_ERROR: f"The language model's server failed ({status}).",
            ErrorKind.UNKNOWN_MODEL: (
                f"The server has no {self.model} ({reason}): check SYNDICATION_LLM_MODEL and OPENAI_BASE_URL."
            ),
            ErrorKind.REDIRECTED: (
                f"The language model's server redirects ({status}), and no prompt is sent to another address: set "
                "OPENAI_BASE_URL to where it leads."
            ),
        }
        return sentences.get(error.kind, f"The language model's server rejects the question ({status}: {reason}).")

    def _redacted(self, text: str) -> str:
        """One short line without the key and without anything that looks like one."""
        return re.sub(r"\bsk-[\w*-]+", "[key]", redact_to_line(text, self.api_key, mark="[key]"))
