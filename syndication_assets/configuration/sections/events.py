"""`events`: what posts may be about, with a beginning and an end."""

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import DashedName, Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

_FORM = "%Y-%m-%d %H:%M"
_Moment = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$")]


class Event(Entry):
    """An event that posts may be about: nothing about it is published after it, or once it is cancelled."""

    name: DashedName = Field(description="Name in commands, such as spring-fair.")
    title: Text = Field(description="What people call it.")
    starts_at: _Moment = Field(description="Local time at which it starts, as 2026-03-14 10:00.")
    ends_at: _Moment = Field(description="Local time at which it ends: nothing is published from then on.")
    time_zone: Text = Field(default="UTC", description="IANA name of the zone of its times, such as Europe/London.")
    place: Text | None = Field(default=None, description="Where it takes place.")
    url: Annotated[str, Field(pattern=r"^https://\S+$")] | None = Field(
        default=None, description="Its page, over https; texts about it link there."
    )
    state: Literal["planned", "cancelled"] = Field(default="planned", description="cancelled ends all that is planned.")


def _check(_: Context, event: Event) -> Iterable[Finding]:
    if event.time_zone not in zoneinfo.available_timezones():
        yield Finding("time_zone", f"there is no time zone {event.time_zone!r}: write it as Europe/London")
        return
    moments = []
    for field in ("starts_at", "ends_at"):
        moment = _moment(getattr(event, field), event.time_zone)
        if moment is None:
            yield Finding(field, "is no time of a day, or one that the clocks skip: write it as 2026-03-14 10:00")
        moments.append(moment)
    starts_at, ends_at = moments
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        yield Finding("ends_at", "the event ends before it starts: write a later time")


def _moment(text: str, time_zone: str) -> datetime | None:
    """The time in UTC; None if there is no such time in the zone."""
    try:
        local = datetime.strptime(text, _FORM).replace(tzinfo=zoneinfo.ZoneInfo(time_zone))
    except ValueError:
        return None
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(local.tzinfo).strftime(_FORM) == text else None


def _write(context: Context, event: Event) -> None:
    times = {field: _moment(getattr(event, field), event.time_zone) for field in ("starts_at", "ends_at")}
    values = {
        "organization_id": context.organization_id,
        "event_name": event.name,
        **event.model_dump(exclude={"name"}),
        **{field: moment and moment.isoformat() for field, moment in times.items()},
    }
    upsert(context.connection, "content.events", ("organization_id", "event_name"), values)


def _remove(context: Context, event: Event) -> None:
    key = {"organization_id": context.organization_id, "event_name": event.name}
    delete(context.connection, "content.events", key)


EVENTS = Section(
    name="events",
    noun="event",
    removed="No post was about it.",
    in_use="posts are about it: cancel it instead, with `--state cancelled`",
    entry=Event,
    permission="events.edit",
    key=("name",),
    read=reader(
        Event,
        "select event_name as name, title,"
        " to_char(starts_at at time zone time_zone, 'YYYY-MM-DD HH24:MI') as starts_at,"
        " to_char(ends_at at time zone time_zone, 'YYYY-MM-DD HH24:MI') as ends_at, time_zone, place, url,"
        " state::text from content.events where organization_id = %(organization_id)s order by event_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
