"""A backup is complete, or it is not there: what it contains, where it is written, and what may go wrong."""

import errno
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup import backup_rows, client_programs, taking
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.database_content import differences
from syndication_assets.operations.backup.manifest import BackupError, encode
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.operations.backup.restoring import restore_files
from syndication_assets.operations.backup.table_origins import ORIGINS
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.operations.owned_store import MARK
from syndication_assets.settings import Settings
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.operations.backup.conftest import MadeBackup, settings_of, silent
from syndication_assets_tests.servers import Server

CANARY = "canary-password"


def test_a_backup_counts_every_row_and_names_what_it_leaves_out(made: MadeBackup):
    manifest = made.manifest
    assert [file.name for file in manifest.files] == ["roles.sql", "dagster.dump", "syndication.dump"]
    content = manifest.content_of("syndication")
    assert content is not None
    counted = {table.table: table.rows for table in content.tables}
    assert set(ORIGINS) <= set(counted)
    with psycopg.connect(made.url) as connection:
        for table, rows in counted.items():
            if table != "operations.backups":
                assert connection.execute(f"select count(*) from {table}").fetchone() == (rows,), table
    assert sum(rows > 0 for rows in counted.values()) > len(counted) - 13
    assert [role.name for role in manifest.roles[:3]] == [
        "syndication_owner",
        "syndication_pipeline",
        "syndication_reader",
    ]
    assert manifest.landing_zone.files == 2
    assert manifest.landing_zone.url == made.settings.landing_url
    assert manifest.secret_key_ids == ["key-1"]
    assert manifest.sent_url == "sftp://host/sent"
    dagster = manifest.content_of("dagster")
    assert dagster is not None
    assert [(table.table, table.rows) for table in dagster.tables] == [("public.runs", 2)]


def test_a_backup_is_readable_by_its_owner_only(made: MadeBackup):
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()} == {0o600}
    assert CANARY not in (made.folder / "manifest.json").read_text()


def test_a_backup_has_its_row(made: MadeBackup):
    with psycopg.connect(made.url) as connection:
        (row,) = backup_rows.list_backups(connection)
    assert row.backup_id.startswith("bkp-")
    assert (row.backup_name, row.url) == (made.manifest.name, made.store.url)
    assert row.size_bytes == made.manifest.size_bytes > 10_000
    assert row.newest_migration == made.manifest.migrations[-1]
    assert row.is_proven is None


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("update tenancy.organizations set name = name || '!' where slug = 'first'", "has other rows than the backup"),
        ("delete from operations.budgets", "has 0 rows, and the backup has 2"),
        ("drop table engagement.weeks cascade", "engagement.weeks of syndication is missing."),
        ("create table public.more (id integer)", "public.more of syndication is not in the backup."),
        (
            "select setval('scraping.post_id_sequence', 1)",
            "The sequence scraping.post_id_sequence of syndication would give ids again that are in use.",
        ),
    ],
)
def test_any_difference_between_database_and_backup_is_seen(
    made: MadeBackup, change: str, difference: str, monkeypatch: pytest.MonkeyPatch
):
    """The negative control of all comparisons: nothing differs before the change."""
    expected = made.manifest.content_of("syndication")
    assert expected is not None
    with psycopg.connect(made.url) as connection:
        connection.execute("set session_replication_role = replica")
        monkeypatch.setattr(
            "syndication_assets.operations.backup.database_content.connect", lambda _: _Same(connection)
        )
        connection.execute("delete from operations.backups")
        assert differences(expected, made.url, silent) == []
        connection.execute(change)
        assert any(difference in problem for problem in differences(expected, made.url, silent))
        connection.rollback()


