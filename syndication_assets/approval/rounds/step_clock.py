"""When people are reminded of a step, and when it is escalated: in working hours since it was entered. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.approval.workflows.working_hours import WorkingHours, after_working_hours


class StepClock(NamedTuple):
    """The times of a step; all None before it is entered."""

    entered_at: datetime | None
    remind_at: datetime | None
    escalate_at: datetime | None


def step_clock(
    entered_at: datetime | None, remind_after: Decimal | None, escalate_after: Decimal | None, hours: WorkingHours
) -> StepClock:
    """The times of a step that is entered; None instead of hours is never."""

    def after(given: Decimal | None) -> datetime | None:
        return None if entered_at is None or given is None else after_working_hours(entered_at, given, hours)

    return StepClock(entered_at, after(remind_after), after(escalate_after))
