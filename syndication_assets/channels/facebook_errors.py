"""Classifies responses of the Graph API to a publishing call. Pure.

A call may be repeated only if the response proves that the post was not accepted: a rate limit, a rejected token, or a
4xx that names the error. Codes 1 and 2, 502s, HTML and truncated bodies prove nothing: the outcome is unknown and is
looked up.
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.http.retry_after import seconds_to_wait
from syndication_assets.text.outside import read_as

TOKEN_CODES = {102, 190}
_EXPIRED_SUBCODES = {463}
RATE_CODES = {4, 17, 32, 341, 613, 80001, 80002}
_RATE_CODES_OF_THE_APP = {4, 341}
_PROVE_NOTHING = {1, 2}
_DUPLICATE = 506
_LONGEST_WAIT = timedelta(days=1)
DEFAULT_WAIT = timedelta(minutes=15)
"""How long an account rests after a rate limit that does not say how long."""

_ADVICE = {
    10: "The app lacks a permission: give it pages_manage_posts, and connect the page again.",
    100: "A parameter is invalid: check the text, its link and its picture.",
    200: "The token may not publish on this page: connect the page with a person who may publish on it.",
    368: "The page is blocked for its content: look at its support inbox on Facebook.",
    506: "The page has this text already: check the page before you do anything.",
}


class GraphError(msgspec.Struct):
    """The `error` of a response."""

    code: int
    message: str = ""
    error_subcode: int | None = None
    is_transient: bool = False


class _ErrorBody(msgspec.Struct):
    error: GraphError


class _Usage(msgspec.Struct):
    estimated_time_to_regain_access: float = 0


def error_of(content: bytes) -> GraphError | None:
    """The error that a response names; None if it is not one of Graph's."""
    try:
        return read_as(content, _ErrorBody).error
    except ValueError:
        return None


def classify(status: int, headers: Mapping[str, str], content: bytes, attempt_number: int) -> Outcome:
    """The outcome of a response without the id of a post. The message quotes Graph's."""
    error = error_of(content)
    if error is None:
        return _without_graph_error(status, headers)
    kind = _kind(error, status, attempt_number)
    is_rate_limit = error.code in RATE_CODES or status == 429
    subcode = "" if error.error_subcode is None else f"/{error.error_subcode}"
    advice = _ADVICE.get(200 if 200 <= error.code <= 299 else error.code, "")
    return Outcome(
        kind,
        http_status=status,
        error_code=f"{error.code}{subcode}",
        message=f"Facebook answered error {error.code}{subcode}: {error.message} {advice}".strip(),
        wait=_wait(headers) or (DEFAULT_WAIT if is_rate_limit else None) if kind is OutcomeKind.RETRYABLE else None,
        is_app_wide=error.code in _RATE_CODES_OF_THE_APP,
    )


def _kind(error: GraphError, status: int, attempt_number: int) -> OutcomeKind:
    if error.code in TOKEN_CODES:
        return OutcomeKind.REFRESH_TOKEN if error.error_subcode in _EXPIRED_SUBCODES else OutcomeKind.DISCONNECTED
    if error.code in RATE_CODES or status == 429:
        return OutcomeKind.RETRYABLE
    names_a_reason = 400 <= status < 500 and status != 408 and error.code not in _PROVE_NOTHING
    # A duplicate after an earlier attempt: that one may have been accepted after all.
    is_earlier_attempt = error.code == _DUPLICATE and attempt_number > 1
    if not names_a_reason or error.is_transient or is_earlier_attempt:
        return OutcomeKind.UNKNOWN
    return OutcomeKind.PERMANENT


def _without_graph_error(status: int, headers: Mapping[str, str]) -> Outcome:
    """A response without a Graph error, for example from a gateway."""
    if status == 429:
        return Outcome(
            OutcomeKind.RETRYABLE,
            http_status=status,
            message="The server answered 429, too many requests.",
            wait=_wait(headers) or DEFAULT_WAIT,
        )
    if 300 <= status < 500 and status != 408:
        return Outcome(
            OutcomeKind.PERMANENT,
            http_status=status,
            message=(
                f"The server answered {status} and nothing of the Graph API's: check SYNDICATION_FACEBOOK_URL, "
                "SYNDICATION_FACEBOOK_VERSION and the page's id."
            ),
        )
    return Outcome(
        OutcomeKind.UNKNOWN,
        http_status=status,
        message=f"The server answered {status} and nothing that says whether the post was accepted.",
    )


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """How long the headers ask to wait; None if they do not."""
    seconds = seconds_to_wait(headers.get("retry-after"))
    if seconds:
        return timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds()))
    return _regain_time(headers.get("x-business-use-case-usage"))


def _regain_time(value: str | None) -> timedelta | None:
    """Graph's own header: minutes until the app may call again, for each kind of call."""
    try:
        usages = msgspec.json.decode(value or "{}", type=dict[str, list[_Usage]])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    minutes = max(
        (usage.estimated_time_to_regain_access for usages_of in usages.values() for usage in usages_of), default=0
    )
    return timedelta(minutes=min(minutes, 1440)) if minutes > 0 else None
