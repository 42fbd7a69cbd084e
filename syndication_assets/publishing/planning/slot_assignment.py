"""Assigns slots to texts. Pure: texts, schedules and taken slots in, a slot for each text out."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import takewhile
from zoneinfo import ZoneInfo

from syndication_assets.publishing.planning.jitter import MAXIMUM_JITTER, jittered_time, slots_with_following
from syndication_assets.publishing.planning.slots import Schedule, day_begins

LOOK_AHEAD = timedelta(days=30)
"""How long after the start of its day a text may get a slot."""

Queue = tuple[str, str, str]
"""Organization, account and channel: each has one post per slot."""


@dataclass(frozen=True, slots=True)
class Text:
    """An approved text that needs a slot in one queue."""

    queue: Queue
    content_id: str
    content_hash: str
    planned_on: date
    decided_at: datetime
    is_simulated: bool
    publish_at: datetime | None = None
    """The time that a person chose; None for the first free slot."""
    publish_before: datetime | None = None
    """When the event that it is about ends; None for other texts."""

    def is_late(self, moment: datetime) -> bool:
        """Whether a time is not before the end of its event."""
        return self.publish_before is not None and moment >= self.publish_before


@dataclass(frozen=True, slots=True)
class NamedSchedule:
    """A schedule of a queue."""

    schedule_id: str
    schedule: Schedule
    jitter_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of a schedule, and when its post is published."""

    slot_at: datetime
    """The occurrence of the rule; its day is the day of the slot."""
    scheduled_at: datetime
    """When its post is published: `slot_at` plus jitter."""
    schedule_id: str | None
    """None for a time that a person chose."""
    time_zone: str


@dataclass(frozen=True, slots=True)
class TakenSlot:
    """A slot that already has a target. That of a failed or cancelled target is free again for other texts."""

    queue: Queue
    slot_at: datetime
    scheduled_at: datetime
    content_hash: str
    is_free_for_others: bool


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """The hard rules of a queue's channel; None for no limit."""

    posts_a_day: int | None = None
    """On one local day of the schedule."""
    minutes_between_posts: int | None = None
    account_posts_a_day: int | None = None
    """Like `posts_a_day`, but the posts of all channels of the account count."""


def assign_slots(
    texts: Sequence[Text],
    schedules: Mapping[Queue, Sequence[NamedSchedule]],
    taken: Sequence[TakenSlot],
    limits: Mapping[Queue, QueueLimits],
) -> list[Slot | None]:
    """The slot of each text, in the order of the texts: the first free slot from its day on; None if 30 days have none,
    or none before the end of its event.

    A text for a real account gets no slot before its approval, because nothing can be sent in the past; a simulation
    may, so that past days can be simulated. A queue in `limits` gets no more posts on a day, and none closer to
    another one, than sending would allow: a planned post need not wait when it is due.

    If the jitter of a schedule changes, targets keep their time and their slot stays taken. Two posts of a queue are
    never published at the same time.
    """
    occupied_slots = {(slot.queue, slot.slot_at) for slot in taken if not slot.is_free_for_others}
    occupied_times = {(slot.queue, slot.scheduled_at) for slot in taken if not slot.is_free_for_others}
    slots_of_same_text = {
        (slot.queue, instant, slot.content_hash) for slot in taken for instant in (slot.slot_at, slot.scheduled_at)
    }
    slots: list[Slot | None] = [None] * len(texts)
    calendar = _Calendar()
    times = _Times(occupied_times)
    # Times that people chose come first: the other texts go around them.
    for number, text in sorted(enumerate(texts), key=lambda pair: pair[1].publish_at is None):
        if text.publish_at is not None:
            chosen = _chosen_time(text, text.publish_at, occupied_times, slots_of_same_text)
            if text.is_late(chosen.scheduled_at):
                continue
            slots[number] = chosen
            occupied_times.add((text.queue, chosen.scheduled_at))
            times.add(text.queue, chosen.scheduled_at)
            continue
        for slot in merge(*(calendar.slots(text, named) for named in schedules.get(text.queue, ())), key=_time):
            if text.is_late(slot.scheduled_at):
                break
            key, time_key = (text.queue, slot.slot_at), (text.queue, slot.scheduled_at)
            if key in occupied_slots or time_key in occupied_times:
                continue
            if (*key, text.content_hash) in slots_of_same_text or (*time_key, text.content_hash) in slots_of_same_text:
                continue
            if times.has_room(text.queue, slot, limits.get(text.queue, QueueLimits())):
                slots[number] = slot
                occupied_slots.add(key)
                occupied_times.add(time_key)
                times.add(text.queue, slot.scheduled_at)
                break
    return slots


