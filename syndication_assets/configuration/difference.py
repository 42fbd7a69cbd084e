"""Compares the entries of a file with those of the database by their natural keys. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

E = TypeVar("E", bound=BaseModel)


@dataclass(frozen=True)
class Change(Generic[E]):
    """An entry whose row differs; `old` is None for a new one."""

    old: E | None
    new: E
    fields: dict[str, tuple[Any, Any]]
    """The fields that differ: (in the database, in the file)."""


@dataclass(frozen=True)
class Difference(Generic[E]):
    """What one section of a file changes."""

    added: list[Change[E]]
    changed: list[Change[E]]
    not_in_file: list[E]


def compare(
    in_file: Mapping[Any, E],
    in_database: Mapping[Any, E],
    defaults: Mapping[Any, E],
    not_compared: frozenset[str] = frozenset(),
) -> Difference[E]:
    """`defaults` are entries that come with the project: a file may change them, and need not name them."""
    known = {**defaults, **in_database}
    added, changed = [], []
    for key, new in in_file.items():
        old = known.get(key)
        if old is None:
            added.append(Change(None, new, {}))
            continue
        fields = differing_fields(old, new, not_compared)
        if fields:
            changed.append(Change(old, new, fields))
    return Difference(added, changed, [entry for key, entry in in_database.items() if key not in in_file])


def differing_fields(old: BaseModel, new: BaseModel, not_compared: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields that differ: (old value, new value)."""
    names: Sequence[str] = [name for name in type(new).model_fields if name not in not_compared]
    return {
        name: (getattr(old, name), getattr(new, name)) for name in names if getattr(old, name) != getattr(new, name)
    }
