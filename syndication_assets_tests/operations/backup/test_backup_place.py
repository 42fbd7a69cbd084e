"""Where backups are: one is whole there or not at all, the oldest go, and nothing of anybody else does."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup import backup_rows, taking
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets.settings import Settings
from syndication_assets_tests.operations.backup.conftest import CANARY, MadeBackup, settings_of, silent


def contents(place: Path) -> list[str]:
    """What a place has beside the name of its database."""
    return sorted(path.name for path in place.iterdir() if path.name != MARK)


def test_a_copy_of_the_database_removes_no_backups_of_the_one_that_it_was_copied_from(made: MadeBackup, tmp_path: Path):
    place, settings = tmp_path / "backups", made.settings.model_copy(update={"backups_kept": 1})
    older, unfinished = "20200101T000000Z-0000", ".unfinished-20200101T000000Z-0001"
    for name in (older, unfinished):
        (place / name).mkdir(parents=True)
        (place / name / "manifest.json").write_text("{}")
    (place / MARK).write_text("7/1/16384\nsince 2026-01-01 00:00:00 UTC\n")
    before = _rows(made)
    with pytest.raises(BackupError, match=r"belongs to another database.*set SYNDICATION_BACKUP_URL to an empty place"):
        take_backup(settings, BackupStore(str(place)), silent)
    assert (contents(place), _rows(made)) == ([unfinished, older], before)
    with transaction(made.url) as connection:
        BackupStore(str(place)).take_over(connection)
    taken = take_backup(settings, BackupStore(str(place)), silent)
    assert contents(place) == [taken.manifest.name], "without the mark, they would have gone"


def test_a_killed_backup_leaves_nothing_that_looks_like_one(made: MadeBackup, tmp_path: Path):
    """The process ends after its dumps and before its manifest, as by `kill -9`."""
    place = tmp_path / "backups"
    environment = os.environ | {
        "SYNDICATION_DATABASE_URL": made.url,
        "SYNDICATION_DAGSTER_STORAGE_URL": made.dagster_url,
        "SYNDICATION_LOCAL_DIR": str(tmp_path),
        "SYNDICATION_FAULT_POINT": "backup.before_manifest",
    }
    command = [sys.executable, "-m", "syndication_assets.cli.main", "backup", "--to", str(place)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    (name,) = contents(place)
    assert name.startswith(".unfinished-")
    left = place / name
    assert (left / "syndication.dump").stat().st_size > 10_000
    store = BackupStore(str(place))
    assert store.names() == []
    with pytest.raises(BackupError, match="There is no backup in "):
        store.newest()
    store.remove_unfinished(datetime.now(UTC))
    assert left.exists(), "it may still be running on another machine"
    store.claim(made.url)
    store.remove_unfinished(datetime.now(UTC) + timedelta(days=2))
    assert contents(place) == []


class _FullDisk:
    """A file on a disk that is full after the first bytes."""

    def __init__(self, path: str) -> None:
        self._stream = open(path, "xb")  # noqa: PTH123, SIM115

    def __enter__(self) -> "_FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, chunk: bytes) -> int:
        if len(chunk) > 5_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._stream.write(chunk)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(BackupStore, "_create", lambda store, path: _FullDisk(store._path(path)))
    store = BackupStore(str(tmp_path / "backups"))
    before = _rows(made)
    message = rf"The backup cannot be written at {store.url}: No space left on device\. Nothing of it is kept"
    with pytest.raises(BackupError, match=message):
        take_backup(made.settings, store, silent)
    assert contents(tmp_path / "backups") == []
    assert _rows(made) == before


def test_a_place_that_cannot_be_written_to_is_named(made: MadeBackup, tmp_path: Path):
    (tmp_path / "file").write_text("not a directory")
    store = BackupStore(str(tmp_path / "file" / "backups"))
    with pytest.raises(BackupError, match=r"cannot be written at .*file/backups: Not a directory"):
        take_backup(made.settings, store, silent)
    with pytest.raises(BackupError, match="cannot be opened at nowhere://place: ValueError"):
        BackupStore("nowhere://place")


@pytest.mark.parametrize(
    ("kept", "proven", "removed"),
    [(0, None, []), (2, None, ["b", "a"]), (2, "a", ["b"]), (2, "c", ["b", "a"]), (9, None, []), (1, "b", ["c", "a"])],
)
def test_the_newest_backups_are_kept_and_the_newest_proven_one(kept: int, proven: str | None, removed: list[str]):
    assert taking.too_many(["d", "c", "b", "a"], kept, proven) == removed


def test_a_backup_removes_the_oldest_beyond_the_number_that_is_kept(made: MadeBackup, tmp_path: Path):
    store = BackupStore(str(tmp_path / "backups"))
    older = "20200101T000000Z-0000"
    (tmp_path / "backups" / older).mkdir(parents=True)
    (tmp_path / "backups" / older / "manifest.json").write_text("{}")
    (tmp_path / "backups" / "of somebody else").mkdir()
    taken = take_backup(made.settings.model_copy(update={"backups_kept": 1}), store, silent)
    assert taken.removed == [older]
    assert contents(tmp_path / "backups") == [taken.manifest.name, "of somebody else"]


def test_an_object_store_has_a_backup_when_its_manifest_is_there(made: MadeBackup, tmp_path: Path):
    store = BackupStore(f"memory://{tmp_path.as_posix()}")  # one store for all tests of the process
    store.claim(made.url)
    name = made.manifest.name
    with store.new_backup(name) as unfinished:
        for file in made.manifest.files:
            written = unfinished.write(file.name, [(made.folder / file.name).read_bytes()], silent)
            assert written == file
        assert store.names() == []
        unfinished.finish(made.manifest, silent)
    assert store.names() == [name]
    manifest, _ = store.read_manifest(name)
    assert manifest == made.manifest
    assert store.fetch(manifest, tmp_path, silent) == tmp_path
    assert (tmp_path / "syndication.dump").read_bytes() == (made.folder / "syndication.dump").read_bytes()
    store.remove(name)
    assert store.names() == []


def test_a_database_without_migrations_has_no_backup(made: MadeBackup, empty_database_url: str, tmp_path: Path):
    """The server has the roles of another database."""
    settings = settings_of(empty_database_url, tmp_path, empty_database_url)
    with pytest.raises(BackupError, match="The database has no record of backups yet: run `syndication migrate` first"):
        take_backup(settings, BackupStore(settings.backup_url), silent)
    assert not (tmp_path / "backups").exists()


def test_the_environment_names_the_place_and_rejects_passwords_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    assert Settings.from_environment().backup_url == str(tmp_path / "backups")
    monkeypatch.setenv("SYNDICATION_BACKUP_URL", f"sftp://me:{CANARY}@host/backups")
    with pytest.raises(SyndicationError) as caught:
        Settings.from_environment()
    assert CANARY not in str(caught.value)


def _rows(made: MadeBackup) -> int:
    with psycopg.connect(made.url) as connection:
        return len(backup_rows.list_backups(connection))