class _Same:
    """The same connection for everybody, so that a change can be rolled back."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> psycopg.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        pass


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


def test_two_backups_at_once_are_both_complete(made: MadeBackup, tmp_path: Path):
    store = BackupStore(str(tmp_path / "backups"))
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda _: take_backup(made.settings, BackupStore(store.url), silent), range(2)))
    assert sorted(store.names()) == sorted(backup.manifest.name for backup in taken)
    first, second = sorted((backup.manifest for backup in taken), key=lambda manifest: manifest.started_at)
    assert first.finished_at <= second.started_at
    for name in store.names():
        manifest, _ = store.read_manifest(name)
        assert store.fetch(manifest, tmp_path, silent) == Path(store.url) / name


def test_rows_that_are_written_during_a_backup_are_in_neither_its_counts_nor_its_dump(
    made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_databases: dict[str, str]
):
    real_dump = client_programs.dump

    def dump_late(*arguments, **options):
        with psycopg.connect(made.url) as connection:
            connection.execute("update tenancy.organizations set description = coalesce(description, '') || '+'")
        return real_dump(*arguments, **options)

    monkeypatch.setattr(client_programs, "dump", dump_late)
    store = BackupStore(str(tmp_path / "backups"))
    manifest = take_backup(made.settings, store, silent).manifest
    restore_files(manifest, Path(store.url) / manifest.name, empty_databases, silent)
    content = manifest.content_of("syndication")
    assert content is not None
    assert differences(content, empty_databases["syndication"], silent) == []
    (first, *_) = differences(content, made.url, silent)
    assert "tenancy.organizations" in first or "operations.backups" in first


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


def test_a_login_that_row_level_security_applies_to_is_told_what_to_make(server: Server, made: MadeBackup):
    with login(server.url("postgres"), member_of="syndication_pipeline") as name:
        settings = made.settings.model_copy(
            update={"backup_database_url": SecretStr(url_as(f"{name}:{CANARY}", made.url))}
        )
        with pytest.raises(BackupError) as caught:
            take_backup(settings, BackupStore(made.settings.backup_url), silent)
    message = str(caught.value)
    assert f"hides rows from {name}, the login of SYNDICATION_BACKUP_DATABASE_URL" in message
    assert "create role backup login bypassrls in role pg_read_all_data;" in message
    assert CANARY not in message


def test_a_login_that_may_read_everything_takes_the_backup(server: Server, made: MadeBackup, tmp_path: Path):
    with login(server.url("postgres"), "bypassrls", member_of="pg_read_all_data") as name:
        settings = made.settings.model_copy(update={"backup_database_url": SecretStr(url_as(name, made.url))})
        taken = take_backup(settings, BackupStore(str(tmp_path / "backups")), silent)
    expected, found = made.manifest.content_of("syndication"), taken.manifest.content_of("syndication")
    assert expected is not None
    assert found is not None
    assert [table for table in expected.tables if table.table.startswith("scraping.")] == [
        table for table in found.tables if table.table.startswith("scraping.")
    ]


def test_a_server_that_is_newer_than_the_programs_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_programs, "_version", lambda _: 18)
    with pytest.raises(BackupError, match=r"PostgreSQL 19, and pg_dump is of PostgreSQL 18, which cannot"):
        client_programs.program("pg_dump", 19)
    assert client_programs.program("pg_dump", 18).endswith("pg_dump")


def test_a_password_is_not_among_the_arguments_of_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@"\necho "password: $PGPASSWORD"\n')
    program.chmod(0o755)
    monkeypatch.setattr(client_programs, "program", lambda *_: str(program))
    url = f"postgresql://somebody:{CANARY}@host:1/name"
    arguments, password = b"".join(client_programs.dump(url, 18, snapshot="1")).decode().splitlines()
    assert CANARY not in arguments
    assert "host=host" in arguments
    assert password == f"password: {CANARY}"


def test_a_dump_that_fails_quotes_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "pg_dump: error: {CANARY} is wrong" >&2\necho "DETAIL: a row" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setattr(client_programs, "program", lambda *_: str(program))
    with pytest.raises(BackupError) as caught:
        list(client_programs.dump(f"postgresql://somebody:{CANARY}@host/name", 18, snapshot="1"))
    assert str(caught.value) == "The dump failed: … is wrong."


@pytest.mark.parametrize(
    ("kept", "proven", "removed"),
    [(0, None, []), (2, None, ["b", "a"]), (2, "a", ["b"]), (2, "c", ["b", "a"]), (9, None, []), (1, "b", ["c", "a"])],
)
def test_the_newest_backups_are_kept_and_the_newest_proven_one(kept: int, proven: str | None, removed: list[str]):
    assert taking._too_many(["d", "c", "b", "a"], kept, proven) == removed


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
    store = BackupStore("memory://backups-of-a-test")
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


def test_progress_is_a_line_now_and_then():
    lines: list[str] = []
    report = now_and_then(lines.append)
    for number in range(1000):
        report(str(number))
    assert lines[0] == "0"
    assert len(lines) < 10


def test_a_manifest_is_read_as_it_was_written(made: MadeBackup):
    assert (made.folder / "manifest.json").read_bytes() == encode(made.manifest)


def _rows(made: MadeBackup) -> int:
    with psycopg.connect(made.url) as connection:
        return len(backup_rows.list_backups(connection))
