"""Posts as JSON and as CSV, with the search that found them. Pure."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syndication_assets.text.outside import clean

# A spreadsheet takes a cell that begins with one of these for a formula, even behind spaces.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_json(posts: Sequence[Mapping[str, Any]], search: Mapping[str, Any], exported_at: datetime) -> str:
    """One object: when, the search, and the posts."""
    document = {"exported_at": exported_at.astimezone(UTC), "search": search, "posts": [_plain(post) for post in posts]}
    return json.dumps(document, default=str, ensure_ascii=False, indent=2) + "\n"


def as_csv(posts: Sequence[Mapping[str, Any]], search: Mapping[str, Any], columns: Sequence[str]) -> str:
    """A line for each post; its last column is the search, as JSON. No cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*columns, "search"])
    asked = json.dumps(search, default=str, ensure_ascii=False)
    for post in posts:
        writer.writerow([*(cell(_plain(post)[name]) for name in columns), cell(asked)])
    return file.getvalue()


def cell(value: Any) -> str:
    """A value as a cell: empty for None, a list with commas, a formula behind an apostrophe."""
    if value is None:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) and not isinstance(value, int | float) else text


def _plain(post: Mapping[str, Any]) -> dict[str, Any]:
    """Without controls of a terminal."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in post.items()}
