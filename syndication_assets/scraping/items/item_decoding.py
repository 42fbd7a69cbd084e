"""Decodes an item as the shape of its source, and says why an item cannot be decoded.

Every rejection is an `ItemRejectedError` whose message names the path in the item (`$.stats.like`), never its content.
"""

import json
import re
from contextlib import suppress
from typing import Annotated, Any, TypeVar, cast

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError

MAXIMUM_COUNTER = 10**12
MAXIMUM_DEPTH = 100

Counter = Annotated[int, msgspec.Meta(ge=0, le=MAXIMUM_COUNTER)]
"""An integer from 0 to MAXIMUM_COUNTER, also written `12.0`; other values are rejected with the path of their key."""

Size = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""Pixels of an edge, or a number of pages."""

Ignored = Any
"""The type of a key that is known but not read."""

T = TypeVar("T")

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
# A string, which is skipped whole, or a number. A string that is never closed ends with the text.
_STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?', re.DOTALL)


def decode_item(payload: bytes | msgspec.Raw, item_type: type[T], path: str = "$") -> T:
    """Decodes the payload as `item_type`, strictly: no strings for numbers. `path` locates the payload."""
    decoder = _decoders.get(item_type)
    if decoder is None:
        decoder = _decoders[item_type] = msgspec.json.Decoder(item_type)
    try:
        item: T = decoder.decode(payload)
    except (ValueError, RecursionError) as error:
        if isinstance(error, msgspec.ValidationError) and "got `float`" in str(error):
            with suppress(ValueError, RecursionError):
                return cast("T", decoder.decode(_STRING_OR_NUMBER.sub(_integer, payload)))
        raise ItemRejectedError(rejection_reason(error, bytes(payload), path)) from None
    return item


def _integer(match: re.Match[bytes]) -> bytes:
    """An integer for a number such as `12.0`: programs that keep a table in memory write integers so."""
    digits, point, fraction = match[0].partition(b".")
    return digits if point and not fraction.strip(b"0") and not digits.startswith(b'"') else match[0]


def rejection_reason(error: Exception, payload: bytes, path: str) -> str:
    """Why msgspec rejected the payload, which is at `path` of the item."""
    if not isinstance(error, msgspec.ValidationError):
        return f"the item {why_not_json(payload)}"
    problem, _, place = str(error).partition(" - at `")
    problem = (
        "a number is out of range"
        if "out of range" in problem
        else problem[:1].lower() + problem[1:].replace("`", "").replace(" | ", " or ")
    )
    return f"{path}{place.strip('`')[1:]}: {problem}"


def why_not_json(payload: bytes) -> str:
    """Why the strict parser rejected the payload, as the end of a sentence ("… is not valid UTF-8")."""
    if b"\0" in payload:
        return "contains raw NUL bytes: it is damaged, or was not written completely"
    constants: list[str] = []
    try:
        json.loads(payload.decode(), parse_constant=constants.append, parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        return "is not valid UTF-8"
    except json.JSONDecodeError as error:
        return f"is not valid JSON (at character {error.pos})"
    except RecursionError:
        return f"is nested deeper than {MAXIMUM_DEPTH} levels"
    if constants:
        return "contains NaN or Infinity, which JSON does not allow"
    return "contains half a surrogate pair, which is not a character, or a number out of range"
