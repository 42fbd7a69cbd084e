"""A scraped Instagram post without its owner, text and pictures, but with its numbers. Pure."""

from collections.abc import Sequence

import msgspec

from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.items.observation import ParsedItem

_KEPT = ("type", "productType", "timestamp", "likesCount", "commentsCount", "videoViewCount", "videoPlayCount")


def anonymised(payload: bytes, parsed: ParsedItem, treatments: Sequence[Treatment | None]) -> bytes:
    """The post under an invented short code, with the id of the erasure for its owner."""
    (treatment,), (observation,) = treatments, parsed.observations
    if treatment is None:
        return payload
    post = msgspec.json.decode(payload)
    kind, value = observation.ids[0]
    kept = {name: post[name] for name in _KEPT if name in post}
    kept["shortCode"] = treatment.new_id(observation.platform, kind, value)
    if observation.author is not None:
        kept["ownerUsername"] = treatment.erasure_id
    return msgspec.json.encode(kept)
