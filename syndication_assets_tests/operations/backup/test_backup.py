"""A backup is complete: what it contains, and how any difference from it is seen."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from syndication_assets.operations.backup import backup_rows, client_programs
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.database_content import differences
from syndication_assets.operations.backup.manifest import BackupError, encode
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.operations.backup.restoring import restore_files
from syndication_assets.operations.backup.table_origins import ORIGINS
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.operations.backup.conftest import CANARY, MadeBackup, silent
from syndication_assets_tests.servers import Server


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


def test_progress_is_a_line_now_and_then():
    lines: list[str] = []
    report = now_and_then(lines.append)
    for number in range(1000):
        report(str(number))
    assert lines[0] == "0"
    assert len(lines) < 10


def test_a_manifest_is_read_as_it_was_written(made: MadeBackup):
    assert (made.folder / "manifest.json").read_bytes() == encode(made.manifest)
