"""How many posts an account may send, and how quickly: the channel's rules, held when a post is about to be sent.

Slots are planned within the same rules, but an outage, a retry or a person moves posts to other times. What counts is
what was really sent: calls that published a post, or may have. A post that is late from an earlier day never takes the
place of one whose slot is today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syndication_assets.database.connection import Connection
from syndication_assets.publishing.planning.slots import ScheduleError, day_begins

_SLOTS = (
    "select count(*) filter (where channel_type = %(channel_type)s), count(*) from publishing.post_targets"
    " where organization_id = %(organization_id)s and account_id = %(account_id)s and target_id <> %(target_id)s"
    " and state = 'scheduled' and scheduled_at >= %(day_begin)s and scheduled_at < %(day_end)s"
)
_SENT = (
    "select count(distinct t.target_id) filter (where t.channel_type = %(channel_type)s"
    " and a.started_at >= %(day_begin)s), count(distinct t.target_id) filter (where a.started_at >= %(day_begin)s),"
    " max(a.started_at) filter (where t.channel_type = %(channel_type)s)"
    " from publishing.post_targets as t"
    " join publishing.publish_attempts as a on a.organization_id = t.organization_id and a.target_id = t.target_id"
    " where t.organization_id = %(organization_id)s and t.account_id = %(account_id)s"
    " and t.target_id <> %(target_id)s and a.publisher <> 'dry_run'"
    " and a.started_at >= %(since)s and (a.outcome is null or a.outcome in ('published', 'unknown'))"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of one channel; None for no limit."""

    posts_a_day: int | None
    minutes_between_posts: int | None
    account_posts_a_day: int | None
    """Like `posts_a_day`, but the posts of all channels of the account count."""
    time_zone: str
    """Of the account's schedules: their local day is the day of `posts_a_day`."""


class NoRoomError(Exception):
    """The rules of the channel keep a due target waiting; nothing was leased."""

    def __init__(self, waiting: str, reason: str) -> None:
        super().__init__(reason)
        self.waiting = waiting
        """What waits: an account's channel as `account/channel`, or one target."""


def require_room(connection: Connection, row: Mapping[str, Any], limits: Limits) -> None:
    """NoRoomError if the account has had its posts of the day, or its last post is too recent.

    Locks the account until the end of the transaction, so that of several publishers one at a time counts and adds its
    attempt.
    """
    if (limits.posts_a_day, limits.minutes_between_posts, limits.account_posts_a_day) == (None, None, None):
        return
    account = row["account_id"]
    queue = f"{account}/{row['channel_type']}"
    connection.execute("select pg_advisory_xact_lock(hashtext('syndication sending'), hashtext(%s))", [account])
    # After the lock, so that these statements see what the publisher before it has committed.
    (now,) = connection.execute("select clock_timestamp()").fetchall()[0]
    day_begin, day_end = _day(now, limits.time_zone)
    gap = timedelta(minutes=limits.minutes_between_posts or 0)
    values = {**row, "day_begin": day_begin, "day_end": day_end, "since": min(day_begin, now - gap)}
    slots_of_channel, slots_of_account = connection.execute(_SLOTS, values).fetchall()[0]
    sent_on_channel, sent_on_account, sent_last = connection.execute(_SENT, values).fetchall()[0]
    for rule, maximum, counted, sent_today, slots_today in (
        ("maximum_posts_per_day", limits.posts_a_day, queue, sent_on_channel, slots_of_channel),
        ("maximum_posts_per_day_of_account", limits.account_posts_a_day, account, sent_on_account, slots_of_account),
    ):
        if maximum is None:
            continue
        if sent_today >= maximum:
            raise NoRoomError(
                queue, f"{counted} has sent {sent_today} of {maximum} posts of today (rule {rule}): the others wait."
            )
        if row["scheduled_at"] < day_begin and sent_today + slots_today >= maximum:
            raise NoRoomError(
                row["target_id"],
                f"{row['target_id']} is late and waits: the posts of today on {counted} have their slots (rule "
                f"{rule}).",
            )
    if sent_last is not None and sent_last + gap > now:
        raise NoRoomError(
            queue, f"{queue} sends its next post from {sent_last + gap:%H:%M} UTC on (rule minutes_between_posts)."
        )


def _day(now: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """When the local day begins and ends; that of UTC if the zone of a schedule is unreadable."""
    try:
        today = now.astimezone(ZoneInfo(time_zone)).date()
        return day_begins(today, time_zone), day_begins(today + timedelta(days=1), time_zone)
    except (ScheduleError, ValueError, OSError, KeyError):
        return _day(now, "UTC")
