"""Texts from outside as they may be stored and shown: of a model, an API's error, a feed.

They are cleaned here, once, where they come in: one character that PostgreSQL refuses would cost everything that is
written with it, and one escape sequence rewrites the terminal of whoever reads it.
"""

import json
import re
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")
# CSI, OSC and DCS sequences with their arguments, then any other escape sequence. Each search ends at the next escape
# character at the latest, so that many unfinished sequences take linear time.
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)
_KEPT = {ord("\n"), ord("\t")}
_REPLACED: dict[int, str | None] = dict.fromkeys({*range(0x20), 0x7F, *range(0xD800, 0xE000)} - _KEPT)
# Read as browsers read them: somebody took Windows-1252 for Latin-1.
_REPLACED |= {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_MOST_DIGITS = 40


def clean(text: str, longest: int | None = None) -> str:
    """The text without escape sequences, control characters and halves of surrogate pairs, cut at `longest` characters.

    Line breaks and tabs stay; C1 controls become the characters that Windows-1252 has in their place.
    """
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _ESCAPE_SEQUENCE.sub("", text).translate(_REPLACED)
    return text if longest is None else text[:longest]


def read_json(content: bytes | str) -> Any:
    """The value of a JSON text, every string in it cleaned. ValueError if it is not JSON.

    Bytes that are not UTF-8 become U+FFFD. NaN, infinities and integers of more than 40 digits become None.
    """
    text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else content
    try:
        return cleaned(json.loads(text, strict=False, parse_constant=lambda _: None, parse_int=_integer))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def read_as(content: bytes, shape: type[Shape]) -> Shape:
    """A JSON answer in this shape, every string in it cleaned. ValueError if it has another shape or is not JSON.

    Half of a surrogate pair anywhere in it, even under a key that nobody reads, ends msgspec's own decoder.
    """
    try:
        return msgspec.convert(read_json(content), shape)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def cleaned(value: Any) -> Any:
    """A JSON value with every string in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): cleaned(item) for key, item in value.items()}
    return [cleaned(item) for item in value] if isinstance(value, list) else value
