"""What planning knows of the queues: their schedules, the slots that are taken, and the limits of their channels."""

from collections import defaultdict
from datetime import date, timedelta

from syndication_assets.database.connection import Connection
from syndication_assets.publishing.planning.slot_assignment import NamedSchedule, Queue, QueueLimits, TakenSlot
from syndication_assets.publishing.planning.slots import Schedule, ScheduleError, require_slots


def read_schedules(connection: Connection) -> tuple[dict[Queue, list[NamedSchedule]], dict[str, str]]:
    """The active schedules by queue, and the reason for each that is unreadable and left out."""
    schedules: dict[Queue, list[NamedSchedule]] = defaultdict(list)
    broken: dict[str, str] = {}
    for *queue, schedule_id, recurrence_rule, time_zone, starts_on, jitter_minutes in connection.execute(
        "select organization_id, account_id, channel_type, schedule_id, recurrence_rule, time_zone, starts_on,"
        " jitter_minutes"
        " from publishing.publishing_schedules where is_active order by schedule_id"
    ):
        schedule = Schedule(recurrence_rule, time_zone, starts_on)
        try:
            require_slots(schedule)
        except ScheduleError as error:  # the other schedules are still planned
            broken[schedule_id] = str(error)
        else:
            schedules[queue[0], queue[1], queue[2]].append(NamedSchedule(schedule_id, schedule, jitter_minutes))
    return schedules, broken


def read_taken_slots(
    connection: Connection, first_day: date, longest_gap: timedelta, *, left_out: str | None = None
) -> list[TakenSlot]:
    """The slots that have a target, from some days before on, but for that of the target `left_out`."""
    # Without an upper bound: the search of a late approval begins at the approval.
    rows = connection.execute(
        "select organization_id, account_id, channel_type, coalesce(slot_at, scheduled_at), scheduled_at,"
        " encode(content_hash, 'hex'),"
        " state in ('failed', 'cancelled') from publishing.post_targets"
        " where scheduled_at >= %s::date - interval '2 days' - %s and target_id is distinct from %s",
        [first_day, longest_gap, left_out],
    ).fetchall()
    return [TakenSlot((row[0], row[1], row[2]), *row[3:]) for row in rows]


def read_limits(connection: Connection) -> dict[Queue, QueueLimits]:
    """The limits of each queue whose channel has a hard rule for them: the same that hold when posts are sent."""
    rows = connection.execute(
        "select s.organization_id, s.account_id, s.channel_type,"
        " min(floor(coalesce(r.maximum, (r.value #>> '{}')::numeric)))"
        " filter (where r.requirement_key = 'maximum_posts_per_day')::integer,"
        " max(ceil(coalesce(r.minimum, (r.value #>> '{}')::numeric)))"
        " filter (where r.requirement_key = 'minutes_between_posts')::integer,"
        " min(floor(coalesce(r.maximum, (r.value #>> '{}')::numeric)))"
        " filter (where r.requirement_key = 'maximum_posts_per_day_of_account')::integer"
        " from publishing.publishing_schedules as s"
        " join channels.channel_requirements as r on s.platform = r.platform and s.channel_type = r.channel_type"
        " where s.is_active and r.is_active and r.severity = 'hard' and r.value_type = 'number'"
        " and r.requirement_category = 'engagement'"
        " and r.requirement_key in"
        " ('maximum_posts_per_day', 'minutes_between_posts', 'maximum_posts_per_day_of_account')"
        " group by s.organization_id, s.account_id, s.channel_type"
    ).fetchall()
    return {(row[0], row[1], row[2]): QueueLimits(*row[3:]) for row in rows}
