"""`syndication schedule`: when accounts publish."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from syndication_assets.cli.command import DAY, command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.acting import user_who_acts
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.planning.jitter import MAXIMUM_JITTER
from syndication_assets.publishing.planning.posting_schedules import ListedSchedule, add_schedule, list_schedules
from syndication_assets.publishing.planning.posting_schedules import preview as preview_schedule
from syndication_assets.publishing.planning.slots import Schedule
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.preferences import read_preferences


@click.group()
def schedule() -> None:
    """Manages and previews the slots in which accounts publish."""


@schedule.command()
@click.argument("name")
@click.option("--account", required=True, metavar="ACCOUNT", help="Its id, remote id or display name.")
@click.option(
    "--channel", "channel_type", required=True, metavar="CHANNEL", help="Kind of publication, e.g. feed_post."
)
@click.option(
    "--rule",
    metavar="RRULE",
    help='RFC 5545 recurrence rule, e.g. "FREQ=DAILY;BYHOUR=17;BYMINUTE=0"; default: daily at the time you prefer.',
)
@click.option("--time-zone", metavar="ZONE", help="IANA name, e.g. Europe/London; default: the one you prefer.")
@click.option("--starts-on", type=DAY, metavar="DATE", help="First local day; default: today.")
@click.option(
    "--jitter",
    "jitter_minutes",
    default=0,
    show_default=True,
    type=click.IntRange(0, MAXIMUM_JITTER),
    metavar="MINUTES",
    help="Delays each post by up to this many minutes, so that posts do not all appear on the minute.",
)
@organization_option
@command
@requires("schedules.edit", in_organization())
def add(
    name: str,
    account: str,
    channel_type: str,
    rule: str | None,
    time_zone: str | None,
    starts_on: datetime | None,
    jitter_minutes: int,
    organization: str,
) -> None:
    """Adds a schedule called NAME. Each of its slots takes one post."""
    first_day = (starts_on or datetime.now(UTC)).date()
    url = migrated_database_url(Settings.from_environment())
    planned = _with_preferences(url, rule, time_zone, first_day)
    schedule_id = add_schedule(url, organization, name, account, channel_type, planned, jitter_minutes)
    click.echo(f"Added {name} ({schedule_id}). Preview its slots with: syndication schedule preview {schedule_id}")


def _with_preferences(url: str, rule: str | None, time_zone: str | None, first_day: date) -> Schedule:
    """The schedule, with what the acting user prefers where an option is left out."""
    with transaction(url) as connection:
        preferences = read_preferences(connection, user_who_acts())
    if rule is None and preferences.posting_time is not None:
        rule = f"FREQ=DAILY;BYHOUR={preferences.posting_time.hour};BYMINUTE={preferences.posting_time.minute}"
    time_zone = time_zone or preferences.time_zone
    if rule is None or time_zone is None:
        raise SyndicationError(
            f"Give {'--rule' if rule is None else '--time-zone'}, or act as a user (--as) who prefers one: "
            "`syndication user prefer`."
        )
    return Schedule(rule, time_zone, first_day)


@schedule.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the schedules."""
    schedules = list_schedules(migrated_database_url(Settings.from_environment()))
    show_rows(schedules, _line, "There are no schedules: add one with `syndication schedule add`.", as_json=as_json)


def _line(listed: ListedSchedule) -> str:
    jitter = f", jitter up to {listed.jitter_minutes} minutes" if listed.jitter_minutes else ""
    paused = "" if listed.is_active else " (not active)"
    return (
        f"{listed.schedule_id}  {listed.organization:12} {listed.schedule_name:20} {listed.account:20} "
        f"{listed.channel:24} {listed.schedule.recurrence_rule}, {listed.schedule.time_zone}, "
        f"from {listed.schedule.starts_on}{jitter}{paused}"
    )


@schedule.command()
@click.argument("name")
@click.option("--count", default=30, show_default=True, type=click.IntRange(1, 1000), help="Number of slots.")
@command
def preview(name: str, count: int) -> None:
    """Shows the next publication times of the schedule NAME (or its id), in its time zone and in UTC."""
    url = migrated_database_url(Settings.from_environment())
    found, slots = preview_schedule(url, name, datetime.now(UTC), count)
    for slot in slots:
        local = slot.scheduled_at.astimezone(ZoneInfo(found.schedule.time_zone))
        delay = (slot.scheduled_at - slot.slot_at) // timedelta(minutes=1)
        jitter = f"    jitter {delay} min" if found.jitter_minutes else ""
        click.echo(f"{local:%a %Y-%m-%d %H:%M %Z}    {slot.scheduled_at:%Y-%m-%d %H:%M} UTC{jitter}")
    if len(slots) < count:
        click.echo("There are no more slots: the rule ends." if slots else "There are no slots: the rule has ended.")
