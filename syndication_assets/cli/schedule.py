"""`syndication schedule`: when is published."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.publishing.jitter import LONGEST_STAGGER
from syndication_assets.publishing.schedules import add_schedule, list_schedules
from syndication_assets.publishing.schedules import preview as preview_schedule
from syndication_assets.publishing.slots import Schedule
from syndication_assets.settings import Settings


@click.group()
def schedule() -> None:
    """Adds, lists and previews the slots in which accounts publish."""


@schedule.command()
@click.argument("name")
@click.option("--account", required=True, metavar="ACCOUNT", help="its id, the platform's id of it, or its name")
@click.option("--channel", "channel_type", required=True, metavar="CHANNEL", help="the kind of post, e.g. feed_post")
@click.option("--rule", required=True, metavar="RRULE", help='RFC 5545, e.g. "FREQ=DAILY;BYHOUR=17;BYMINUTE=0"')
@click.option("--time-zone", required=True, metavar="ZONE", help="IANA name, e.g. Europe/London")
@click.option(
    "--starts-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="the first local day; today if left out"
)
@click.option(
    "--stagger",
    default=0,
    show_default=True,
    type=click.IntRange(0, LONGEST_STAGGER),
    metavar="MINUTES",
    help="puts each post off by up to so many minutes, so that not all go out on the minute",
)
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@command
def add(
    name: str,
    account: str,
    channel_type: str,
    rule: str,
    time_zone: str,
    starts_on: datetime | None,
    stagger: int,
    organization: str,
) -> None:
    """Makes a schedule called NAME. Each of its slots takes one post."""
    first_day = (starts_on or datetime.now(UTC)).date()
    url = migrated_database_url(Settings.from_environment())
    schedule_id = add_schedule(
        url, organization, name, account, channel_type, Schedule(rule, time_zone, first_day), stagger
    )
    click.echo(f"added {name} ({schedule_id}); look at it with: syndication schedule preview {schedule_id}")


@schedule.command("list")
@command
def list_all() -> None:
    """Lists the schedules."""
    for one in list_schedules(migrated_database_url(Settings.from_environment())):
        stagger = f", put off by up to {one.jitter_minutes} minutes" if one.jitter_minutes else ""
        paused = "" if one.is_active else " (not active)"
        click.echo(
            f"{one.schedule_id}  {one.organization:12} {one.schedule_name:20} {one.account:20} {one.channel:24}"
            f" {one.schedule.recurrence_rule}, {one.schedule.time_zone}, from {one.schedule.starts_on}{stagger}{paused}"
        )


@schedule.command()
@click.argument("name")
@click.option("--count", default=30, show_default=True, type=click.IntRange(1, 1000), help="how many slots")
@command
def preview(name: str, count: int) -> None:
    """Shows when the next slots of the schedule NAME (or its id) go out, in its own time and in UTC."""
    url = migrated_database_url(Settings.from_environment())
    found, slots = preview_schedule(url, name, datetime.now(UTC), count)
    for slot in slots:
        local = slot.scheduled_at.astimezone(ZoneInfo(found.schedule.time_zone))
        delay = (slot.scheduled_at - slot.slot_at) // timedelta(minutes=1)
        put_off = f"    put off by {delay} min" if found.jitter_minutes else ""
        click.echo(f"{local:%a %Y-%m-%d %H:%M %Z}    {slot.scheduled_at:%Y-%m-%d %H:%M} UTC{put_off}")
    if len(slots) < count:
        click.echo("There are no more: the rule ends." if slots else "There are none: the rule has ended.")
