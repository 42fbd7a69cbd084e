"""Tells an item of another shape from an item with some new keys.

Another actor or endpoint may name its ids as ours does, and everything else differently. Such an item would become a
post without a single number, silently: it is rejected instead.
"""

from typing import Any

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_survey import KnownKeys
from syndication_assets.scraping.items.observation import Counters, ParsedItem, PostObservation

_SHOWN_KEYS = 5
_NOTHING_MEASURED = (None, Counters())


class UnknownShapeError(ItemRejectedError):
    """The item has another shape than the adapter reads. Its unknown keys are counted like those of a loaded item."""

    def __init__(self, message: str, unknown_keys: tuple[str, ...]) -> None:
        super().__init__(message)
        self.unknown_keys = unknown_keys


def item_of_known_shape(
    payload: bytes,
    known: KnownKeys,
    unknown_keys: tuple[str, ...],
    observations: tuple[PostObservation, ...],
    scraped_profile: str | None = None,
) -> ParsedItem:
    """The parsed item. UnknownShapeError if it has no counter at all and more unknown keys than known ones.

    An item without counters is fine if its keys are known: the source did not measure. An item with many new keys is
    fine if it has numbers: the source has become more talkative.
    """
    if unknown_keys and all(observation.counters in _NOTHING_MEASURED for observation in observations):
        known_count, unknown_count = _counts(msgspec.json.decode(payload), known)
        if unknown_count > known_count:
            first = ", ".join(unknown_keys[:_SHOWN_KEYS])
            more = f" and {len(unknown_keys) - _SHOWN_KEYS} more" if len(unknown_keys) > _SHOWN_KEYS else ""
            raise UnknownShapeError(
                f"unknown shape: no counter was found, and {unknown_count} of {known_count + unknown_count} keys are "
                f"unknown ({first}{more}); another actor or endpoint?",
                unknown_keys,
            )
    return ParsedItem(observations, unknown_keys, scraped_profile)


def _counts(item: dict[str, Any], known: KnownKeys) -> tuple[int, int]:
    """(known, unknown) keys at the levels that the adapter knows."""
    unknown_count = len(item.keys() - known.keys)
    known_count = len(item) - unknown_count
    for key, below in known.children:
        value = item.get(key)
        for element in value if type(value) is list else [value]:
            if type(element) is dict:
                counts = _counts(element, below)
                known_count, unknown_count = known_count + counts[0], unknown_count + counts[1]
    return known_count, unknown_count
