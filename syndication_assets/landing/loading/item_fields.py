"""Reads the fields of an item of JSON, which a source may name in several ways."""

from collections.abc import Mapping
from typing import Any

from syndication_assets.landing.loading.rejections import ItemRejectedError


def optional_text(item: Mapping[str, Any], *keys: str) -> str | None:
    """The text under the first key that has a value; None if no key has one. ItemRejectedError if it is not text."""
    for key in keys:
        value = item.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise ItemRejectedError(f"{key} is not a text")
        return value
    return None
