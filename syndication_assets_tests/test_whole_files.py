"""A file is written whole or not at all, by one of two writers, and nothing unfinished stays beside it."""

import os
import stat
from pathlib import Path

import pytest

from syndication_assets.files.whole_files import OWNER_AND_GROUP, OWNER_ONLY, create_file, replace_file


def test_a_file_is_created_once_and_replaced_whole(tmp_path: Path):
    path = tmp_path / "a.json"
    assert create_file(path, b"first", OWNER_AND_GROUP)
    assert not create_file(path, b"second", OWNER_AND_GROUP)
    assert path.read_bytes() == b"first"
    replace_file(path, b"third", OWNER_ONLY)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"third", OWNER_ONLY)
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("write", [create_file, replace_file])
def test_a_write_that_fails_leaves_nothing_behind(write: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError("no space left")

    path = tmp_path / "a.json"
    path.write_bytes(b"first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write(path, b"second", OWNER_ONLY)  # type: ignore[operator]
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
