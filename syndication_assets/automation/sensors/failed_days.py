"""What has failed and on which days, until later successes have made up for all of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

Days = frozenset[str]
"""ISO days; {""} for what has no days, which any later success makes up for."""

NO_DAYS: Days = frozenset({""})
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[_Record]):
    """One run, or one evaluation of a check."""

    number: int
    """Later ones have higher numbers."""
    days: Days
    assets: frozenset[str] | None
    """The assets that it was about; None for all of its job."""
    record: _Record


def days_between(first: str | None, last: str | None) -> Days:
    """The days of a range, both ends included. A partition that is no day stands for itself."""
    if not first or not last:
        return NO_DAYS
    try:
        first_day, last_day = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return frozenset({first, last})
    return frozenset((first_day + timedelta(number)).isoformat() for number in range((last_day - first_day).days + 1))


def still_failed(failures: Iterable[Outcome[_Record]], successes: Iterable[Outcome[_Record]]) -> list[Outcome[_Record]]:
    """The newest failure of each days and assets that later successes have not made up for, the newest first.

    A success makes up for its days if it was about at least the same assets. Both are given with the newest first.
    No more successes are read than are needed.
    """
    newest: dict[tuple[Days, frozenset[str] | None], Outcome[_Record]] = {}
    for failure in failures:
        newest.setdefault((failure.days, failure.assets), failure)
    left = {failure.number: set(failure.days) for failure in newest.values()}
    open_now = {failure.number: failure for failure in newest.values()}
    later = iter(successes)
    while open_now:
        success = next(later, None)
        if success is None or success.number < min(open_now):
            break
        for number, failure in list(open_now.items()):
            if success.number > number and _is_about(success.assets, failure.assets):
                left[number] -= success.days
                if not left[number]:
                    del open_now[number]
    return list(open_now.values())


def _is_about(assets: frozenset[str] | None, of_failure: frozenset[str] | None) -> bool:
    return assets is None or (of_failure is not None and assets >= of_failure)
