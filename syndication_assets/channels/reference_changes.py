"""What a load of the reference may change: rows that nobody edited. Pure: rows of file and table in, changes out.

A row remembers the hash of the values that the file gave it. While its values have that hash, it is the file's and
follows it; once they have not, somebody edited it, and it is that person's for as long as the edit stands.
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
    """A row of the table; `reference_hash` is None where a person made it."""

    values: Values
    reference_hash: bytes | None

    @property
    def is_edited(self) -> bool:
        return hash_of(self.values) != self.reference_hash


@dataclass(frozen=True, slots=True)
class Changes:
    """What to do with each row, by key."""

    to_insert: dict[Key, Values] = field(default_factory=dict)
    to_update: dict[Key, Values] = field(default_factory=dict)
    unchanged: list[Key] = field(default_factory=list)
    kept: dict[Key, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    """Edited rows that the file says otherwise: what the table and what the file has, by column."""
    no_longer_in_file: list[Key] = field(default_factory=list)


def compare(file_rows: Mapping[Key, Values], current_rows: Mapping[Key, CurrentRow]) -> Changes:
    """A row that the table lacks is inserted, also when somebody deleted it; nothing is ever deleted."""
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
    """BLAKE2b-128 of what the columns say. NULLs are left out, so a column that is added later changes no hash."""
    said = {column: _canonical(value) for column, value in values.items() if value is not None}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _canonical(value: Any) -> Any:
    """The same for the same meaning, whether it came from a file, a numeric or a jsonb column."""
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    return value
