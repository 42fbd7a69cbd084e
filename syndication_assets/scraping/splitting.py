"""Splits a landed file into its items, without parsing them.

A valid file is split in one pass of a C parser. Only if that fails, the tolerant path runs: it loses the damaged item
and keeps the others. Without a `Defect` the whole file was valid.
"""

import re
from collections.abc import Iterator

import msgspec

from syndication_assets.scraping.item_rules import why_not_json

ListPaths = tuple[tuple[str, ...], ...]
"""Where an object may have its list of items: `(("data", "posts"),)`. The first path that leads to a list is used."""


class RawItem(msgspec.Struct, frozen=True, gc=False):
    """One item: its position in the list, from 0, and its exact JSON text (an object, valid UTF-8)."""

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


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHITESPACE = b" \t\r\n"
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_any_value = msgspec.json.Decoder(msgspec.Raw)
_list_of_values = msgspec.json.Decoder(list[msgspec.Raw])
_object_of_values = msgspec.json.Decoder(dict[str, msgspec.Raw])

# Strings are skipped whole, so brackets in texts do not count. Possessive: no backtracking over a truncated string.
_NEXT_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_NEXT_BRACKET_OR_COMMA = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL)
_STRING_OR_PUNCTUATION = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}:]', re.DOTALL)

_FOREIGN_BEGINNINGS = (
    (b"<", "the file is not JSON: it looks like HTML or XML, perhaps an error page of the source"),
    (b"\x1f\x8b", "the file is not JSON: it is compressed with gzip"),
    (b"PK\x03\x04", "the file is not JSON: it is a ZIP archive"),
    (b"\xff\xfe", "the file is UTF-16, but UTF-8 is expected"),
    (b"\xfe\xff", "the file is UTF-16, but UTF-8 is expected"),
)
_KINDS = {b"[": "a list", b"{": "an object", b'"': "a string", b"t": "true", b"f": "false", b"n": "null"}


