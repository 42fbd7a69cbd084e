"""`schedules`: the recurring slots in which accounts publish."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Channel, Day, Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings
from syndication_assets.publishing.planning.jitter import MAXIMUM_JITTER
from syndication_assets.publishing.planning.posting_schedules import why_not_publishable
from syndication_assets.publishing.planning.slots import Schedule as Slots
from syndication_assets.publishing.planning.slots import ScheduleError, require_slots


class Schedule(Entry):
    """A recurring slot of an account and a channel; each slot takes one post."""

    name: Text = Field(description="Name in commands.")
    account: str = Field(
        pattern="^[a-z][a-z0-9_]*/.+$", description="Platform and remote id of the account, as in facebook/1234567890."
    )
    channel: Channel
    rule: Text = Field(description="RFC 5545 recurrence rule, such as FREQ=DAILY;BYHOUR=17;BYMINUTE=0.")
    time_zone: Text = Field(description="IANA name, such as Europe/London.")
    starts_on: Day = Field(description="First local day.")
    jitter_minutes: Annotated[int, Field(ge=0, le=MAXIMUM_JITTER)] = Field(
        default=0, description="Delays each post by up to this many minutes."
    )
    is_active: bool = ACTIVE

    @property
    def account_key(self) -> tuple[str, str]:
        platform, _, remote_id = self.account.partition("/")
        return platform, remote_id


def _check(context: Context, schedule: Schedule) -> Iterable[Finding]:
    platform, _ = schedule.account_key
    accounts = context.keys.get("accounts", set())
    if schedule.account_key not in accounts:
        known = ", ".join(sorted("/".join(key) for key in accounts)) or "none"
        yield Finding("account", f"there is no account {schedule.account!r}: add it to `accounts`; there are {known}")
    else:
        yield from channel_findings(context, platform, schedule.channel, is_written_for=False)
    try:
        require_slots(Slots(schedule.rule, schedule.time_zone, schedule.starts_on))
    except ScheduleError as error:
        yield Finding("rule", str(error).rstrip("."))


def _write(context: Context, schedule: Schedule) -> None:
    platform, remote_id = schedule.account_key
    account_id, publisher = context.connection.execute(
        "select account_id, publisher from channels.social_accounts"
        " where organization_id = %s and platform = %s and remote_account_id = %s",
        [context.organization_id, platform, remote_id],
    ).fetchall()[0]
    reason = why_not_publishable(context.connection, publisher, schedule.channel)
    if reason is not None:
        raise ValueError(reason)
    values = {
        "organization_id": context.organization_id,
        "schedule_name": schedule.name,
        "platform": platform,
        "channel_type": schedule.channel,
        "account_id": account_id,
        "recurrence_rule": schedule.rule,
        "time_zone": schedule.time_zone,
        "starts_on": schedule.starts_on,
        "jitter_minutes": schedule.jitter_minutes,
        "is_active": schedule.is_active,
    }
    upsert(context.connection, "publishing.publishing_schedules", ("organization_id", "schedule_name"), values)


def _remove(context: Context, schedule: Schedule) -> None:
    key = {"organization_id": context.organization_id, "schedule_name": schedule.name}
    delete(context.connection, "publishing.publishing_schedules", key)


SCHEDULES = Section(
    name="schedules",
    noun="schedule",
    paused="no more posts are planned into its slots; those in the queue are still sent",
    removed="What was published in its slots stays.",
    entry=Schedule,
    permission="schedules.edit",
    key=("name",),
    read=reader(
        Schedule,
        "select s.schedule_name as name, a.platform || '/' || a.remote_account_id as account,"
        " s.channel_type as channel, s.recurrence_rule as rule, s.time_zone, s.starts_on, s.jitter_minutes,"
        " s.is_active from publishing.publishing_schedules as s"
        " inner join channels.social_accounts as a"
        "     on s.organization_id = a.organization_id and s.account_id = a.account_id"
        " where s.organization_id = %(organization_id)s order by s.schedule_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    in_use="posts in the queue have its slots",
)
