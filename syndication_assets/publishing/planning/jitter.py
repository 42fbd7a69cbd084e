"""Jitter: how long after its slot a post is published, so that posts do not all appear on the minute. Pure.

A delay is pseudo-random but deterministic: it depends on the schedule's id and the slot's time only, so the preview, a
re-run and a backfill compute the same time in any process and order. It is whole minutes of elapsed time, even across a
change of daylight saving time, and ends before the next slot: the slots of a schedule keep their order and never
coincide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice

from syndication_assets.publishing.planning.slots import Schedule, slots_after

MAXIMUM_JITTER = 120
"""Minutes. publishing.publishing_schedules has the same bound."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class JitteredSlot:
    """A slot (UTC), and when its post is published."""

    slot_at: datetime
    scheduled_at: datetime


def jittered_time(schedule_id: str, jitter_minutes: int, slot_at: datetime, following: datetime | None) -> datetime:
    """When the post of a slot is published: 0 to `jitter_minutes` later, and before the `following` slot, if any."""
    maximum = jitter_minutes
    if following is not None:
        maximum = min(maximum, (following - slot_at - timedelta.resolution) // _MINUTE)
    if maximum == 0:
        return slot_at
    digest = blake2b(f"{schedule_id} {slot_at.astimezone(UTC).isoformat()}".encode(), digest_size=8).digest()
    return slot_at + int.from_bytes(digest) % (maximum + 1) * _MINUTE


def next_jittered_slots(
    schedule_id: str, schedule: Schedule, jitter_minutes: int, after: datetime, count: int
) -> list[JitteredSlot]:
    """The first `count` slots whose posts are published later than `after` (aware). Errors as `slots_after`."""
    begins = after - jitter_minutes * _MINUTE
    jittered = (
        JitteredSlot(slot_at, jittered_time(schedule_id, jitter_minutes, slot_at, following))
        for slot_at, following in slots_with_following(schedule, begins)
    )
    return list(islice((slot for slot in jittered if slot.scheduled_at > after), count))


def slots_with_following(schedule: Schedule, after: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """The slots of `slots_after`, each with the slot that follows it; None after the last slot of the rule."""
    slots = slots_after(schedule, after)
    slot_at = next(slots, None)
    while slot_at is not None:
        following = next(slots, None)
        # The search covers a limited number of years; the following slot may lie just beyond it.
        yield slot_at, following or next(slots_after(schedule, slot_at), None)
        slot_at = following
