"""Posting schedules: adding, listing and previewing them. (The schedules of jobs are in `automation`.)"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.planning.jitter import JitteredSlot, next_jittered_slots
from syndication_assets.publishing.planning.slots import Schedule, require_slots


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """One row of publishing.publishing_schedules, with display names."""

    schedule_id: str
    organization: str
    schedule_name: str
    account: str
    channel: str
    is_active: bool
    jitter_minutes: int
    schedule: Schedule


def add_schedule(
    url: str,
    organization: str,
    name: str,
    account: str,
    channel_type: str,
    schedule: Schedule,
    jitter_minutes: int = 0,
) -> str:
    """Adds a schedule and returns its id. `account` is the account's id, its remote id, with or without its
    platform as in facebook/123, or its display name.

    SyndicationError if the rule never fires, the name is taken, the account or channel does not exist, or the
    account's publisher cannot make such posts.
    """
    require_slots(schedule)
    with transaction(url) as connection:
        accounts = connection.execute(
            "select organization_id, account_id, platform, publisher from channels.social_accounts"
            " join tenancy.organizations o using (organization_id)"
            " where o.slug = %(organization)s and %(account)s in"
            " (account_id, remote_account_id, display_name, platform || '/' || remote_account_id)",
            {"organization": organization, "account": account},
        ).fetchall()
        if len(accounts) != 1:
            raise SyndicationError(
                f"{organization} has {len(accounts)} accounts called {account!r}: use the account_id that "
                "`syndication account list` shows."
            )
        organization_id, account_id, platform, publisher = accounts[0]
        reason = why_not_publishable(connection, publisher, channel_type)
        if reason is not None:
            raise SyndicationError(f"{reason}.")
        try:
            row = connection.execute(
                "insert into publishing.publishing_schedules (organization_id, schedule_name, platform, channel_type,"
                " account_id, recurrence_rule, time_zone, starts_on, jitter_minutes)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " returning schedule_id",
                [
                    organization_id,
                    name,
                    platform,
                    channel_type,
                    account_id,
                    schedule.recurrence_rule,
                    schedule.time_zone,
                    schedule.starts_on,
                    jitter_minutes,
                ],
            ).fetchall()[0]
        except psycopg.errors.ForeignKeyViolation:
            raise SyndicationError(
                f"{platform} has no channel {channel_type!r}: `syndication channels` lists the channels."
            ) from None
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(f"A schedule called {name!r} already exists: choose another name.") from None
    return str(row[0])


def why_not_publishable(connection: Connection, publisher: str, channel_type: str) -> str | None:
    """Why the publisher cannot make this kind of publication, so that no post would get a slot; None if it can."""
    can_publish, possible = connection.execute(
        "select channels.can_publish(%(publisher)s, %(channel_type)s), (select string_agg(channel_type, ', ' order by"
        " channel_type) from channels.publisher_channels where publisher = %(publisher)s)",
        {"publisher": publisher, "channel_type": channel_type},
    ).fetchall()[0]
    return None if can_publish else f"{publisher} cannot publish a {channel_type}: choose from {possible}"


def list_schedules(url: str) -> list[ListedSchedule]:
    """All schedules, by organization and name."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select s.schedule_id, o.slug, s.schedule_name, a.display_name, s.platform || ' ' || s.channel_type,"
            " s.is_active, s.jitter_minutes, s.recurrence_rule, s.time_zone, s.starts_on"
            " from publishing.publishing_schedules s"
            " join tenancy.organizations o using (organization_id)"
            " join channels.social_accounts a using (organization_id, account_id) order by o.slug, s.schedule_name"
        ).fetchall()
    return [ListedSchedule(*row[:7], Schedule(*row[7:])) for row in rows]  # type: ignore[call-arg] # seven columns


def preview(url: str, name: str, after: datetime, count: int) -> tuple[ListedSchedule, list[JitteredSlot]]:
    """A schedule, by name or id, and its next slots. SyndicationError unless exactly one matches."""
    found = [schedule for schedule in list_schedules(url) if name in (schedule.schedule_name, schedule.schedule_id)]
    if len(found) != 1:
        raise SyndicationError(
            f"There are {len(found)} schedules called {name!r}: use an id that `syndication schedule list` shows."
        )
    (listed,) = found
    return listed, next_jittered_slots(listed.schedule_id, listed.schedule, listed.jitter_minutes, after, count)
