"""Reads one response of a server that speaks OpenAI's chat completions: findings, or why there are none."""

import json
import re
from typing import Any

from syndication_assets.ai.language_model_answers import ErrorKind
from syndication_assets.ai.language_model_content import text_of
from syndication_assets.ai.language_model_errors import ServerError, server_error
from syndication_assets.http.redaction import redact
from syndication_assets.http.response import HttpResponse
from syndication_assets.media.analysis.findings import (
    AnalysisError,
    AnalyzerDownError,
    FailedAttemptError,
    Findings,
    RefusedPictureError,
)
from syndication_assets.media.analysis.vision.picture_question import UnreadableAnswerError, findings_of
from syndication_assets.text.outside import read_json

_LONGEST_CONTENT = 200_000
_FENCE = re.compile(r"^\s*```[a-z]*\s*|\s*```\s*$")
_END_OF_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_DOWN = {
    ErrorKind.QUOTA_EXHAUSTED: "the quota of the model's account is exhausted: raise it, or wait for the next period",
    ErrorKind.UNAUTHORIZED: "the model's server rejects OPENAI_API_KEY",
    ErrorKind.UNKNOWN_MODEL: "the server has no such model: check the analyzer's model and OPENAI_BASE_URL",
    ErrorKind.REDIRECTED: "the model's server redirects: set OPENAI_BASE_URL to where it leads",
    ErrorKind.RATE_LIMITED: "the model's server reports a rate limit",
}
NOT_CHARGED = frozenset({*_DOWN, ErrorKind.REJECTED})


def body_of(response: HttpResponse) -> Any:
    """The JSON of a response; None if it is none."""
    try:
        return read_json(response.content)
    except ValueError:
        return None


def error_of(response: HttpResponse, body: Any) -> ServerError | None:
    """The error that a response reports; None if it is none."""
    return server_error(response.status, response.headers, body)


def problem_of(error: ServerError) -> AnalysisError:
    """What an error means for the picture. Nothing of the server's message is kept: it may quote key and prompt."""
    if error.kind in _DOWN:
        return AnalyzerDownError(_DOWN[error.kind], retry_after=error.retry_after)
    if error.kind is ErrorKind.SERVER_ERROR:
        return FailedAttemptError(f"the model's server failed ({error.status})", retry_after=error.retry_after)
    return FailedAttemptError(f"the model's server rejects the question ({error.status}): does the model see pictures?")


def read_answer(body: Any, key: str) -> Findings:
    """The findings in a completion, without the key. RefusedPictureError or FailedAttemptError if there are none."""
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise FailedAttemptError("the server answered with something that is no completion: check OPENAI_BASE_URL")
    content = text_of(message.get("content"))
    if choice.get("finish_reason") == "content_filter":
        raise RefusedPictureError("the server's content filter held the answer back")
    if text_of(message.get("refusal")) is not None:
        raise RefusedPictureError("the model refuses to describe the picture")
    if choice.get("finish_reason") == "length":
        raise FailedAttemptError("the model stopped in the middle of its answer: raise SYNDICATION_LLM_OUTPUT_TOKENS")
    if content is None:
        raise FailedAttemptError("the model answered with an empty message")
    try:
        return findings_of(_object_in(redact(content, key, mark="[key]")))
    except UnreadableAnswerError as error:
        raise FailedAttemptError(f"the model answered with something that is no description: {error}") from None


def _object_in(content: str) -> Any:
    """The JSON object in what a model wrote: models put it into fences, after thoughts or between sentences."""
    text = _FENCE.sub("", _END_OF_THOUGHTS.split(content[:_LONGEST_CONTENT])[-1])
    start = text.find("{")
    if start < 0:
        raise UnreadableAnswerError("it is no JSON object")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        raise UnreadableAnswerError("it is no JSON object") from None
    return value
