"""Reads the errors of servers that speak OpenAI's chat completions, in whatever shape they come.

A server may name its error by a status, by a number or a word in the body, in an object, a list or a plain string, and
even with status 200.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndication_assets.ai.chat_completions.answers import ErrorKind
from syndication_assets.http.retry_after import seconds_to_wait

_WORDS = {
    ErrorKind.QUOTA_EXHAUSTED: {
        "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance",
        "insufficient_credits", "payment_required", "quota_exceeded",
    },
    ErrorKind.RATE_LIMITED: {
        "rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests", "resource_exhausted",
    },
    ErrorKind.UNAUTHORIZED: {"invalid_api_key", "authentication_error", "unauthorized", "permission_denied"},
    ErrorKind.UNKNOWN_MODEL: {"model_not_found"},
}  # fmt: skip
_STATUSES = {
    402: ErrorKind.QUOTA_EXHAUSTED,
    429: ErrorKind.RATE_LIMITED,
    401: ErrorKind.UNAUTHORIZED,
    403: ErrorKind.UNAUTHORIZED,
    404: ErrorKind.UNKNOWN_MODEL,
    408: ErrorKind.SERVER_ERROR,
}
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class ServerError:
    """An error: its status, the words that name it, and the server's message, which may quote key and prompt."""

    status: int
    words: frozenset[str]
    message: str
    retry_after: float | None

    @property
    def kind(self) -> ErrorKind:
        """What the error means. What names no reason is the server's own failure."""
        for kind, words in _WORDS.items():
            if self.words & words:
                return kind
        if 300 <= self.status < 400:
            return ErrorKind.REDIRECTED
        rejected = ErrorKind.REJECTED if 400 <= self.status < 500 else ErrorKind.SERVER_ERROR
        return _STATUSES.get(self.status, rejected)


def server_error(status: int, headers: Mapping[str, str], body: Any) -> ServerError | None:
    """The error that a response reports; None if it is none. `body` is its JSON, None if it has none."""
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, dict)), body)
    error = _error_within(body)
    if 200 <= status < 300 and error is None:
        return None
    if error is None:
        error = body
    fields = error if isinstance(error, dict) else {"message": error}
    # A message of two words may be all that names the error, as in "Insufficient balance".
    names = [fields.get(name) for name in ("code", "type", "status", "message")]
    words = frozenset(str(name)[:_LONGEST_WORD].strip(" .!").lower().replace(" ", "_") for name in names)
    numbers = [int(word) for word in words if word.isdecimal() and len(word) == 3]
    if 200 <= status < 300:
        status = next((number for number in numbers if 300 <= number < 600), 500)
    message = fields.get("message") or fields.get("detail") or "no reason given"
    return ServerError(
        status, words, message if isinstance(message, str) else json.dumps(message), _retry_after(headers, fields)
    )


def _error_within(body: Any) -> Any:
    """The error in a body, or in its first choice; None if there is none."""
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        error = body["error"]
        return error[0] if isinstance(error, list) else error
    if body.get("object") == "error":
        return body
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0].get("error") or None
    return None


def _retry_after(headers: Mapping[str, str], fields: Mapping[str, Any]) -> float | None:
    """Seconds to wait according to the headers, else to the body; None if neither says so."""
    waits = (
        (headers.get("retry-after-ms"), 0.001),
        (headers.get("retry-after"), 1.0),
        (fields.get("retry_after"), 1.0),
    )
    for value, scale in waits:
        with contextlib.suppress(TypeError, ValueError):
            seconds = float(value) * scale  # type: ignore[arg-type] # None is a TypeError
            if 0 <= seconds < float("inf"):
                return seconds
    return seconds_to_wait(headers.get("retry-after"))
