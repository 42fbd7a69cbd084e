"""Working hours: only they count until a reminder or an escalation. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When people work, in local time."""

    time_zone: str = "UTC"
    working_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    """1 for Monday to 7 for Sunday; never empty."""
    begins_at: time = time(9)
    ends_at: time = time(17)

    def of_day(self, day: date) -> tuple[datetime, datetime] | None:
        """Begin and end of the work of a local day, in UTC; None on a day off.

        An hour that a change of the clocks takes away or adds is worked as it comes.
        """
        if day.isoweekday() not in self.working_days:
            return None
        zone = ZoneInfo(self.time_zone)
        begin, end = (datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in (self.begins_at, self.ends_at))
        return (begin, end) if begin < end else None

    def from_moment(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of work after a moment, in UTC, without end."""
        day = moment.astimezone(ZoneInfo(self.time_zone)).date()
        while True:
            work = self.of_day(day)
            if work is not None and work[1] > moment:
                yield max(work[0], moment), work[1]
            day += timedelta(days=1)


def after_working_hours(moment: datetime, hours: Decimal, working_hours: WorkingHours) -> datetime:
    """The moment, in UTC, at which so many hours of work have passed since another one. `hours` is above 0."""
    left = timedelta(seconds=float(hours * 3600))
    for begin, end in working_hours.from_moment(moment.astimezone(UTC)):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("work goes on without end")
