"""Unwraps an API response: the list of items or the single object in it, each kept as its exact JSON text."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError

PRODUCT_LIST_KEYS = ("products",)
"""The keys under which a page of products may hold its list."""

# Prices are exact: a float would round them.
decode = msgspec.json.Decoder(float_hook=Decimal).decode
_decode_outer = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw]).decode


def items_of(content: bytes, keys: Sequence[str]) -> list[msgspec.Raw]:
    """The items of a bare list, or of the list under `data` or one of the keys. FileRejectedError without a list."""
    inner = _unwrapped(content, keys)
    if not isinstance(inner, list):
        raise FileRejectedError("it holds one object where a list was expected")
    return inner


def object_of(content: bytes) -> dict[str, msgspec.Raw]:
    """The object, or the object under `data`. FileRejectedError without an object."""
    inner = _unwrapped(content, ())
    if not isinstance(inner, dict):
        raise FileRejectedError("it holds a list where one object was expected")
    return inner


def decode_item(payload: bytes | msgspec.Raw) -> Any:
    """The value of one item; ItemRejectedError if it is not JSON."""
    try:
        return decode(payload)
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
        raise ItemRejectedError("it is not readable as JSON") from None


def _unwrapped(content: bytes, keys: Sequence[str]) -> list[msgspec.Raw] | dict[str, msgspec.Raw]:
    stripped = content.lstrip()
    if not stripped:
        raise FileRejectedError("it is empty")
    if stripped.startswith(b"<"):
        raise FileRejectedError("it is a page of HTML or XML, not JSON")
    value = _decoded(stripped)
    while isinstance(value, dict):
        if "success" in value and bytes(value["success"]) != b"true":
            raise FileRejectedError("the shop reported a failure (success is not true)")
        key = next((key for key in ("data", *keys) if key in value), None)
        if key is None:
            return value
        value = _decoded(bytes(value[key]))
    return value


def _decoded(content: bytes) -> list[msgspec.Raw] | dict[str, msgspec.Raw]:
    try:
        value: list[msgspec.Raw] | dict[str, msgspec.Raw] = _decode_outer(content)
    except (msgspec.DecodeError, RecursionError) as error:
        # msgspec's messages name a position, never a value.
        what = str(error) if isinstance(error, msgspec.DecodeError) else "it is nested too deeply"
        raise FileRejectedError(f"it is not the JSON of a catalogue: {what}") from None
    return value
