"""The rules for items of every source: what is rejected, and how values are converted.

Every rejection is an `ItemRejectedError` whose message names the path in the item (`$.stats.like`), never its content.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar, cast

import msgspec

from syndication_assets.landing.rejections import ItemRejectedError

MAXIMUM_COUNTER = 10**12
MAXIMUM_DEPTH = 100
MAXIMUM_HANDLE_LENGTH = 200
MAXIMUM_KEY_BYTES = 2_000
"""Longer values do not fit into a PostgreSQL index."""
MAXIMUM_TEXT_LENGTH = 1_000_000

Counter = Annotated[int, msgspec.Meta(ge=0, le=MAXIMUM_COUNTER)]
"""An integer from 0 to MAXIMUM_COUNTER, also written `12.0`; other values are rejected with the path of their key."""

Size = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""Pixels of an edge, or a number of pages."""

Ignored = Any
"""The type of a key that is known but not read."""

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_2000 = 946_684_800
_SECONDS_2100 = 4_102_444_800
_PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_CONTAINERS = frozenset((dict, list))
# PostgreSQL stores at most 16 383 digits after the decimal point. No counter or size needs a thousand.
_LONG_NUMBER = re.compile(r"[eE]-0*[1-9][0-9]{3}|[0-9]{1000}")
# A string, which is skipped whole, or a number. A string that is never closed ends with the text.
_STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?', re.DOTALL)
_SCHEME = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")


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
        raise ItemRejectedError(_rejection_reason(error, bytes(payload), path)) from None
    return item


def _integer(match: re.Match[bytes]) -> bytes:
    """An integer for a number such as `12.0`: programs that keep a table in memory write integers so."""
    digits, point, fraction = match[0].partition(b".")
    return digits if point and not fraction.strip(b"0") and not digits.startswith(b'"') else match[0]


def _rejection_reason(error: Exception, payload: bytes, path: str) -> str:
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
        raise ItemRejectedError(_rejection_reason(error, payload, "$")) from None
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


def utc_from_milliseconds(value: int, path: str) -> datetime:
    """Milliseconds since 1970 as UTC; rejects times outside of 2000 to 2100."""
    return _utc(value, "milliseconds", path)


def utc_from_seconds(value: int, path: str) -> datetime:
    """Seconds since 1970 as UTC; rejects times outside of 2000 to 2100 (milliseconds would be the year 57886)."""
    return _utc(value, "seconds", path)


def _utc(value: int, unit: str, path: str) -> datetime:
    per_second = _PER_SECOND[unit]
    if _SECONDS_2000 * per_second <= value < _SECONDS_2100 * per_second:
        return _EPOCH + timedelta(microseconds=value * (1_000_000 // per_second))
    for other, per_other in _PER_SECOND.items():
        if _SECONDS_2000 * per_other <= value < _SECONDS_2100 * per_other:
            raise ItemRejectedError(f"{path}: time outside 2000 to 2100; {other} where {unit} are expected?")
    raise ItemRejectedError(f"{path}: time outside 2000 to 2100")


def utc_from_iso(value: str, path: str) -> datetime:
    """An ISO 8601 time with a zone as UTC; rejects times without a zone and times outside of 2000 to 2100."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ItemRejectedError(f"{path}: not a time in ISO 8601") from None
    if moment.tzinfo is None:
        raise ItemRejectedError(f"{path}: a time without a zone")
    if not 1999 <= moment.year <= 2100 or not 2000 <= (moment := moment.astimezone(UTC)).year < 2100:
        raise ItemRejectedError(f"{path}: time outside 2000 to 2100")
    return moment


def clean_text(value: str | None) -> str | None:
    """A name, handle or address without surrounding white space (a stray CR of a CSV file); None if nothing is left."""
    return (value.strip() or None) if value else None


def clean_handle(value: str | None, path: str) -> str | None:
    """A user name or channel id in its original case; None if there is none."""
    handle = clean_text(value)
    if handle and (len(handle) > MAXIMUM_HANDLE_LENGTH or "\0" in handle):
        raise ItemRejectedError(f"{path}: a user name with a NUL, or of more than {MAXIMUM_HANDLE_LENGTH} characters")
    return handle


def media_key(url: str, path: str) -> str:
    """The URL without scheme, query and fragment: signed URLs of one picture only differ in their query."""
    key = _SCHEME.sub("", url, count=1).partition("#")[0].partition("?")[0].strip()
    if not key:
        raise ItemRejectedError(f"{path}: not a URL")
    if len(key) > MAXIMUM_KEY_BYTES // 4 and len(key.encode()) > MAXIMUM_KEY_BYTES:
        raise ItemRejectedError(f"{path}: a URL longer than {MAXIMUM_KEY_BYTES:,} bytes without its query")
    return key
