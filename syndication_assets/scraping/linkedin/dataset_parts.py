"""What stays of a LinkedIn item when one of its two posts goes, or the name of an author. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.items.observation import ParsedItem, PostObservation

_ID_KEYS = {"activity": "activity_urn", "ugcPost": "ugcPost_urn", "share": "share_urn"}
_OF_THE_ACT = ("activity_urn", "posted_at", "post_type", "pagination_token")
"""Keys of a repost that tell of the act; all others are the original's."""


def kept_part(payload: bytes, parsed: ParsedItem, erased: Sequence[bool]) -> bytes | None:
    """The item of the post that stays: a quoted post, a post without its quotation, or the original of a repost.

    None for the repost of an erased original.
    """
    item = msgspec.json.decode(payload)
    _, second = parsed.observations
    if second.payload_member is not None:
        if erased[0]:
            return msgspec.json.encode(item[second.payload_member])
        return msgspec.json.encode(item | {second.payload_member: None})
    if erased[1]:
        return None
    original = {name: value for name, value in item.items() if name not in _OF_THE_ACT}
    return msgspec.json.encode(original | {"urn": {_ID_KEYS[kind]: value for kind, value in second.ids}})


def anonymised(payload: bytes, parsed: ParsedItem, treatments: Sequence[Treatment | None]) -> bytes:
    """The item with invented ids and without author, text, addresses and media of the anonymised posts."""
    item = msgspec.json.decode(payload)
    first, *others = parsed.observations
    is_repost = bool(others) and others[0].payload_member is None
    if is_repost:
        item = _anonymised_repost(item, first, others[0], treatments)
        return msgspec.json.encode(item)
    if treatments[0] is not None:
        item = _numbers_of(item, first, treatments[0]) | {
            other.payload_member: item[other.payload_member] for other in others if other.payload_member is not None
        }
    for other, treatment in zip(others, treatments[1:], strict=True):
        if treatment is not None and other.payload_member is not None:
            item[other.payload_member] = _numbers_of(item[other.payload_member], other, treatment)
    return msgspec.json.encode(item)


def _anonymised_repost(
    item: dict[str, Any],
    act: PostObservation,
    original: PostObservation,
    treatments: Sequence[Treatment | None],
) -> dict[str, Any]:
    """Activity id and time are the act's, everything else is the original's."""
    of_act, of_original = treatments
    if of_act is not None:
        item = {name: value for name, value in item.items() if name not in {"activity_urn", "pagination_token"}}
        item["urn"] = _urn(act, of_act)
    if of_original is not None:
        kind, value = original.ids[0]
        item = {
            name: item[name]
            for name in ("urn", "activity_urn", "posted_at", "post_type", "stats", "source_company")
            if name in item
        } | {
            "full_urn": f"urn:li:{kind}:{of_original.new_id(original.platform, kind, value)}",
            **_author(original, of_original),
        }
    return item


def _numbers_of(item: dict[str, Any], observation: PostObservation, treatment: Treatment) -> dict[str, Any]:
    kept: dict[str, Any] = {name: item[name] for name in ("posted_at", "post_type", "stats") if name in item}
    return {"urn": _urn(observation, treatment), **kept, **_author(observation, treatment)}


def _urn(observation: PostObservation, treatment: Treatment) -> dict[str, str]:
    return {_ID_KEYS[kind]: treatment.new_id(observation.platform, kind, value) for kind, value in observation.ids}


def _author(observation: PostObservation, treatment: Treatment) -> dict[str, Any]:
    """A page of a company is told by its address, which decides how missing counters are read."""
    if observation.author is None:
        return {}
    author: dict[str, Any] = {"username": treatment.erasure_id}
    if observation.author.followers is not None:
        author["follower_count"] = observation.author.followers
    if observation.author.kind == "company":
        author["company_url"] = f"https://www.linkedin.com/company/{treatment.erasure_id}"
    return {"author": author}
