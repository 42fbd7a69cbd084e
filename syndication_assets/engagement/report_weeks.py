"""ISO weeks: what a weekly page is named after, and which weeks a range of days concerns."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

WEEKS_LOOKED_BACK = 4
"""A page shows this many weeks before its own: 28 days of charts, five weeks of publication."""


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """Monday to Sunday. The year is the ISO year: 2025-12-29 is in 2026-W01."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, name: str) -> Self:
        """`2026-W01`; ValueError if it is none."""
        year, separator, number = name.partition("-W")
        week = cls(int(year), int(number))
        if not separator or week.name != name:
            raise ValueError(f"{name!r} is no ISO week")
        return week

    @property
    def name(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 7)

    def after(self, weeks: int) -> "IsoWeek":
        return IsoWeek.of(self.monday + timedelta(weeks=weeks))


def weeks_touched(first_day: date, end_day: date) -> list[IsoWeek]:
    """Each ISO week with a day from `first_day` to before `end_day`, once, in order."""
    days = (end_day - first_day).days
    return sorted({IsoWeek.of(first_day + timedelta(days=number)) for number in range(days)})
