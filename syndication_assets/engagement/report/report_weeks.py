"""ISO weeks: the names of weekly pages, and the weeks that a range of days belongs to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

WEEKS_LOOKED_BACK = 4
"""How many weeks before its own a page shows: charts cover 28 days, cohorts five weeks of publication."""


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
        """The week of a name such as `2026-W01`. Raises ValueError for any other text."""
        year, separator, number = name.partition("-W")
        week = cls(int(year), int(number))
        if not separator or week.name != name:
            raise ValueError(f"{name!r} is not an ISO week")
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
    """The ISO weeks of the days from `first_day` up to, not including, `end_day`, in order."""
    days = (end_day - first_day).days
    return sorted({IsoWeek.of(first_day + timedelta(days=number)) for number in range(days)})
