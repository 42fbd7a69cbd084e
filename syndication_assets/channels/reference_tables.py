"""The tables that reference files fill: their columns and the parser of each. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Key = tuple[str, ...]
Values = dict[str, Any]
Parser = Callable[[str], Any]
"""Raises ValueError; its message continues a sentence that begins with the text."""


def _text(text: str) -> str:
    return text


def _name(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]*", text) is None:
        raise ValueError("is not a name: use lower-case letters, digits and '_', starting with a letter")
    return text


def _integer(text: str) -> int:
    if re.fullmatch(r"-?\d{1,9}", text) is None:
        raise ValueError("is not a whole number")
    return int(text)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not number.is_finite():
        raise ValueError("is not a number")
    return number


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return text == "true"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date: write 2025-11-25") from None


def _list(text: str) -> list[str]:
    items = [item.strip() for item in text.split(";")]
    if not all(items):
        raise ValueError("has an empty item: write one;two")
    return items


def _url(text: str) -> str:
    if re.fullmatch(r"https://[^\s/]+\S*", text) is None:
        raise ValueError("is not an https URL")
    return text


def _one_of(*choices: str) -> Parser:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return text

    return parse


VALUE_PARSERS: Mapping[str, Parser] = {"number": _number, "text": _text, "boolean": _boolean, "list": _list}
"""The parser of a `value` by the `value_type` of its row."""
_VALUE_TYPE = _one_of(*VALUE_PARSERS)


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A table of the schema `channels`, filled from `<name>.csv`, which has these columns in this order."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Parser]
    required: frozenset[str]
    references: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Columns that hold the key of a row of another file, and the name of that file."""


PLATFORMS = ReferenceTable(
    "platforms",
    ("platform",),
    {
        "platform": _name,
        "display_name": _text,
        "description": _text,
        "status": _one_of("active", "inactive", "deprecated"),
        "priority": _integer,
    },
    frozenset({"platform", "display_name", "status", "priority"}),
)
CHANNEL_TYPES = ReferenceTable(
    "channel_types",
    ("channel_type",),
    {
        "channel_type": _name,
        "display_name": _text,
        "description": _text,
    },
    frozenset({"channel_type", "display_name"}),
)
PLATFORM_CHANNELS = ReferenceTable(
    "platform_channels",
    ("platform", "channel_type"),
    {
        "platform": _name,
        "channel_type": _name,
        "status": _one_of("active", "beta", "not_implemented", "deprecated"),
        "priority": _integer,
        "notes": _text,
    },
    frozenset({"platform", "channel_type", "status", "priority"}),
    ((("platform",), "platforms"), (("channel_type",), "channel_types")),
)
CHANNEL_REQUIREMENTS = ReferenceTable(
    "channel_requirements",
    ("platform", "channel_type", "requirement_category", "requirement_key"),
    {
        "platform": _name,
        "channel_type": _name,
        "requirement_category": _one_of("content", "media", "engagement"),
        "requirement_key": _name,
        "value_type": _VALUE_TYPE,
        "value": _text,
        "minimum": _number,
        "maximum": _number,
        "unit": _text,
        "severity": _one_of("hard", "soft"),
        "priority": _integer,
        "description": _text,
        "is_active": _boolean,
        "source_url": _url,
        "checked_on": _date,
    },
    frozenset(
        {
            "platform",
            "channel_type",
            "requirement_category",
            "requirement_key",
            "value_type",
            "severity",
            "priority",
            "is_active",
        }
    ),
    ((("platform", "channel_type"), "platform_channels"),),
)
PUBLISHER_CHANNELS = ReferenceTable(
    "publisher_channels",
    ("publisher", "channel_type"),
    {"publisher": _name, "channel_type": _name},
    frozenset({"publisher", "channel_type"}),
    ((("channel_type",), "channel_types"),),
)
PICTURE_FORMATS = ReferenceTable(
    "picture_formats",
    ("platform", "channel_type", "format_name"),
    {
        "platform": _name,
        "channel_type": _name,
        "format_name": _name,
        "width": _integer,
        "height": _integer,
        "maximum_bytes": _integer,
        "mime_types": _list,
        "safe_top": _integer,
        "safe_right": _integer,
        "safe_bottom": _integer,
        "safe_left": _integer,
        "priority": _integer,
        "is_active": _boolean,
        "source_url": _url,
        "checked_on": _date,
    },
    frozenset(
        {
            "platform",
            "channel_type",
            "format_name",
            "width",
            "height",
            "mime_types",
            "safe_top",
            "safe_right",
            "safe_bottom",
            "safe_left",
            "priority",
            "is_active",
        }
    ),
    ((("platform", "channel_type"), "platform_channels"),),
)
TABLES = (PLATFORMS, CHANNEL_TYPES, PLATFORM_CHANNELS, CHANNEL_REQUIREMENTS, PUBLISHER_CHANNELS, PICTURE_FORMATS)
"""In load order: each table refers to earlier tables only."""
