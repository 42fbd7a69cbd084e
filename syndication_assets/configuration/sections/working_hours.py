"""`working_hours`: when the people of an organization work, for reminders and escalations of approvals."""

import zoneinfo
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


class WorkingHoursEntry(Entry):
    """When people work: only these hours count until a reminder or an escalation."""

    time_zone: Text = Field(default="UTC", description="IANA name of the zone of the hours, such as Europe/London.")
    working_days: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        default=[1, 2, 3, 4, 5], min_length=1, description="Days of the week, 1 for Monday to 7 for Sunday."
    )
    begins_at: Annotated[str, Field(pattern=_TIME)] = Field(
        default="09:00", description="Local time at which work begins."
    )
    ends_at: Annotated[str, Field(pattern=_TIME)] = Field(default="17:00", description="Local time at which it ends.")


def _check(_: Context, hours: WorkingHoursEntry) -> Iterable[Finding]:
    if hours.time_zone not in zoneinfo.available_timezones():
        yield Finding("time_zone", f"there is no time zone {hours.time_zone!r}: write it as Europe/London")
    if hours.begins_at >= hours.ends_at:
        yield Finding("ends_at", "work ends before it begins: write the times of one day, as 09:00 and 17:00")
    if len(set(hours.working_days)) < len(hours.working_days):
        yield Finding("working_days", "a day is named twice: remove one of them")


def _write(context: Context, hours: WorkingHoursEntry) -> None:
    values = {"organization_id": context.organization_id, **hours.model_dump()}
    upsert(context.connection, "approval.working_hours", ("organization_id",), values)


def _remove(context: Context, _: WorkingHoursEntry) -> None:
    delete(context.connection, "approval.working_hours", {"organization_id": context.organization_id})


WORKING_HOURS = Section(
    name="working_hours",
    noun="setting of working hours",
    removed="Monday to Friday, 9 to 17 o'clock UTC hold.",
    entry=WorkingHoursEntry,
    permission="workflows.edit",
    key=(),
    read=reader(
        WorkingHoursEntry,
        "select time_zone, working_days, to_char(begins_at, 'HH24:MI') as begins_at,"
        " to_char(ends_at, 'HH24:MI') as ends_at from approval.working_hours"
        " where organization_id = %(organization_id)s",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
