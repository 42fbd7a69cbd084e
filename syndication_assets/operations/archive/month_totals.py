"""What a month has, by UTC day: rows, a checksum and the sum of each counter. Pure.

PostgreSQL and the reader of a file compute the same totals, so that both can be compared day by day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SEPARATOR = "\x1f"
"""Between the columns of a row whose MD5 is summed up."""
NULL = "\x1e"
"""Stands for NULL there. Text of tables holds neither: text from outside is cleaned."""


@dataclass(slots=True)
class DayTotals:
    """The rows of one day; `checksum` is the sum of the first 32 bits of the MD5 of each."""

    rows: int = 0
    checksum: int = 0
    sums: dict[str, int] = field(default_factory=dict)

    def add(self, other: "DayTotals") -> None:
        self.rows += other.rows
        self.checksum += other.checksum
        for name, value in other.sums.items():
            self.sums[name] = self.sums.get(name, 0) + value


MonthTotals = dict[str, DayTotals]
"""Day, as 2025-01-31 → its totals."""


def total_of(days: MonthTotals) -> DayTotals:
    """The sum of all days."""
    total = DayTotals()
    for day in days.values():
        total.add(day)
    return total


def differences(expected: MonthTotals, found: MonthTotals) -> list[str]:
    """What differs, as sentences for people; empty if both are the same."""
    return list(_differences(expected, found))


def _differences(expected: MonthTotals, found: MonthTotals) -> Iterable[str]:
    nothing = DayTotals()
    for day in sorted(expected.keys() | found.keys()):
        wanted, has = expected.get(day, nothing), found.get(day, nothing)
        if wanted.rows != has.rows:
            yield f"{day} has {has.rows:,} of {wanted.rows:,} rows"
            continue
        counters = [
            name for name in wanted.sums.keys() | has.sums.keys() if wanted.sums.get(name) != has.sums.get(name)
        ]
        if counters:
            yield f"{day} has other sums of {', '.join(sorted(counters))}"
        elif wanted.checksum != has.checksum:
            yield f"{day} has other rows"


def to_json(days: MonthTotals) -> dict[str, Any]:
    """As operations.archives.days has it."""
    return {
        day: {"rows": totals.rows, "checksum": totals.checksum, "sums": totals.sums}
        for day, totals in sorted(days.items())
    }


def from_json(days: dict[str, Any]) -> MonthTotals:
    return {day: DayTotals(each["rows"], each["checksum"], each["sums"]) for day, each in days.items()}
