"""The second place of backups: each is whole there or not at all, and what is lost at the first stays at the second."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.operations.backup import backup_rows, copying
from syndication_assets.operations.backup.backup_rows import Backup
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.copying import copy_backups
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets.settings import Settings
from syndication_assets_tests.operations.backup.conftest import MadeBackup, silent


@dataclass(frozen=True)
class Places:
    """A backup at its place, and a second place that the installation has named."""

    url: str
    settings: Settings
    first: Path
    second: Path
    name: str

    def row(self) -> Backup:
        with psycopg.connect(self.url) as connection:
            return next(row for row in backup_rows.list_backups(connection) if row.backup_name == self.name)

    def command(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["backup", *arguments])


@pytest.fixture
def places(made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    first, second = tmp_path / "first", tmp_path / "second"
    made.copy_to(first)
    with psycopg.connect(made.url) as connection:
        connection.execute("delete from operations.backups")
        # Without members, an organization is open to who runs the server.
        connection.execute("set local session_replication_role = replica")
        connection.execute("delete from tenancy.organization_members")
        connection.execute(
            "update tenancy.settings set value = to_jsonb(%s::text) where setting = 'backups.copy_url'", [str(second)]
        )
    manifest, manifest_hash = BackupStore(str(first)).read_manifest(made.manifest.name)
    with transaction(made.url) as connection:
        backup_rows.record_backup(connection, manifest, manifest_hash, str(first))
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", made.url)
    monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", made.dagster_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_BACKUP_URL", str(first))
    return Places(made.url, Settings.from_environment(), first, second, made.manifest.name)


def contents(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.name != MARK)


def test_a_copy_has_the_same_bytes_is_recorded_and_is_not_made_twice(places: Places):
    result = places.command("copy")
    assert result.exit_code == 0, result.output
    assert f"Copied {places.name} to {places.second}, and read it again there." in result.stdout
    for file in (places.first / places.name).iterdir():
        assert (places.second / places.name / file.name).read_bytes() == file.read_bytes()
    row = places.row()
    assert (row.copy_url, row.copy_damage, row.copy_removed_at) == (str(places.second), None, None)
    again = places.command("copy")
    assert again.stdout == f"{places.second} has all backups.\n"
    assert places.row().copied_at == row.copied_at


def test_without_a_second_place_the_command_says_how_to_name_one(places: Places):
    with psycopg.connect(places.url) as connection:
        connection.execute("update tenancy.settings set value = null where setting = 'backups.copy_url'")
    result = places.command("copy")
    assert result.exit_code == 1
    assert "name one with `syndication settings set backups.copy_url URL`" in result.output
    assert copy_backups(places.settings, silent) is None


def test_the_place_of_the_backups_itself_is_no_second_place(places: Places):
    with psycopg.connect(places.url) as connection:
        connection.execute(
            "update tenancy.settings set value = to_jsonb(%s::text) where setting = 'backups.copy_url'",
            [str(places.first)],
        )
    with pytest.raises(BackupError, match="names the place of the backups themselves"):
        copy_backups(places.settings, silent)


@pytest.mark.parametrize("url", ["s3://key:canary@host/backups", "relative/place", ""])
def test_a_second_place_with_a_password_or_without_a_beginning_is_refused(url: str, places: Places):
    result = CliRunner().invoke(main, ["settings", "set", "backups.copy_url", url])
    assert result.exit_code != 0
    with psycopg.connect(places.url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "update tenancy.settings set value = to_jsonb(%s::text) where setting = 'backups.copy_url'", [url]
        )


def test_a_copy_that_was_killed_goes_on_with_the_file_that_it_was_at(places: Places):
    environment = os.environ | {"SYNDICATION_FAULT_POINT": "backup.copied_file"}
    command = [sys.executable, "-m", "syndication_assets.cli.main", "backup", "copy"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert contents(places.second) == [f".unfinished-{places.name}"]
    half = places.second / f".unfinished-{places.name}"
    (complete,) = half.iterdir()
    before = complete.stat()
    (half / "dagster.dump").write_bytes(b"half")
    assert BackupStore(str(places.second)).names() == []
    result = places.command("copy")
    assert result.exit_code == 0, result.output
    assert contents(places.second) == [places.name]
    after = (places.second / places.name / complete.name).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "it was not copied again"
    verified = places.command("verify")
    assert verified.exit_code == 0, verified.output


def test_a_damaged_backup_is_not_copied_and_says_so(places: Places):
    flip(places.first / places.name / "syndication.dump")
    result = places.command("copy")
    assert result.exit_code == 1
    assert "syndication.dump was changed, so it is not copied" in result.output
    assert BackupStore(str(places.second)).names() == []
    assert places.row().copied_at is None


def test_a_place_that_does_not_keep_what_is_written_is_found_at_once(places: Places, monkeypatch: pytest.MonkeyPatch):
    """The negative control of reading again what was copied."""
    real_write = copying.CopyStore.write

    def write_and_lose(self: copying.CopyStore, path: str, *arguments: object):
        written = real_write(self, path, *arguments)  # type: ignore[arg-type]
        if path.endswith("syndication.dump"):
            flip(Path(self.url) / path)
        return written

    monkeypatch.setattr(copying.CopyStore, "write", write_and_lose)
    copied = copy_backups(places.settings, silent)
    assert copied is not None
    assert copied.copied == []
    assert "does not keep what is written there: syndication.dump was changed" in copied.problems[0]
    assert places.row().copied_at is None


def test_a_damaged_or_lost_copy_is_found_and_made_again(places: Places):
    places.command("copy")
    flip(places.second / places.name / "roles.sql")
    assert places.command("verify").exit_code == 1
    assert places.row().copy_damage is not None
    assert places.row().damage is None
    assert "Copied " in places.command("copy").stdout
    assert places.command("verify").exit_code == 0
    assert places.row().copy_damage is None
    shutil.rmtree(places.second / places.name)
    assert "is missing" in places.command("verify").output
    assert "Copied " in places.command("copy").stdout
    assert places.command("verify").exit_code == 0


def test_what_is_lost_at_the_first_place_stays_at_the_second_and_is_restored_from_there(
    places: Places, empty_databases: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    places.command("copy")
    shutil.rmtree(places.first)
    assert places.command("copy").exit_code == 0
    assert BackupStore(str(places.second)).names() == [places.name]
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", empty_databases["syndication"])
    monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", empty_databases["dagster"])
    result = CliRunner().invoke(main, ["restore", str(places.second)])
    assert result.exit_code == 0, result.output
    assert "all of them are as they were backed up" in result.stdout


def test_each_place_keeps_the_newest_by_itself(places: Places):
    places.command("copy")
    older = ["20200101T000000Z-0000", "20200102T000000Z-0000"]
    for name in older:
        shutil.copytree(places.second / places.name, places.second / name)
    copied = copy_backups(places.settings.model_copy(update={"backups_kept": 2}), silent)
    assert copied is not None
    assert copied.removed == [older[0]]
    assert contents(places.second) == [older[1], places.name]


def test_what_an_interrupted_copy_left_goes_with_its_backup(places: Places):
    places.command("copy")
    abandoned, foreign = places.second / ".unfinished-20200101T000000Z-0000", places.second / "of somebody else"
    for folder in (abandoned, foreign):
        folder.mkdir()
    places.command("copy")
    assert contents(places.second) == [places.name, foreign.name]


def test_a_second_place_of_another_database_is_not_touched(places: Places):
    (places.second / "20200101T000000Z-0000").mkdir(parents=True)
    (places.second / MARK).write_text("7/1/16384\nsince 2026-01-01 00:00:00 UTC\n")
    result = places.command("copy")
    assert result.exit_code == 1
    assert "belongs to another database" in result.output
    assert contents(places.second) == ["20200101T000000Z-0000"]
    assert places.command("take-over").exit_code == 0
    assert "Copied " in places.command("copy").stdout


def test_an_object_store_is_a_second_place(places: Places, tmp_path: Path):
    place = f"memory://{tmp_path.as_posix()}"  # one store for all tests of the process
    with psycopg.connect(places.url) as connection:
        connection.execute(
            "update tenancy.settings set value = to_jsonb(%s::text) where setting = 'backups.copy_url'", [place]
        )
    copied = copy_backups(places.settings, silent)
    assert copied is not None
    assert (copied.copied, copied.problems) == ([places.name], [])
    assert places.command("verify").exit_code == 0
    store = BackupStore(place)
    store._filesystem.pipe_file(store._path(f"{places.name}/roles.sql"), b"drop database postgres;")
    assert "roles.sql has 23 of its" in places.command("verify").output


def test_a_backup_is_removed_from_both_places_and_is_no_problem_any_more(places: Places):
    places.command("copy")
    shutil.rmtree(places.first / places.name)
    assert places.command("verify").exit_code == 1
    asked = CliRunner().invoke(main, ["backup", "remove", places.name], input="n\n")
    assert (asked.exit_code, contents(places.second)) == (1, [places.name])
    removed = places.command("remove", places.name, "--yes")
    assert removed.exit_code == 0, removed.output
    assert contents(places.second) == []
    assert places.command("verify").exit_code == 0
    assert "There is no backup" in places.command("remove", places.name, "--yes").output


def test_the_list_names_both_places(places: Places):
    places.command("copy")
    shown = places.command("list").stdout
    assert f"{places.first}/{places.name} and {places.second}/{places.name}" in shown


def test_a_proof_is_due_after_the_days_of_the_setting_and_at_once_after_a_failure(places: Places):
    from syndication_assets.operations.backup.proving import is_due  # noqa: PLC0415 - of this test alone

    now = datetime.now(UTC)
    with transaction(places.url) as connection:
        assert is_due(connection, now), "never proven"
        backup_rows.record_proof(connection, places.name, 1.0, None)
        assert not is_due(connection, now)
        assert is_due(connection, now + timedelta(hours=23, minutes=50))
        connection.execute("update tenancy.settings set value = '7' where setting = 'backups.days_between_proofs'")
        assert not is_due(connection, now + timedelta(days=6))
        assert is_due(connection, now + timedelta(days=7))
        backup_rows.record_proof(connection, places.name, 1.0, "a reason")
        assert is_due(connection, now)
        connection.rollback()


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
