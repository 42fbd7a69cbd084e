"""The schedules of an organization: adding one, listing them, looking at their slots."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.jitter import StaggeredSlot, next_staggered_slots
from syndication_assets.publishing.slots import Schedule, require_slots


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """One row of publishing.publishing_schedules, with names for people."""

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
    """Makes a schedule for an account, named by its id, its platform's id of it or its display name; returns its id.

    SyndicationError if the rule never fires, or account or channel are not there.
    """
    require_slots(schedule)
    with transaction(url) as connection:
        accounts = connection.execute(
            "select organization_id, account_id, platform from channels.social_accounts"
            " join tenancy.organizations o using (organization_id)"
            " where o.slug = %(organization)s and %(account)s in (account_id, remote_account_id, display_name)",
            {"organization": organization, "account": account},
        ).fetchall()
        if len(accounts) != 1:
            raise SyndicationError(
                f"{organization} has {len(accounts)} accounts that are called {account!r}: name one by its account_id "
                "in channels.social_accounts."
            )
        organization_id, account_id, platform = accounts[0]
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
                f"{platform} has no channel {channel_type!r}: channels.platform_channels has the channels."
            ) from None
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(f"There is a schedule {name!r} already: take another name.") from None
    return str(row[0])


def list_schedules(url: str) -> list[ListedSchedule]:
    """All of them, by organization and name."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select s.schedule_id, o.slug, s.schedule_name, a.display_name, s.platform || ' ' || s.channel_type,"
            " s.is_active, s.jitter_minutes, s.recurrence_rule, s.time_zone, s.starts_on"
            " from publishing.publishing_schedules s"
            " join tenancy.organizations o using (organization_id)"
            " join channels.social_accounts a using (organization_id, account_id) order by o.slug, s.schedule_name"
        ).fetchall()
    return [ListedSchedule(*row[:7], Schedule(*row[7:])) for row in rows]  # type: ignore[call-arg] # seven are seven


def preview(url: str, name: str, after: datetime, count: int) -> tuple[ListedSchedule, list[StaggeredSlot]]:
    """A schedule, by name or id, and its next slots. SyndicationError if there is not one of that name."""
    found = [one for one in list_schedules(url) if name in (one.schedule_name, one.schedule_id)]
    if len(found) != 1:
        raise SyndicationError(
            f"There are {len(found)} schedules {name!r}: name one by its id, from `syndication schedule list`."
        )
    one = found[0]
    return one, next_staggered_slots(one.schedule_id, one.schedule, one.jitter_minutes, after, count)
