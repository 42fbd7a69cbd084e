"""LinkedIn ids, which contain their publication time: `id >> 22` is UTC milliseconds."""

from random import Random

LOW_BITS = 22


def activity_id(published_ms: int, low_bits: int) -> str:
    """The 19 digits of an activity published at this time; `low_bits` (below 2**22) tells ids of one ms apart."""
    return str(published_ms << LOW_BITS | low_bits)


def published_ms_of(post_id: str) -> int:
    """The publication time that an id contains, in UTC milliseconds."""
    return int(post_id) >> LOW_BITS


def draw_activity_id(rng: Random, published_ms: int) -> str:
    return activity_id(published_ms, rng.getrandbits(LOW_BITS))


def draw_content_id(rng: Random, published_ms: int) -> str:
    """A share or ugcPost id: created some milliseconds before its activity, so the two ids always differ."""
    return activity_id(published_ms - rng.randint(20, 900), rng.getrandbits(LOW_BITS))