def _chosen_time(
    text: Text,
    publish_at: datetime,
    occupied: Set[tuple[Queue, datetime]],
    of_same_text: Set[tuple[Queue, datetime, str]],
) -> Slot:
    """The time that a person chose, or its approval if that came later; minutes later if the queue has a post then.

    The limits of the channel do not move it: they hold when it is sent.
    """
    moment = publish_at if text.is_simulated else max(publish_at, text.decided_at)
    while (text.queue, moment) in occupied or (text.queue, moment, text.content_hash) in of_same_text:
        moment += timedelta(minutes=1)
    return Slot(moment, moment, None, "UTC")


def _time(slot: Slot) -> tuple[datetime, str]:
    return slot.scheduled_at, slot.schedule_id or ""


class _Calendar:
    """The slots of schedules, computed once per schedule and day."""

    def __init__(self) -> None:
        self._slots: dict[tuple[Schedule, datetime], list[tuple[datetime, datetime | None]]] = {}

    def slots(self, text: Text, named: NamedSchedule) -> Iterator[Slot]:
        day_begin = day_begins(text.planned_on, named.schedule.time_zone)
        earliest = day_begin if text.is_simulated else max(day_begin, text.decided_at)
        # Whole days, so that texts that were approved at different times of a day share a cache entry.
        begins = day_begin + timedelta(days=(earliest - day_begin).days)
        key = (named.schedule, begins)
        if key not in self._slots:
            end = begins + LOOK_AHEAD
            # The post of an earlier slot may be published after the day begins.
            just_before = begins - timedelta(minutes=MAXIMUM_JITTER, microseconds=1)
            self._slots[key] = list(
                takewhile(lambda pair: pair[0] < end, slots_with_following(named.schedule, just_before))
            )
        for slot_at, following in self._slots[key]:
            if slot_at >= day_begin:
                scheduled_at = jittered_time(named.schedule_id, named.jitter_minutes, slot_at, following)
                if scheduled_at >= earliest:
                    yield Slot(slot_at, scheduled_at, named.schedule_id, named.schedule.time_zone)


class _Times:
    """The sorted times of each queue and of each account, to count the posts of a local day and around a time."""

    def __init__(self, occupied: Iterable[tuple[Queue, datetime]]) -> None:
        self._of_queue: dict[Queue, list[datetime]] = defaultdict(list)
        self._of_account: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for queue, instant in sorted(occupied, key=lambda entry: entry[1]):
            self._of_queue[queue].append(instant)
            self._of_account[queue[:2]].append(instant)

    def add(self, queue: Queue, instant: datetime) -> None:
        insort(self._of_queue[queue], instant)
        insort(self._of_account[queue[:2]], instant)

    def has_room(self, queue: Queue, slot: Slot, limits: QueueLimits) -> bool:
        if limits.minutes_between_posts is not None:
            gap = timedelta(minutes=limits.minutes_between_posts)
            times = self._of_queue[queue]
            if bisect_right(times, slot.scheduled_at - gap) < bisect_left(times, slot.scheduled_at + gap):
                return False
        return all(
            maximum is None or _posts_on_day_of(slot, times) < maximum
            for maximum, times in (
                (limits.posts_a_day, self._of_queue[queue]),
                (limits.account_posts_a_day, self._of_account[queue[:2]]),
            )
        )


def _posts_on_day_of(slot: Slot, times: Sequence[datetime]) -> int:
    day = slot.scheduled_at.astimezone(ZoneInfo(slot.time_zone)).date()
    begins = day_begins(day, slot.time_zone)
    ends = day_begins(day + timedelta(days=1), slot.time_zone)
    return bisect_left(times, ends) - bisect_left(times, begins)
