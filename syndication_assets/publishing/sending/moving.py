"""Moves a post to another day, into a slot that planning could have given it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.planning.queues import read_limits, read_schedules, read_taken_slots
from syndication_assets.publishing.planning.slot_assignment import QueueLimits, Slot, Text, assign_slots
from syndication_assets.publishing.sending.target_decisions import (
    locked_target,
    require_approved,
    require_state,
    schedule,
)

_PLANNING = "publishing.post_targets"
"""The lock of planning: it gives the slot to nobody else meanwhile."""


def move_to_day(url: str, target_id: str, day: date, actor: str) -> Slot:
    """Gives the target the first free slot of a day, in the time zone of the schedule; returns the slot.

    The schedules, slots that are taken and limits of the channel hold as they do for planning. A post that is sent
    moves into no past slot; a simulated one may. SyndicationError if the day has no free slot, and unless the target is
    ready or scheduled and its text is approved.
    """
    with locked_target(url, target_id, actor, lock=_PLANNING) as (connection, row):
        require_state(row, "ready", "scheduled")
        require_approved(row)
        queue = (row["organization_id"], row["account_id"], row["channel_type"])
        schedules, _ = read_schedules(connection)
        limits = read_limits(connection).get(queue, QueueLimits())
        gap = timedelta(minutes=limits.minutes_between_posts or 0)
        text = Text(queue, row["content_id"], row["content_hash"], day, datetime.now(UTC), row["is_simulated"])
        taken = read_taken_slots(connection, day, gap, left_out=target_id)
        (slot,) = assign_slots([text], {queue: schedules.get(queue, [])}, taken, {queue: limits})
        if slot is None or slot.slot_at.astimezone(ZoneInfo(slot.time_zone)).date() != day:
            raise SyndicationError(
                f"{day} has no free slot for {target_id}: see the schedules of its account with `syndication schedule "
                "list`, or choose another day."
            )
        schedule(connection, row, slot)
    return slot
