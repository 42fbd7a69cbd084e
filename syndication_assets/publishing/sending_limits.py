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
from syndication_assets.publishing.slots import ScheduleError, day_begins

_COUNTS = (
    "select (select count(*) from publishing.post_targets as w"
    "   where w.organization_id = %(organization_id)s and w.account_id = %(account_id)s"
    "   and w.channel_type = %(channel_type)s and w.target_id <> %(target_id)s and w.state = 'scheduled'"
    "   and w.scheduled_at >= %(day_begin)s and w.scheduled_at < %(day_end)s),"
    " count(distinct t.target_id) filter (where a.started_at >= %(day_begin)s), max(a.started_at)"
    " from publishing.post_targets as t"
    " join publishing.publish_attempts as a on a.organization_id = t.organization_id and a.target_id = t.target_id"
    " where t.organization_id = %(organization_id)s and t.account_id = %(account_id)s"
    " and t.channel_type = %(channel_type)s and t.target_id <> %(target_id)s and a.publisher <> 'dry_run'"
    " and a.started_at >= %(since)s and (a.outcome is null or a.outcome in ('published', 'unknown'))"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of one channel; None for no limit."""

    posts_a_day: int | None
    minutes_between_posts: int | None
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

    Locks the account's channel until the end of the transaction, so that of several publishers one at a time counts and
    adds its attempt.
    """
    if limits.posts_a_day is None and limits.minutes_between_posts is None:
        return
    queue = f"{row['account_id']}/{row['channel_type']}"
    connection.execute("select pg_advisory_xact_lock(hashtext('syndication sending'), hashtext(%s))", [queue])
    # After the lock, so that these statements see what the publisher before it has committed.
    (now,) = connection.execute("select clock_timestamp()").fetchall()[0]
    day_begin, day_end = _day(now, limits.time_zone)
    gap = timedelta(minutes=limits.minutes_between_posts or 0)
    slots_today, sent_today, sent_last = connection.execute(
        _COUNTS, {**row, "day_begin": day_begin, "day_end": day_end, "since": min(day_begin, now - gap)}
    ).fetchall()[0]
    if limits.posts_a_day is not None:
        if sent_today >= limits.posts_a_day:
            raise NoRoomError(
                queue,
                f"{queue} has sent {sent_today} of {limits.posts_a_day} posts of today (rule maximum_posts_per_day): "
                "the others wait.",
            )
        if row["scheduled_at"] < day_begin and sent_today + slots_today >= limits.posts_a_day:
            raise NoRoomError(
                row["target_id"],
                f"{row['target_id']} is late and waits: the posts of today on {queue} have their slots (rule "
                "maximum_posts_per_day).",
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
