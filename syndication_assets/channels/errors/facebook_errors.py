"""Classifies the errors of the Graph API. Pure.

A publishing call may be repeated only if the response proves that the post was not accepted: a rate limit, a rejected
token, or a 4xx that names the error. Codes 1 and 2, 502s, HTML and truncated bodies prove nothing: the outcome is
unknown and is looked up. What the codes mean are rows of `facebook_errors.csv`, and of `instagram_errors.csv`.
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from syndication_assets.channels.errors.facebook_error_meanings import Meaning, row_of
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.retry_after import seconds_to_wait
from syndication_assets.text.outside import read_as

_LONGEST_WAIT = timedelta(days=1)
DEFAULT_WAIT = timedelta(minutes=15)
"""How long an account rests after a rate limit that does not say how long."""
BLOCKED_WAIT = timedelta(days=1)
"""How long an account rests that the platform has blocked: each further call makes a block longer."""

_RATE_LIMITS = (Meaning.RATE_LIMIT, Meaning.RATE_LIMIT_OF_THE_APP)
_KINDS = {
    Meaning.EXPIRED_TOKEN: OutcomeKind.REFRESH_TOKEN,
    Meaning.INVALID_TOKEN: OutcomeKind.DISCONNECTED,
    Meaning.RATE_LIMIT: OutcomeKind.RETRYABLE,
    Meaning.RATE_LIMIT_OF_THE_APP: OutcomeKind.RETRYABLE,
    Meaning.NOT_YET: OutcomeKind.RETRYABLE,
}
"""The outcomes of errors that are certain whatever the response's status says."""


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


def classify(
    status: int, headers: Mapping[str, str], content: bytes, attempt_number: int | None, network: str = "Facebook"
) -> Outcome:
    """The outcome of a response without what was asked for. The message quotes Graph's.

    `attempt_number` is that of the target; None for a call that only reads: a token that may not read may publish.
    `network` is Facebook or Instagram.
    """
    error = error_of(content)
    if error is None:
        return _without_graph_error(status, headers)
    row = row_of(error.code, error.error_subcode, network.lower())
    meaning = row.meaning if row is not None else Meaning.UNKNOWN
    if status == 429 and meaning not in _KINDS:
        meaning = Meaning.RATE_LIMIT
    kind = _kind(meaning, error, status, attempt_number)
    subcode = "" if error.error_subcode is None else f"/{error.error_subcode}"
    advice = row.advice if row is not None else ""
    return Outcome(
        kind,
        http_status=status,
        error_code=f"{error.code}{subcode}",
        message=f"{network} answered error {error.code}{subcode}: {error.message} {advice}".strip(),
        wait=_wait_after(meaning, headers) if kind is OutcomeKind.RETRYABLE else None,
        is_app_wide=meaning is Meaning.RATE_LIMIT_OF_THE_APP,
        is_about_the_post=meaning in (Meaning.ABOUT_THE_POST, Meaning.DUPLICATE),
    )


def _kind(meaning: Meaning, error: GraphError, status: int, attempt_number: int | None) -> OutcomeKind:
    if meaning in _KINDS:
        return _KINDS[meaning]
    is_rejected = 400 <= status < 500 and status != 408
    if is_rejected and meaning is Meaning.BLOCKED:
        return OutcomeKind.RETRYABLE
    if is_rejected and meaning is Meaning.MISSING_PERMISSION:
        return OutcomeKind.PERMANENT if attempt_number is None else OutcomeKind.DISCONNECTED
    # A duplicate after an earlier attempt: that one may have been accepted after all.
    is_earlier_attempt = meaning is Meaning.DUPLICATE and (attempt_number or 1) > 1
    if not is_rejected or meaning is Meaning.PROVES_NOTHING or error.is_transient or is_earlier_attempt:
        return OutcomeKind.UNKNOWN
    return OutcomeKind.PERMANENT


def _wait_after(meaning: Meaning, headers: Mapping[str, str]) -> timedelta | None:
    requested = _wait(headers)
    if meaning is Meaning.BLOCKED:
        return max(requested or BLOCKED_WAIT, BLOCKED_WAIT)
    return requested or (DEFAULT_WAIT if meaning in _RATE_LIMITS else None)


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
                "SYNDICATION_FACEBOOK_VERSION and the id of the page or account."
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
