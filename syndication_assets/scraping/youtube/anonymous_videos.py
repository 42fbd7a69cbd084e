"""A YouTube video without its channel, title and pictures, but with its numbers. Pure."""

from collections.abc import Sequence

import msgspec

from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.items.observation import ParsedItem


def anonymised(payload: bytes, parsed: ParsedItem, treatments: Sequence[Treatment | None]) -> bytes:
    """The video under an invented id, with the id of the erasure for its channel."""
    (treatment,), (observation,) = treatments, parsed.observations
    if treatment is None:
        return payload
    video = msgspec.json.decode(payload)
    snippet, details = video.get("snippet") or {}, video.get("contentDetails") or {}
    kind, value = observation.ids[0]
    kept = {
        "kind": video.get("kind"),
        "id": treatment.new_id(observation.platform, kind, value),
        "snippet": {
            "publishedAt": snippet.get("publishedAt"),
            "channelId": treatment.erasure_id if observation.author is not None else None,
        },
        "statistics": video.get("statistics"),
        "contentDetails": {"duration": details.get("duration")},
    }
    return msgspec.json.encode({name: value for name, value in kept.items() if value is not None})
