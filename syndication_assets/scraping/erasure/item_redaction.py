"""An item without the posts of some people, or with their posts under no name, as the text of an item. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.erasure.person_to_erase import Person
from syndication_assets.scraping.items.observation import ParsedItem, PostObservation
from syndication_assets.scraping.post_sources import Source

TreatmentOf = Callable[[PostObservation], Treatment | None]


def redacted_payload(
    source: Source, payload: bytes, tracked_username: str | None, parsed: ParsedItem, treatment_of: TreatmentOf
) -> bytes | None:
    """The text of the item without the erased posts: the same object if it has none, None if nothing is left.

    What belongs to other people stays with its numbers: the post that is quoted or reposted, or the post around an
    erased quotation. A plain repost of an erased post goes with it, because it has nothing of its own. An anonymised
    post keeps its numbers, its type and its time, with an invented id.
    """
    treatments = [treatment_of(observation) for observation in parsed.observations]
    erased = [treatment is not None and not treatment.is_anonymised for treatment in treatments]
    if any(erased):
        part = None if all(erased) or source.kept_part is None else source.kept_part(payload, parsed, erased)
        if part is None:
            return None
        try:
            rest = source.parse_item(part, tracked_username)
        except ItemRejectedError:
            return None
        return redacted_payload(source, part, tracked_username, rest, treatment_of)
    if not any(treatments):
        return payload
    if source.anonymised is None:
        return None
    return source.anonymised(payload, parsed, treatments)


def without_names(payload: bytes, person: Person, replacement: str) -> bytes:
    """The JSON with a replacement for the names of the person in each of its texts; usually the same object."""
    value = msgspec.json.decode(payload)
    changed = _replaced(value, person, replacement)
    return payload if changed == value else msgspec.json.encode(changed)


def _replaced(value: Any, person: Person, replacement: str) -> Any:
    if isinstance(value, str):
        return person.without_name(value, replacement)
    if isinstance(value, list):
        return [_replaced(each, person, replacement) for each in value]
    if isinstance(value, dict):
        return {
            _replaced(name, person, replacement): _replaced(each, person, replacement) for name, each in value.items()
        }
    return value
