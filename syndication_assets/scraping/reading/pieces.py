"""What a landed file is split into: items, and defects with their reasons.

The pieces of an element: usually the element is an item. Some programs put a list around each page of posts, or around
the whole answer of an API; then the element holds several items.
"""

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

ListPaths = tuple[tuple[str, ...], ...]
"""Where an object may have its list of items: `(("data", "posts"),)`. The first path that leads to a list is used."""


class RawItem(msgspec.Struct, frozen=True, gc=False):
    """One item: its position among the items of the file, from 0, and its exact JSON text (an object, valid UTF-8)."""

    position: int
    payload: bytes


class Defect(msgspec.Struct, frozen=True, gc=False):
    """Text that is not an item, with a reason that never quotes the payload.

    `position` is None for the file as a whole. `payload` is then the whole file (not a copy), or the unexpected text
    around the list.
    """

    position: int | None
    reason: str
    payload: bytes


Piece = tuple[str | None, bytes]
"""A piece without its position: (None, text of an item) or (reason, text of a defect)."""

WHITESPACE = b" \t\r\n"
BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_list_of_values = msgspec.json.Decoder(list[msgspec.Raw])
_object_of_values = msgspec.json.Decoder(dict[str, msgspec.Raw])

_KINDS = {b"[": "a list", b"{": "an object", b'"': "a string", b"t": "true", b"f": "false", b"n": "null"}


def kind_of(value: bytes) -> str:
    return _KINDS.get(value[:1], "a number")


def values_of(text: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The elements of a list. Raises one of BROKEN if the list is not valid."""
    return _list_of_values.decode(text)


def members_of(text: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The members of an object. Raises one of BROKEN if the object is not valid."""
    return _object_of_values.decode(text)


def numbered(pieces: Iterable[Piece], first_position: int = 0) -> Iterator[RawItem | Defect]:
    for position, (reason, text) in enumerate(pieces, start=first_position):
        yield RawItem(position, text) if reason is None else Defect(position, reason, text)


def pieces_of(element: bytes, list_paths: ListPaths) -> Iterator[Piece]:
    """The pieces of one element of the list, whose brackets are balanced. The adapter checks the content of items."""
    inner = _items_inside(element, list_paths)
    if inner is None:
        yield _piece(element)
    else:
        yield from (_piece(bytes(value)) for value in inner)


def list_in(envelope: dict[str, msgspec.Raw], list_paths: ListPaths) -> list[msgspec.Raw] | None:
    """The list to which the first matching path leads; None if none does. Raises one of BROKEN if it is not valid."""
    return next((found for path in list_paths if (found := _list_at(envelope, path)) is not None), None)


def _items_inside(element: bytes, list_paths: ListPaths) -> list[msgspec.Raw] | None:
    """The objects in a list, or in the list of an envelope; None for everything else.

    A list that holds anything but objects stays one defect, which is easier to understand than one for each value.
    """
    try:
        if element[:1] == b"[":
            inner = values_of(element)
        else:
            for key in _first_keys(list_paths):
                if key in element:
                    break
            else:
                return None
            inner = list_in(members_of(element), list_paths) or []
    except BROKEN:
        return None
    return inner if inner and all(_first(value) == b"{" for value in inner) else None


@cache
def _first_keys(list_paths: ListPaths) -> tuple[bytes, ...]:
    """One of these is in every envelope, as JSON writes them. Most items have none, which is found fast."""
    return tuple(b'"%s"' % key.encode() for key in dict.fromkeys(path[0] for path in list_paths))


def _piece(element: bytes) -> Piece:
    if element[:1] != b"{":
        return f"this element of the list is {kind_of(element)}, but an object is expected", element
    if not element.isascii():
        try:
            element.decode()
        except UnicodeDecodeError:
            return "the item is not valid UTF-8", element
    return None, element


def _list_at(envelope: dict[str, msgspec.Raw], path: tuple[str, ...]) -> list[msgspec.Raw] | None:
    value = envelope.get(path[0])
    for key in path[1:]:
        if value is None or _first(value) != b"{":
            return None
        value = members_of(value).get(key)
    return values_of(value) if value is not None and _first(value) == b"[" else None


def _first(value: msgspec.Raw) -> bytes:
    return bytes(memoryview(value)[:1])
