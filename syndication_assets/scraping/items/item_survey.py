"""Surveys a whole item, including what no shape reads: its unknown keys, and what PostgreSQL could not store."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import MAXIMUM_DEPTH, rejection_reason

MAXIMUM_TEXT_LENGTH = 1_000_000

_CONTAINERS = frozenset((dict, list))
# PostgreSQL stores at most 16 383 digits after the decimal point. No counter or size needs a thousand.
_LONG_NUMBER = re.compile(r"[eE]-0*[1-9][0-9]{3}|[0-9]{1000}")


class KnownKeys:
    """The keys that an adapter knows at one level of an item, and the known keys below them."""

    __slots__ = ("children", "keys", "path")

    def __init__(self, path: str, keys: frozenset[str], children: tuple[tuple[str, "KnownKeys"], ...]) -> None:
        self.path = path
        self.keys = keys
        self.children = children


def known_keys(
    item_type: type[msgspec.Struct], opaque: Mapping[str, type[msgspec.Struct]] | None = None, path: str = "$"
) -> KnownKeys:
    """The keys of a shape and its nested shapes. `opaque` maps keys that are kept as raw JSON to their shapes."""
    children = []
    fields = msgspec.structs.fields(item_type)
    for field in fields:
        below = (opaque or {}).get(field.encode_name)
        suffix, shape = ("", below) if below else _shape_in(msgspec.inspect.type_info(field.type))
        if shape is not None:
            place = f"{path}.{field.encode_name}{suffix}"
            children.append((field.encode_name, known_keys(shape, path=place)))
    return KnownKeys(path, frozenset(field.encode_name for field in fields), tuple(children))


def _shape_in(info: msgspec.inspect.Type) -> tuple[str, type[msgspec.Struct] | None]:
    """The shape inside the type of a key, with the suffix `[]` if it belongs to the elements of a list."""
    if isinstance(info, msgspec.inspect.Metadata):
        return _shape_in(info.type)
    if isinstance(info, msgspec.inspect.StructType):
        return "", info.cls
    if isinstance(info, msgspec.inspect.ListType):
        suffix, shape = _shape_in(info.item_type)
        return f"[]{suffix}", shape
    if isinstance(info, msgspec.inspect.UnionType):
        return next((found for found in map(_shape_in, info.types) if found[1]), ("", None))
    return "", None


def _storable_number(number: str) -> float:
    value = float(number)
    if math.isinf(value) or _LONG_NUMBER.search(number):
        raise ItemRejectedError("a number of the item is too large, or has more digits than PostgreSQL can store")
    return value


_decode_any = msgspec.json.Decoder(float_hook=_storable_number).decode


def survey_item(payload: bytes, known: KnownKeys) -> tuple[str, ...]:
    """The sorted paths of unknown keys: `$.stats.brave`, `$.media.images[].alt`.

    Keys below an unknown key are not listed. Rejects items that PostgreSQL cannot store or that are ambiguous:
    duplicate keys, NUL characters, half surrogate pairs, deep nesting, overlong texts.
    """
    try:
        item = _decode_any(payload)
    except (ValueError, RecursionError) as error:
        raise ItemRejectedError(rejection_reason(error, payload, "$")) from None
    containers = _containers(item)
    if len(containers) > MAXIMUM_DEPTH:
        _reject_depth(item)
    if len(payload) > MAXIMUM_TEXT_LENGTH or b"\\u0000" in payload:
        _reject_texts(containers)
    number_of_keys = sum([len(container) for container in containers if type(container) is dict])
    # Without white space every key ends with these two bytes. Texts may contain them too, so the count is never too
    # low.
    if number_of_keys != payload.translate(None, b" \t\r\n").count(b'":'):
        _reject_duplicate_keys(payload)
    unknown: set[str] = set()
    _collect_unknown(item, known, unknown)
    return tuple(sorted(unknown))


def _containers(item: Any) -> list[Any]:
    """All objects and lists of a JSON value, without recursion: the loop appends to the list it iterates over."""
    containers = [item]
    for container in containers:
        for value in container.values() if type(container) is dict else container:
            if type(value) in _CONTAINERS:
                containers.append(value)
    return containers


def _reject_depth(item: Any) -> None:
    level = [item]
    for _ in range(MAXIMUM_DEPTH):
        values = [v for container in level for v in (container.values() if type(container) is dict else container)]
        level = [value for value in values if type(value) in _CONTAINERS]
        if not level:
            return
    raise ItemRejectedError(f"the item is nested deeper than {MAXIMUM_DEPTH} levels")


def _reject_texts(containers: list[Any]) -> None:
    for text in _texts(containers):
        if "\0" in text:
            raise ItemRejectedError(
                "a text of the item contains a NUL character (\\u0000), which PostgreSQL cannot store"
            )
        if len(text) > MAXIMUM_TEXT_LENGTH:
            raise ItemRejectedError(f"a text of the item is longer than {MAXIMUM_TEXT_LENGTH:,} characters")


def _texts(containers: list[Any]) -> Iterator[str]:
    for container in containers:
        if type(container) is dict:
            yield from container
        for value in container.values() if type(container) is dict else container:
            if type(value) is str:
                yield value


def _reject_duplicate_keys(payload: bytes) -> None:
    """The exact check, several times as expensive as parsing: only for payloads with more key ends than keys."""

    def reject(pairs: list[tuple[str, Any]]) -> None:
        keys: set[str] = set()
        for key, _ in pairs:
            if key in keys:
                raise ItemRejectedError(f"duplicate key {_quoted(key)}: it is unclear which value is meant")
            keys.add(key)

    json.loads(payload, object_pairs_hook=reject, parse_int=str, parse_float=str)


def _collect_unknown(item: dict[str, Any], known: KnownKeys, unknown: set[str]) -> None:
    if not item.keys() <= known.keys:
        unknown.update(f"{known.path}.{_readable(key)}" for key in item.keys() - known.keys)
    for key, below in known.children:
        value = item.get(key)
        if type(value) is dict:
            _collect_unknown(value, below, unknown)
        elif type(value) is list:
            for element in value:
                if type(element) is dict:
                    _collect_unknown(element, below, unknown)


def _readable(key: str) -> str:
    return key if key.isidentifier() and len(key) <= 100 else _quoted(key)


def _quoted(key: str) -> str:
    """A key as JSON text, cut after 100 characters, so that any key fits into a reason."""
    return json.dumps(key if len(key) <= 100 else f"{key[:100]}…", ensure_ascii=False)
