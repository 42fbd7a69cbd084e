"""A backup is restored with all rows and rights into an empty server, or one sentence says why nothing was written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.migrating.migrations import migrate
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.database_content import differences
from syndication_assets.operations.backup.manifest import FORMAT_VERSION, BackupError, Role, decode, encode
from syndication_assets.operations.backup.restoring import make_database, require_empty
from syndication_assets.operations.backup.roles_script import roles_script
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.operations.backup.conftest import MadeBackup, settings_of, silent
from syndication_assets_tests.servers import Server


def restore(place: Path | str, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """Runs the command with the databases to restore into in the environment."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", urls["syndication"])
    monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", urls["dagster"])
    return CliRunner().invoke(main, ["restore", str(place), *options])


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select from pg_class where relkind = 'r' and relnamespace >= 16384").fetchall()
    return len(rows)


def test_a_restore_has_all_rows_and_rights_and_says_what_to_do_next(
    made: MadeBackup, empty_databases: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    result = restore(made.folder, empty_databases, monkeypatch)
    assert result.exit_code == 0, result.output
    for content in made.manifest.databases:
        found = differences(content, empty_databases[content.database], silent)
        # The queue of a restored database is held in one row.
        assert [problem for problem in found if "home_server" not in problem] == []
    assert f"Restored {made.manifest.rows:,} rows in " in result.stdout
    assert "all of them are as they were backed up" in result.stdout
    assert f"SYNDICATION_LANDING_URL was {made.settings.landing_url}, with 2 loaded files" in result.stdout
    assert "Stored credentials need SYNDICATION_SECRET_KEYS with: key-1." in result.stdout
    assert "Nothing is sent. Leave SYNDICATION_SENT_URL (sftp://host/sent) as it is" in result.stdout
    assert "syndication targets release" in result.stdout
    migrated = CliRunner().invoke(main, ["migrate"])
    assert (migrated.exit_code, migrated.output) == (0, "The database is up to date.\n")
    with psycopg.connect(empty_databases["syndication"]) as connection:
        held = connection.execute("select identity, recorded_by from publishing.home_server").fetchall()
    assert held == [(f"restore of {made.manifest.name}", "restore")]


def test_a_place_with_backups_means_its_newest(made: MadeBackup, tmp_path: Path):
    copy = made.copy_to(tmp_path / "backups")
    older = tmp_path / "backups" / "20200101T000000Z-0000"
    older.mkdir()
    shutil.copy(copy.folder / "manifest.json", older)
    (tmp_path / "backups" / "29990101T000000Z-0000").mkdir()
    assert BackupStore.of_backup(f"{copy.store.url}/")[1] == made.manifest.name
    assert BackupStore.of_backup(str(older))[1] == older.name
    assert copy.store.names() == [made.manifest.name, older.name]


def test_a_filled_database_is_refused(made: MadeBackup, monkeypatch: pytest.MonkeyPatch):
    urls = {"syndication": made.url, "dagster": made.dagster_url}
    before = tables(made.url)
    result = restore(made.folder, urls, monkeypatch)
    assert result.exit_code == 1
    assert "is not empty: it has " in result.output
    assert "A restore replaces nothing." in result.output
    assert tables(made.url) == before


def test_a_filled_database_of_dagster_is_refused_before_anything_is_written(
    made: MadeBackup, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    result = restore(made.folder, {"syndication": empty_database_url, "dagster": made.dagster_url}, monkeypatch)
    assert result.exit_code == 1
    assert "is not empty: it has 1 tables, such as public.runs" in result.output
    assert tables(empty_database_url) == 0


def _truncate(folder: Path) -> None:
    dump = folder / "syndication.dump"
    dump.write_bytes(dump.read_bytes()[:-1])


def _flip(folder: Path) -> None:
    content = bytearray((folder / "syndication.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "syndication.dump").write_bytes(content)


def _lengthen(folder: Path) -> None:
    with (folder / "roles.sql").open("a") as file:
        file.write("drop database postgres;")


def _change_manifest(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
        (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest | changes))

    return change


def _newer_project(folder: Path) -> None:
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    _change_manifest(project_version="9.1.0", migrations=[*manifest["migrations"], "9999_room_new"])(folder)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a truncated file": (_truncate, "is damaged: syndication.dump has "),
    "a flipped bit": (_flip, "is damaged: syndication.dump was changed. Use another backup."),
    "a file with more in it": (_lengthen, "is damaged: roles.sql has "),
    "a missing file": (
        lambda folder: (folder / "dagster.dump").unlink(),
        "is damaged: dagster.dump is missing. Use another backup.",
    ),
    "a missing manifest": (
        lambda folder: (folder / "manifest.json").unlink(),
        "its manifest.json is missing.",
    ),
    "a damaged manifest": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        "manifest.json is damaged, or is not the manifest of a backup: use another one.",
    ),
    "the manifest of another backup": (
        _change_manifest(name="20200101T000000Z-0000"),
        "has the manifest of 20200101T000000Z-0000",
    ),
    "a newer format": (
        _change_manifest(format_version=FORMAT_VERSION + 1),
        "install the version that made the backup, or a newer one",
    ),
    "a newer project": (
        _newer_project,
        "is of version 9.1.0 and has the migration 9999_room_new, which this version does not know",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_backup_is_one_sentence_and_nothing_is_written(
    damage: Callable[[Path], object],
    message: str,
    made: MadeBackup,
    shared_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """The database is a filled one: were the backup not refused first, the message would be about the database."""
    copy = made.copy_to(tmp_path / "backups")
    damage(copy.folder)
    result = restore(copy.folder, {"syndication": shared_database, "dagster": shared_database}, monkeypatch)
    assert result.exit_code == 1
    assert message in result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert line.endswith(".")


def test_verify_reads_every_file_and_changes_nothing(made: MadeBackup, tmp_path: Path):
    result = CliRunner().invoke(main, ["backup", "verify", str(made.folder)])
    assert result.exit_code == 0, result.output
    assert "3 files are as they were written." in result.stdout
    copy = made.copy_to(tmp_path / "backups")
    _flip(copy.folder)
    result = CliRunner().invoke(main, ["backup", "verify", str(copy.folder)])
    assert result.exit_code == 1
    assert "syndication.dump was changed" in result.output


def test_a_database_that_is_missing_is_made_once(server: Server):
    url = server.url("restored_here")
    try:
        for _ in range(2):
            make_database(url)
        require_empty(url)
    finally:
        server.administer("drop database if exists {} with (force)", "restored_here")


def test_a_login_that_may_not_make_the_database_is_told_what_to_run(server: Server):
    with (
        login(server.url("postgres")) as name,
        pytest.raises(BackupError, match=rf'create database "restored_here" owner "{name}";'),
    ):
        make_database(url_as(name, server.url("restored_here")))


def test_a_server_that_is_not_there_is_one_sentence(made: MadeBackup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    url = f"postgresql://me:canary-password@/name?host={tmp_path}"
    result = restore(made.folder, {"syndication": url, "dagster": url}, monkeypatch)
    assert result.exit_code == 1
    assert "Cannot connect to PostgreSQL" in result.output
    assert "canary-password" not in result.output


def test_the_roles_are_made_on_a_server_that_has_none(
    server_without_roles: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As on a new server: the login that migrated is a role of the backup, without its right to log in."""
    server = server_without_roles
    store = BackupStore(str(tmp_path / "backups"))
    with (
        login(server.url("postgres"), "superuser") as name,
        new_database(server, "template0") as url,
        new_database(server, "template0") as dagster_url,
    ):
        migrate(url_as(name, url))
        manifest = take_backup(settings_of(url, tmp_path, dagster_url), store, silent).manifest
    assert name in [role.name for role in manifest.roles if role.can_login]
    for role in ("syndication_owner", "syndication_pipeline", "syndication_reader"):
        server.administer("drop role {}", role)
    with new_database(server, "template0") as url, new_database(server, "template0") as dagster_url:
        result = restore(Path(store.url) / manifest.name, {"syndication": url, "dagster": dagster_url}, monkeypatch)
        assert result.exit_code == 0, result.output
        assert f"Roles that could log in have no password yet: {name}" in result.output
        with psycopg.connect(url) as connection:
            assert connection.execute(
                "select tableowner, rolcanlogin from pg_tables join pg_roles on rolname = tableowner"
                " where tablename = 'syndication_migrations'"
            ).fetchall() == [(name, False)]
        assert CliRunner().invoke(main, ["migrate"]).output == "The database is up to date.\n"
    server.administer("drop role {}", name)


def test_the_script_of_the_roles_quotes_their_names(server: Server):
    strange = 'it\'s "quoted" {}%'
    script = roles_script(
        [
            Role(name="syndication_reader", can_login=False, member_of=[]),
            Role(name=strange, can_login=True, member_of=["syndication_reader", "syndication_of_somebody_else"]),
        ]
    )
    with psycopg.connect(server.url("postgres")) as connection:
        for _ in range(2):
            connection.execute(script)
        assert connection.execute(
            "select rolcanlogin, pg_has_role(oid, 'syndication_reader', 'member') from pg_roles where rolname = %s",
            [strange],
        ).fetchall() == [(False, True)]
        connection.rollback()


def test_a_manifest_of_an_older_version_is_read(made: MadeBackup):
    """A manifest may lack nothing, and members that this version does not know are ignored."""
    members = msgspec.json.decode(encode(made.manifest)) | {"of_a_later_version": 1}
    assert decode(msgspec.json.encode(members)) == made.manifest
