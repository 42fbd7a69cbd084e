"""Classifies the errors of networks whose errors are HTTP statuses and names: the rows of `network_errors.csv`. Pure.

A publishing call may be repeated only if the response proves that the post was not accepted. A server error proves
nothing: the outcome is unknown and is looked up.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from syndication_assets.channels.errors.facebook_error_meanings import Meaning
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retry_after import seconds_to_wait
from syndication_assets.text.outside import read_as

_FILE = Path(__file__).with_name("network_errors.csv")
_LONGEST_WAIT = timedelta(days=1)
DEFAULT_WAIT = timedelta(minutes=15)
"""How long an account rests after a rate limit that does not say how long."""
RETIRED_WAIT = timedelta(hours=1)
"""How long accounts rest while the network no longer serves the version that we ask for: a person raises it."""
_NAME = re.compile(r"[A-Z][A-Za-z_]{2,60}")
"""The name of an error, where networks may also write a sentence."""
_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_KINDS = {
    Meaning.EXPIRED_TOKEN: OutcomeKind.REFRESH_TOKEN,
    Meaning.INVALID_TOKEN: OutcomeKind.DISCONNECTED,
    Meaning.MISSING_PERMISSION: OutcomeKind.DISCONNECTED,
    Meaning.RATE_LIMIT: OutcomeKind.RETRYABLE,
    Meaning.VERSION_RETIRED: OutcomeKind.RETRYABLE,
    Meaning.NOT_YET: OutcomeKind.RETRYABLE,
    Meaning.DUPLICATE: OutcomeKind.PERMANENT,
    Meaning.ABOUT_THE_POST: OutcomeKind.PERMANENT,
    Meaning.PARAMETER: OutcomeKind.PERMANENT,
    Meaning.PROVES_NOTHING: OutcomeKind.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class NetworkError:
    """One row of the file."""

    publisher: str
    first_status: int
    last_status: int
    error: str | None
    """The error's name; None for every name that has no row of its own."""
    meaning: Meaning
    advice: str
    source_url: str


class _InputError(msgspec.Struct):
    code: str = ""


class _Details(msgspec.Struct):
    inputErrors: list[_InputError] = []  # noqa: N815 - LinkedIn's name


class _Body(msgspec.Struct):
    """The error of a network: Mastodon and AT Protocol name it `error`; LinkedIn `code`, or the code of its details."""

    error: str = ""
    error_description: str = ""
    message: str = ""
    code: Any = None
    errorDetails: Any = None  # noqa: N815

    @property
    def name(self) -> str:
        try:
            details = msgspec.convert(self.errorDetails or {}, _Details)
        except msgspec.ValidationError:
            details = _Details()
        names = [self.error, *(detail.code for detail in details.inputErrors), self.code]
        return next((name for name in names if isinstance(name, str) and name), "")


@cache
def network_errors() -> tuple[NetworkError, ...]:
    """The rows in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(**values) for values in csv.DictReader(file, strict=True))


def classify(
    publisher: str, name: str, response: HttpResponse, *, reads_only: bool = False, attempt_number: int = 1
) -> Outcome:
    """The outcome of a response without what was asked for. `name` is the network's, for people.

    With `reads_only`, a missing permission is no reason to disconnect: a token that may not read may publish. A
    duplicate after an earlier attempt of the target proves nothing: that one may have been accepted after all.
    """
    body = _body(response.content)
    error = body.name
    row = _row_of(publisher, response.status, error)
    meaning = row.meaning if row is not None else Meaning.UNKNOWN
    kind = _KINDS.get(meaning) or _kind_of_status(response.status)
    if reads_only and meaning is Meaning.MISSING_PERMISSION:
        kind = OutcomeKind.PERMANENT
    if meaning is Meaning.DUPLICATE and attempt_number > 1:
        kind = OutcomeKind.UNKNOWN
    reason = ": ".join(filter(None, [error, body.error_description or body.message]))
    advice = row.advice if row is not None else ""
    stop = "." if reason and advice and reason[-1] not in ".!?" else ""
    message = " ".join(
        filter(None, [f"{name} answered {response.status}{': ' if reason else '.'}{reason}{stop}", advice])
    )
    return Outcome(
        kind,
        http_status=response.status,
        error_code=error if _NAME.fullmatch(error) else str(response.status),
        message=message,
        wait=_wait_after(meaning, response.headers),
        is_app_wide=meaning is Meaning.VERSION_RETIRED,
        is_about_the_post=meaning in (Meaning.ABOUT_THE_POST, Meaning.DUPLICATE),
    )


def _wait_after(meaning: Meaning, headers: Mapping[str, str]) -> timedelta | None:
    if meaning is Meaning.VERSION_RETIRED:
        return RETIRED_WAIT
    return _wait(headers) if meaning is Meaning.RATE_LIMIT else None


def _kind_of_status(status: int) -> OutcomeKind:
    return OutcomeKind.PERMANENT if 300 <= status < 500 and status != 408 else OutcomeKind.UNKNOWN


def _row_of(publisher: str, status: int, error: str) -> NetworkError | None:
    """The row of the error's name, else that of the status; None if the file has neither."""
    rows = [
        row
        for row in network_errors()
        if row.publisher == publisher
        and row.first_status <= status <= row.last_status
        and row.error in (None, error or None)
    ]
    return max(rows, key=lambda row: row.error is not None, default=None)


def _body(content: bytes) -> _Body:
    try:
        return read_as(content, _Body)
    except ValueError:
        return _Body()


def _wait(headers: Mapping[str, str]) -> timedelta:
    """As long as Retry-After asks, else until the limit is reset: a time, or seconds since 1970."""
    seconds = seconds_to_wait(headers.get("retry-after"))
    if seconds:
        return timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds()))
    reset = next((headers[name] for name in _RESETS if name in headers), "")
    try:
        until = datetime.fromtimestamp(int(reset), UTC) if reset.isdigit() else datetime.fromisoformat(reset)
        wait = until - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return DEFAULT_WAIT
    return min(wait, _LONGEST_WAIT) if wait > timedelta(0) else DEFAULT_WAIT


def _row(publisher: str, status: str, error: str, meaning: str, advice: str, source_url: str) -> NetworkError:
    first, _, last = (status or "400-599").partition("-")
    return NetworkError(publisher, int(first), int(last or first), error or None, Meaning(meaning), advice, source_url)
