"""Only working hours count until a reminder: nights, days off and changes of the clocks do not."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.approval.rounds.step_clock import step_clock
from syndication_assets.approval.workflows.working_hours import WorkingHours, after_working_hours

LONDON = WorkingHours("Europe/London")


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        (utc(3, 10), "2", utc(3, 12)),
        (utc(3, 16), "2", utc(4, 10)),
        (utc(3, 3), "8", utc(3, 17)),
        (utc(7, 16, 30), "1", utc(10, 9, 30)),  # Friday to Monday
        (utc(8, 12), "0.5", utc(10, 9, 30)),  # begins on a Saturday
        (utc(3, 9), "40", utc(7, 17)),
        # In London the clocks went back on 26 October: the Friday before ends at 16 UTC, the Monday after begins at 9.
        (utc(24, 15, month=10), "2", utc(27, 10, month=10)),
    ],
)
def test_the_moment_after_working_hours(moment: datetime, hours: str, expected: datetime):
    assert after_working_hours(moment, Decimal(hours), LONDON) == expected


def test_other_days_and_zones_have_their_own_hours():
    bahrain = WorkingHours("Asia/Bahrain", frozenset({7, 1, 2, 3, 4}), time(8), time(16))
    thursday_afternoon = datetime(2025, 11, 6, 15, tzinfo=ZoneInfo("Asia/Bahrain"))
    assert after_working_hours(thursday_afternoon, Decimal(2), bahrain) == datetime(2025, 11, 9, 6, tzinfo=UTC)


def test_a_step_that_is_not_entered_has_no_clock_and_hours_that_are_not_given_mean_never():
    assert step_clock(None, Decimal(1), Decimal(2), LONDON) == (None, None, None)
    assert step_clock(utc(3, 9), None, Decimal(2), LONDON) == (utc(3, 9), None, utc(3, 11))


QUARTER = timedelta(minutes=15)


def quarters_worked(begin: datetime, end: datetime, hours: WorkingHours) -> int:
    """Counted one by one."""
    zone = ZoneInfo(hours.time_zone)
    local = [(begin + number * QUARTER).astimezone(zone) for number in range((end - begin) // QUARTER)]
    return sum(
        each.isoweekday() in hours.working_days and hours.begins_at <= each.time() < hours.ends_at for each in local
    )


@settings(deadline=None)
@given(
    st.integers(0, 16 * 96),
    st.integers(1, 40),
    st.sets(st.integers(1, 7), min_size=1),
    st.sampled_from([(time(9), time(17)), (time(0), time(4)), (time(20), time(23))]),
)
def test_so_many_quarters_of_an_hour_are_worked_between(
    start: int, quarters: int, days: set[int], times: tuple[time, time]
):
    """The clocks go forward on 30 March."""
    hours = WorkingHours("Europe/Berlin", frozenset(days), *times)
    begin = datetime(2025, 3, 20, tzinfo=UTC) + start * QUARTER
    end = after_working_hours(begin, Decimal(quarters) / 4, hours)
    assert quarters_worked(begin, end, hours) == quarters
