"""A released migration is never edited: databases that have applied it would not get the change."""

import hashlib
from pathlib import Path

import pytest

from syndication_assets.database.connection import SQL_DIRECTORY

MIGRATIONS = SQL_DIRECTORY / "migrations"
RELEASED = Path(__file__).with_name("released_migrations.sha256").read_text(encoding="utf-8")
"""One line per file of a released migration, as `sha256sum` writes it. A release adds lines; none ever changes."""


def edited_files(directory: Path, released: str) -> list[str]:
    """The released files whose text has another SHA-256, or that are missing; line endings do not count."""
    edited = []
    for line in released.splitlines():
        digest, name = line.split()
        path = directory / name
        text = path.read_bytes().replace(b"\r\n", b"\n") if path.exists() else b""
        if hashlib.sha256(text).hexdigest() != digest:
            edited.append(name)
    return edited


def test_no_released_migration_was_edited():
    assert edited_files(MIGRATIONS, RELEASED) == []


def test_every_released_migration_is_listed_in_both_directions():
    names = [line.split()[1] for line in RELEASED.splitlines()]
    assert len(names) == len(set(names)) >= 26
    assert {name.replace(".up.", ".down.") for name in names} == {name for name in names if ".down." in name}
    # No file is numbered between released ones.
    newest = max(names)[:4]
    assert {path.name for path in MIGRATIONS.glob("*.sql") if path.name[:4] <= newest} == set(names)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_an_edit_is_found(direction: str, tmp_path: Path):
    for path in MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    name = f"0005_channels_rules.{direction}.sql"
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"-- a word\n")
    assert edited_files(tmp_path, RELEASED) == [name]
    (tmp_path / name).unlink()
    assert edited_files(tmp_path, RELEASED) == [name]
