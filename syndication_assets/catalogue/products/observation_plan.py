"""Decides of which snapshots a load writes or removes the observations, so that the others need not be parsed."""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ObservationPlan:
    """The times of a vendor's snapshots by what the load does with their observations."""

    written: list[datetime]
    """Accepted, and not what the history says: their products are compared with it."""
    removed: list[datetime]
    """In the history, but not accepted any more."""
    following: list[datetime]
    """The next accepted snapshots after these, which stay as they are."""


def plan_observations(
    before: Mapping[datetime, bytes], after: Mapping[datetime, bytes], found: Collection[datetime]
) -> ObservationPlan:
    """Compares the accepted snapshots in the history with those that are accepted now; each has its content hash.

    A snapshot in the history is written if its hash changed. A new one is written unless it equals the accepted
    snapshot before it: nothing has changed then, so it has no observations. An empty hash equals no other one, also
    not itself in a snapshot that was `found` on the day of the load.
    """
    written = []
    predecessor: bytes | None = None
    for moment, content_hash in sorted(after.items()):
        is_same = content_hash == before.get(moment, predecessor)
        if not content_hash:
            is_same = moment in before and moment not in found and is_same
        if not is_same:
            written.append(moment)
        predecessor = content_hash
    removed = sorted(before.keys() - after.keys())
    staying = sorted(before.keys() & after.keys())
    following = set()
    for moment in [*written, *removed]:
        place = bisect_right(staying, moment)
        if place < len(staying):
            following.add(staying[place])
    return ObservationPlan(written, removed, sorted(following.difference(written)))
