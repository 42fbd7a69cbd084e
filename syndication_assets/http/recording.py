"""Where calls are recorded before they are made: a client asks whoever records the calls of its context.

`http/` knows no database. Whoever makes calls for an organization says so with `recorded_by`; every client that names
its provider then has each request recorded, retries and redirects included, and a request may be withheld.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

LARGEST_NUMBER = 10**15
_NUMBER_OR_TIME = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?(?:ms|s|m|h)?|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z")
_RATE_LIMIT = re.compile(r"(?:x-)?rate-?limit-[a-z-]{1,40}|retry-after")
_USAGE = frozenset({"x-app-usage", "x-page-usage", "x-business-use-case-usage"})
_USAGE_NUMBERS = frozenset({"call_count", "total_cputime", "total_time", "estimated_time_to_regain_access"})


@dataclass(frozen=True, slots=True)
class CallToMake:
    """A request that is about to be sent. `priced_units` are those that it is charged for, at most; None if none."""

    provider: str
    operation: str
    quota_units: int = 1
    priced_units: Mapping[str, int] | None = None


@dataclass(slots=True)
class CallResult:
    """What is known of a call afterwards. What is None is not known."""

    is_successful: bool | None = None
    status: int | None = None
    latency_ms: int | None = None
    units: dict[str, int] = field(default_factory=dict)
    rate_limits: dict[str, str | float] | None = None
    cost: Decimal | None = None
    currency: str | None = None
    may_have_cost: bool = True


class RecordedCall(Protocol):
    """A call that is on record."""

    def release(self) -> None:
        """The call was not made."""

    def settle(self, result: CallResult) -> None:
        """What became of the call. May be called again with what is known later."""


class Recorder(Protocol):
    """Records the calls of an organization."""

    def reserve(self, call: CallToMake) -> RecordedCall:
        """WithheldError if the call must not be made now, or cannot be recorded."""


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recorded_by(recorder: Recorder) -> Iterator[None]:
    """The calls of this context are recorded there. Threads need a copy of the context."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


def current_recorder() -> Recorder | None:
    """None if nobody records: then calls are made all the same."""
    return _recorder.get()


def rate_limits_of(headers: Mapping[str, str]) -> dict[str, str | float] | None:
    """The numbers and times of a rate limit, by header; None without any.

    Only what is a number, a duration or a time is kept: a server may write a secret into any header.
    """
    found: dict[str, str | float] = {}
    for name, value in ((name.lower(), value) for name, value in headers.items()):
        if name in _USAGE:
            found |= {f"{name}.{key}": number for key, number in _usage_of(value).items()}
        elif _RATE_LIMIT.fullmatch(name) and _NUMBER_OR_TIME.fullmatch(value.strip()):
            found[name] = value.strip()
    return found or None


def _usage_of(value: str) -> dict[str, float]:
    """The largest number of each kind in Graph's JSON about its limits, which may hold several objects."""
    try:
        waiting: list[Any] = [json.loads(value)]
    except (ValueError, RecursionError):
        return {}
    numbers: dict[str, float] = {}
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += [member for member in item.values() if isinstance(member, dict | list)]
            for name in _USAGE_NUMBERS & item.keys():
                number = item[name]
                if isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < LARGEST_NUMBER:
                    numbers[name] = max(number, numbers.get(name, 0))
    return numbers
