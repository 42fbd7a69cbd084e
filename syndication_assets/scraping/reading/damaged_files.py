"""Splits a file that is not valid JSON: loses the damaged item and keeps the others.

Every pattern runs in linear time: a string that is never closed ends with the text, instead of being tried again from
each of its quotes.
"""

import re
from collections.abc import Iterator

import msgspec

from syndication_assets.scraping.items.item_decoding import why_not_json
from syndication_assets.scraping.reading.pieces import (
    BROKEN,
    WHITESPACE,
    Defect,
    ListPaths,
    Piece,
    RawItem,
    numbered,
    pieces_of,
)

_any_value = msgspec.json.Decoder(msgspec.Raw)

# Strings are skipped whole, so brackets in texts do not count. Possessive: no backtracking over a truncated string.
_NEXT_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_NEXT_BRACKET_OR_COMMA = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL)
_STRING_OR_PUNCTUATION = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?"?|[\[\]{}:]', re.DOTALL)


def split_damaged_object(text: bytes, list_paths: ListPaths, one_object_is_an_item: bool) -> Iterator[RawItem | Defect]:
    """The pieces of an object that is not valid JSON."""
    start = _start_of_list(text, list_paths)
    if start is not None:
        yield from split_damaged_list(text, start, list_paths, is_whole_file=False)
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


def split_damaged_list(
    text: bytes, start: int, list_paths: ListPaths, *, is_whole_file: bool
) -> Iterator[RawItem | Defect]:
    """Splits element by element from `start`, the offset after the `[` of the list. Yields at least one defect."""
    has_defect = False
    position = 0
    while True:
        end, is_truncated = _end_of_element(text, start)
        terminator = text[end : end + 1]
        element = text[start:end].strip(WHITESPACE)
        if element:
            results = list(numbered(_pieces_of(element, list_paths, is_truncated=is_truncated), position))
        else:
            results = [_judge_gap(position, terminator)]
        has_defect |= any(isinstance(result, Defect) for result in results)
        yield from results
        position += len(results)
        start = end + 1
        if terminator != b",":
            break
    rest = text[start:].strip(WHITESPACE)
    if not terminator:
        if isinstance(results[-1], RawItem):
            yield Defect(position, "the file ends before its list is closed: it is truncated after an item", b"")
    elif is_whole_file and rest:
        yield Defect(None, "the file continues after the end of its list", rest)
    elif not has_defect:
        yield Defect(None, "the text around the list of items is not valid JSON", rest)


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


def _judge_gap(position: int, terminator: bytes) -> Defect:
    if not terminator:
        return Defect(position, "the file ends where an item should begin: it is truncated", b"")
    if terminator == b"]" and position == 0:
        return Defect(None, "the list has no items", b"")
    return Defect(position, "the list has a comma without an item", b"")


def _pieces_of(element: bytes, list_paths: ListPaths, *, is_truncated: bool) -> Iterator[Piece]:
    if is_truncated:
        reason = "the file ends in the middle of this item: it is truncated, or a quote or bracket is never closed"
        yield reason, element
        return
    try:
        _any_value.decode(element)
    except BROKEN:
        yield f"the item {why_not_json(element)}", element
        return
    yield from pieces_of(element, list_paths)


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
