"""How much later than its slot a post goes out, where its schedule says that not all go out on the minute. Pure.

A delay looks random and is always the same: it is made of the schedule's id and the slot's time alone, so the preview,
a re-run and a backfill name one time, in any process and order. It is whole minutes of elapsed time, whatever the
clock does in between, and ends before the next slot: slots of a schedule keep their order, and no two fall together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice

from syndication_assets.publishing.slots import Schedule, slots_after

LONGEST_STAGGER = 120
"""Minutes. The same bound stands in publishing.publishing_schedules."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StaggeredSlot:
    """A slot (UTC), and when what has it goes out."""

    slot_at: datetime
    scheduled_at: datetime


def put_off(schedule_id: str, jitter_minutes: int, slot_at: datetime, following: datetime | None) -> datetime:
    """When the post of a slot goes out: 0 to `jitter_minutes` after it, and before the slot that follows, if any."""
    most = jitter_minutes
    if following is not None:
        most = min(most, (following - slot_at - timedelta.resolution) // _MINUTE)
    if most == 0:
        return slot_at
    digest = blake2b(f"{schedule_id} {slot_at.astimezone(UTC).isoformat()}".encode(), digest_size=8).digest()
    return slot_at + int.from_bytes(digest) % (most + 1) * _MINUTE


def next_staggered_slots(
    schedule_id: str, schedule: Schedule, jitter_minutes: int, after: datetime, count: int
) -> list[StaggeredSlot]:
    """The first `count` slots that go out later than `after` (aware). Errors as `slots_after`."""
    begins = after - jitter_minutes * _MINUTE
    staggered = (
        StaggeredSlot(slot_at, put_off(schedule_id, jitter_minutes, slot_at, following))
        for slot_at, following in slots_with_the_next(schedule, begins)
    )
    return list(islice((slot for slot in staggered if slot.scheduled_at > after), count))


def slots_with_the_next(schedule: Schedule, after: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """The slots as `slots_after`, each with the one that follows it: None where the rule has no more."""
    slots = slots_after(schedule, after)
    slot_at = next(slots, None)
    while slot_at is not None:
        following = next(slots, None)
        # The search ends after some years, and that may be between two slots.
        yield slot_at, following or next(slots_after(schedule, slot_at), None)
        slot_at = following