def split_items(
    data: bytes, list_paths: ListPaths, *, one_object_is_an_item: bool = False
) -> Iterator[RawItem | Defect]:
    """The items of a file in order, each as a `RawItem` or a `Defect`; never raises, whatever the bytes.

    The file is a list of items, or an object in which one of `list_paths` leads to such a list. With
    `one_object_is_an_item`, any other object is the only item, unless it has the first key of a path: then it is the
    envelope of the source without its list, a defect of the file. An empty list is a defect too, because it should be
    noticed. A UTF-8 byte order mark is skipped.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    text = data.lstrip(_WHITESPACE)
    beginning = text[:1]
    if beginning == b"[" and b"\0" not in text[:4]:
        yield from _split_list(text)
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
    except _BROKEN:
        return f"the file is not JSON: it {why_not_json(text)}"
    return f"the file is only {_kind(text)}, but a list of items is expected"


def _kind(value: bytes) -> str:
    return _KINDS.get(value[:1], "a number")


def _split_list(text: bytes) -> Iterator[RawItem | Defect]:
    try:
        elements = _list_of_values.decode(text)
    except _BROKEN:
        yield from _split_damaged_list(text, 1, is_whole_file=True)
        return
    yield from _judge_all(elements, text)


def _judge_all(elements: list[msgspec.Raw], text: bytes) -> Iterator[RawItem | Defect]:
    if not elements:
        yield Defect(None, "the list has no items", text)
    for position, element in enumerate(elements):
        yield _judge(position, bytes(element))


def _judge(position: int, element: bytes) -> RawItem | Defect:
    """An item or a defect, for an element with balanced brackets. The adapter checks its content."""
    if element[:1] != b"{":
        return Defect(position, f"this element of the list is {_kind(element)}, but an object is expected", element)
    if not element.isascii():
        try:
            element.decode()
        except UnicodeDecodeError:
            return Defect(position, "the item is not valid UTF-8", element)
    return RawItem(position, element)


def _split_object(text: bytes, list_paths: ListPaths, one_object_is_an_item: bool) -> Iterator[RawItem | Defect]:
    try:
        envelope = _object_of_values.decode(text)
        for path in list_paths:
            if (elements := _list_at(envelope, path)) is not None:
                yield from _judge_all(elements, text)
                return
    except _BROKEN:
        yield from _split_damaged_object(text, list_paths, one_object_is_an_item)
        return
    places = " or ".join(".".join(path) for path in list_paths)
    if any(path[0] in envelope for path in list_paths):
        yield Defect(None, f"the file is an object without a list of items at {places}", text)
    elif one_object_is_an_item:
        yield _judge(0, text.rstrip(_WHITESPACE))
    else:
        yield Defect(None, f"the file is one object, but a list is expected, or a list at {places}", text)


def _list_at(envelope: dict[str, msgspec.Raw], path: tuple[str, ...]) -> list[msgspec.Raw] | None:
    value = envelope.get(path[0])
    for key in path[1:]:
        if value is None or bytes(memoryview(value)[:1]) != b"{":
            return None
        value = _object_of_values.decode(value).get(key)
    if value is None or bytes(memoryview(value)[:1]) != b"[":
        return None
    return _list_of_values.decode(value)


def _split_damaged_object(
    text: bytes, list_paths: ListPaths, one_object_is_an_item: bool
) -> Iterator[RawItem | Defect]:
    start = _start_of_list(text, list_paths)
    if start is not None:
        yield from _split_damaged_list(text, start, is_whole_file=False)
        return
    position = 0 if one_object_is_an_item else None
    _, is_truncated = _end_of_element(text, 0)
    if is_truncated:
        yield Defect(position, "the file ends in the middle of an object: it is truncated", text)
        return
    try:
        _any_value.decode(text)
    except msgspec.DecodeError as error:
        if "trailing characters" in str(error):
            reason = "the file continues after its first object (JSON Lines?), but one list is expected"
            yield Defect(None, reason, text)
            return
    except RecursionError:
        pass
    yield Defect(position, f"the object {why_not_json(text)}", text)


def _start_of_list(text: bytes, list_paths: ListPaths) -> int | None:
    """The offset after the `[` to which one of the paths leads, in an object that may be invalid."""
    wanted = {tuple(b'"%s"' % key.encode() for key in path) for path in list_paths}
    depths = {len(path) for path in wanted}
    keys: list[bytes] = []
    last_string = b""
    for match in _STRING_OR_PUNCTUATION.finditer(text):
        token = match[0]
        if token == b":" and keys:
            keys[-1] = last_string
        elif token in b"[{":
            if token == b"[" and len(keys) in depths and tuple(keys) in wanted:
                return match.end()
            keys.append(b"")
        elif token in b"]}":
            del keys[-1:]
        else:
            last_string = token
    return None


def _split_damaged_list(text: bytes, start: int, *, is_whole_file: bool) -> Iterator[RawItem | Defect]:
    """Splits element by element from `start`, the offset after the `[` of the list. Yields at least one defect."""
    has_defect = False
    position = 0
    while True:
        end, is_truncated = _end_of_element(text, start)
        terminator = text[end : end + 1]
        element = text[start:end].strip(_WHITESPACE)
        if element:
            result = _judge_damaged(position, element, is_truncated=is_truncated)
        else:
            result = _judge_gap(position, terminator)
        has_defect |= isinstance(result, Defect)
        yield result
        position += 1
        start = end + 1
        if terminator != b",":
            break
    rest = text[start:].strip(_WHITESPACE)
    if not terminator:
        if isinstance(result, RawItem):
            yield Defect(position, "the file ends before its list is closed: it is truncated after an item", b"")
    elif is_whole_file and rest:
        yield Defect(None, "the file continues after the end of its list", rest)
    elif not has_defect:
        yield Defect(None, "the text around the list of items is not valid JSON", rest)


def _judge_gap(position: int, terminator: bytes) -> Defect:
    if not terminator:
        return Defect(position, "the file ends where an item should begin: it is truncated", b"")
    if terminator == b"]" and position == 0:
        return Defect(None, "the list has no items", b"")
    return Defect(position, "the list has a comma without an item", b"")


def _judge_damaged(position: int, element: bytes, *, is_truncated: bool) -> RawItem | Defect:
    if is_truncated:
        reason = "the file ends in the middle of this item: it is truncated, or a quote or bracket is never closed"
        return Defect(position, reason, element)
    try:
        _any_value.decode(element)
    except _BROKEN:
        return Defect(position, f"the item {why_not_json(element)}", element)
    return _judge(position, element)


def _end_of_element(text: bytes, start: int) -> tuple[int, bool]:
    """The offset of the `,` or `]` after the element at `start`, or the end of the text if there is none; and whether
    the text ends inside an open bracket or string of the element.

    A closing bracket of the wrong kind closes the nearest matching bracket or is ignored, so that an item with a
    missing or an extra bracket does not swallow its neighbours.
    """
    open_brackets: list[bytes] = []
    number_open = {b"[": 0, b"{": 0}
    offset = start
    while match := (_NEXT_BRACKET if open_brackets else _NEXT_BRACKET_OR_COMMA).match(text, offset):
        offset = match.end()
        bracket = match[1]
        if bracket in number_open:
            open_brackets.append(bracket)
            number_open[bracket] += 1
        elif not open_brackets:
            if bracket != b"}":
                return offset - 1, False
        elif number_open[opening := b"[" if bracket == b"]" else b"{"]:
            while (closed := open_brackets.pop()) != opening:
                number_open[closed] -= 1
            number_open[opening] -= 1
    return len(text), bool(open_brackets) or text.find(b'"', offset) >= 0
