"""Recognizes an error of a source that was stored where posts are expected, and quotes the source's own message.

APIs and actors answer with errors in several forms: `{"error": {"message": …}}` (Graph, YouTube, Apify's API),
`{"error": "no_items", "errorDescription": …}` and `{"#error": true}` (actors), `{"success": false, "message": …}`
(pages), `{"noResults": true}`. Only what is no item is looked at: a post with a key `error` stays a post.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from syndication_assets.http.redaction import redact_secrets

_MAXIMUM_BYTES = 100_000
"""Larger payloads are not errors, and would be parsed a second time for nothing."""
_MAXIMUM_LENGTH = 300
# A key `message` alone is no sign of an error: it is also the text of a post on Facebook.
_DESCRIPTIONS = ("errorDescription", "error_description", "errorMessage", "error_message")
_MESSAGES = ("message", *_DESCRIPTIONS)
_NAMES = ("error", "type", "status", "code")
_PLAIN_ERRORS = {
    "#error": "the actor failed at a page (#error)",
    "noResults": "no results (noResults)",
    "no_results": "no results (no_results)",
}


def source_error(payload: bytes) -> str | None:
    """The source's message, on one line; None if the payload is not an error of a source."""
    if len(payload) > _MAXIMUM_BYTES:
        return None
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    message = _message_of(answer) if isinstance(answer, dict) else None
    return _one_line(message) if message is not None else None


def _message_of(answer: Mapping[str, Any]) -> str | None:
    error = answer.get("error") or answer.get("errors")
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, dict):
        return _first_text(error, (*_MESSAGES, *_NAMES)) or "an error without a message"
    if error:
        # A name such as `no_items` is what people search for; the description beside it is what they understand.
        parts = (error if isinstance(error, str) else None, _first_text(answer, _MESSAGES))
        return ": ".join(filter(None, parts)) or "an error without a message"
    if answer.get("success") is False or answer.get("status") == "error" or answer.get("ok") is False:
        return _first_text(answer, _MESSAGES) or "no success, and no message"
    if description := _first_text(answer, _DESCRIPTIONS):
        return description
    return next((text for key, text in _PLAIN_ERRORS.items() if answer.get(key) is True), None)


def _first_text(answer: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = answer.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{key} {value}"
    return None


def _one_line(message: str) -> str:
    """Printable text without secrets: it is shown in terminals and on web pages."""
    text = redact_secrets(message[: 10 * _MAXIMUM_LENGTH].encode()).decode()
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= _MAXIMUM_LENGTH else f"{text[:_MAXIMUM_LENGTH]}…"
