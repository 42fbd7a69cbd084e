"""LinkedIn ids, which carry their time: `id >> 22` is the publication time in UTC milliseconds."""

from random import Random

LOW_BITS = 22


def activity_id(published_ms: int, low_bits: int) -> str:
    """The 19 digits of an activity published at this time; `low_bits` (below 2**22) tells apart what one ms holds."""
    return str(published_ms << LOW_BITS | low_bits)


def published_ms_of(post_id: str) -> int:
    """The publication time that an id carries, in UTC milliseconds."""
    return int(post_id) >> LOW_BITS


def draw_activity_id(rng: Random, published_ms: int) -> str:
    return activity_id(published_ms, rng.getrandbits(LOW_BITS))


def draw_content_id(rng: Random, published_ms: int) -> str:
    """A share or ugcPost id: made some milliseconds before the activity that announces it, so never its number."""
    return activity_id(published_ms - rng.randint(20, 900), rng.getrandbits(LOW_BITS))
