"""Decides what a load of the reference changes. Pure: rows of file and table in, changes out.

Each row stores the hash of the values that the file gave it. While its values match the hash, the row follows the file;
when they no longer match, somebody edited the row and loads keep it until the edit is undone.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from syndication_assets.channels.reference_tables import Key, Values


@dataclass(frozen=True, slots=True)
class CurrentRow:
    """A row of the table; `reference_hash` is None if a person inserted it."""

    values: Values
    reference_hash: bytes | None

    @property
    def is_edited(self) -> bool:
        return hash_of(self.values) != self.reference_hash


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one table, by key."""

    to_insert: dict[Key, Values] = field(default_factory=dict)
    to_update: dict[Key, Values] = field(default_factory=dict)
    unchanged: list[Key] = field(default_factory=list)
    kept: dict[Key, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    """Edited rows that differ from the file: (value in the table, value in the file) by column."""
    no_longer_in_file: list[Key] = field(default_factory=list)


def compare(file_rows: Mapping[Key, Values], current_rows: Mapping[Key, CurrentRow]) -> Changes:
    """Missing rows are inserted, even if somebody deleted them; nothing is ever deleted."""
    changes = Changes()
    for key, values in file_rows.items():
        current = current_rows.get(key)
        if current is None:
            changes.to_insert[key] = values
        elif hash_of(current.values) == hash_of(values):
            changes.unchanged.append(key)
        elif current.is_edited:
            changes.kept[key] = {
                column: (current.values[column], values[column])
                for column in values
                if _canonical(current.values[column]) != _canonical(values[column])
            }
        else:
            changes.to_update[key] = values
    changes.no_longer_in_file.extend(
        key for key, row in current_rows.items() if key not in file_rows and row.reference_hash is not None
    )
    return changes


def hash_of(values: Values) -> bytes:
    """BLAKE2b-128 of the values. NULLs are left out, so that a column added later changes no hash."""
    canonical = {column: _canonical(value) for column, value in values.items() if value is not None}
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _canonical(value: Any) -> Any:
    """A form that is equal for equal values, whether read from a file, a numeric or a jsonb column."""
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    return value
