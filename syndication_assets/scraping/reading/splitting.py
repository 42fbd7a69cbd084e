"""Splits a landed file into its items, without parsing them.

A valid file is split in one pass of a C parser. Only if that fails, the tolerant path (`damaged_files`) runs: it loses
the damaged item and keeps the others. Without a `Defect` the whole file was valid.
"""

from collections.abc import Iterator
from itertools import chain

import msgspec

from syndication_assets.scraping.items.item_decoding import why_not_json
from syndication_assets.scraping.reading.damaged_files import split_damaged_list, split_damaged_object
from syndication_assets.scraping.reading.pieces import (
    BROKEN,
    WHITESPACE,
    Defect,
    ListPaths,
    RawItem,
    kind_of,
    list_in,
    members_of,
    numbered,
    pieces_of,
    values_of,
)

__all__ = ["Defect", "RawItem", "split_items"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FOREIGN_BEGINNINGS = (
    (b"<", "the file is not JSON: it looks like HTML or XML, perhaps an error page of the source"),
    (b"\x1f\x8b", "the file is not JSON: it is compressed with gzip"),
    (b"PK\x03\x04", "the file is not JSON: it is a ZIP archive"),
    (b"\xff\xfe", "the file is UTF-16, but UTF-8 is expected"),
    (b"\xfe\xff", "the file is UTF-16, but UTF-8 is expected"),
)


def split_items(
    data: bytes, list_paths: ListPaths, *, one_object_is_an_item: bool = False
) -> Iterator[RawItem | Defect]:
    """The items of a file in order, each as a `RawItem` or a `Defect`; never raises, whatever the bytes.

    The file is a list of items, or an object in which one of `list_paths` leads to such a list. An element of the list
    may itself be a list of items or such an object; its items are counted on. With `one_object_is_an_item`, any other
    object is the only item, unless it has the first key of a path: then it is the envelope of the source without its
    list, a defect of the file. An empty list is a defect too, because it should be noticed. A UTF-8 byte order mark is
    skipped.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    text = data.lstrip(WHITESPACE)
    beginning = text[:1]
    if beginning == b"[" and b"\0" not in text[:4]:
        yield from _split_list(text, list_paths)
    elif beginning == b"{" and b"\0" not in text[:4]:
        yield from _split_object(text, list_paths, one_object_is_an_item)
    else:
        yield Defect(None, _why_no_items(text), data)


def _why_no_items(text: bytes) -> str:
    if not text:
        return "the file is empty"
    for beginning, reason in _FOREIGN_BEGINNINGS:
        if text.startswith(beginning):
            return reason
    if b"\0" in text[:4]:
        return "the file begins with NUL bytes: it is UTF-16 or UTF-32, or was not written completely"
    try:
        msgspec.json.decode(text)
    except BROKEN:
        return f"the file is not JSON: it {why_not_json(text)}"
    return f"the file is only {kind_of(text)}, but a list of items is expected"


def _split_list(text: bytes, list_paths: ListPaths) -> Iterator[RawItem | Defect]:
    try:
        elements = values_of(text)
    except BROKEN:
        yield from split_damaged_list(text, 1, list_paths, is_whole_file=True)
        return
    yield from _split_elements(elements, list_paths, text)


def _split_elements(elements: list[msgspec.Raw], list_paths: ListPaths, text: bytes) -> Iterator[RawItem | Defect]:
    if not elements:
        yield Defect(None, "the list has no items", text)
    yield from numbered(chain.from_iterable(pieces_of(bytes(element), list_paths) for element in elements))


def _split_object(text: bytes, list_paths: ListPaths, one_object_is_an_item: bool) -> Iterator[RawItem | Defect]:
    try:
        envelope = members_of(text)
        elements = list_in(envelope, list_paths)
    except BROKEN:
        yield from split_damaged_object(text, list_paths, one_object_is_an_item)
        return
    places = " or ".join(".".join(path) for path in list_paths)
    if elements is not None:
        yield from _split_elements(elements, list_paths, text)
    elif any(path[0] in envelope for path in list_paths):
        yield Defect(None, f"the file is an object without a list of items at {places}", text)
    elif one_object_is_an_item:
        yield from numbered(pieces_of(text.rstrip(WHITESPACE), ()))
    else:
        yield Defect(None, f"the file is one object, but a list is expected, or a list at {places}", text)
