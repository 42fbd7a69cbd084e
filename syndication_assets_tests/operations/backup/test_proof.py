"""A backup is proven by a restore: intact ones pass, and whatever is wrong makes the proof and its check fail."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import SQL_DIRECTORY
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.backup import assets, proving
from syndication_assets.operations.backup.backup_rows import list_backups, newest_proven
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.proving import prove, scratch_server
from syndication_assets.sql_assets.checks import find_offenders
from syndication_assets_tests.conftest import directory_in_memory
from syndication_assets_tests.operations.backup.conftest import MadeBackup, silent
from syndication_assets_tests.sample_database import WINDOW


@pytest.fixture
def on_test_server(empty_databases: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Restores into databases of the server of the tests instead of starting another one."""

    @contextmanager
    def existing(_: Path) -> Iterator[dict[str, str]]:
        yield empty_databases

    monkeypatch.setattr(proving, "scratch_server", existing)
    return empty_databases


@pytest.fixture
def environment(made: MadeBackup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MadeBackup:
    """A copy of the backup, in the environment of commands and runs."""
    copy = made.copy_to(tmp_path / "backups")
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", made.url)
    monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", made.dagster_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    return copy


def proof_row(made: MadeBackup) -> Any:
    with psycopg.connect(made.url) as connection:
        return next(row for row in list_backups(connection) if row.backup_name == made.manifest.name)


def test_a_proof_restores_into_a_server_of_its_own_and_removes_it(
    environment: MadeBackup, monkeypatch: pytest.MonkeyPatch
):
    # Started by root, the server runs as another user, who must reach its directory.
    with tempfile.TemporaryDirectory(prefix="syn", dir=directory_in_memory()) as directory:
        Path(directory).chmod(0o755)
        monkeypatch.setenv("SYNDICATION_BACKUP_URL", environment.store.url)
        monkeypatch.setenv("SYNDICATION_LOCAL_DIR", directory)
        _prove_and_list(environment, Path(directory))


def _prove_and_list(environment: MadeBackup, local_directory: Path) -> None:
    result = CliRunner().invoke(main, ["backup", "prove"])
    assert result.exit_code == 0, result.output
    assert f"Proven: {environment.manifest.name} has {environment.manifest.rows:,} rows in " in result.stdout
    assert not (local_directory / "backup_proof").exists()
    row = proof_row(environment)
    assert (row.is_proven, row.proof_problem) == (True, None)
    assert row.restore_seconds > 0
    listed = CliRunner().invoke(main, ["backup", "list"]).stdout
    assert f"{row.backup_id}  {row.url}/{row.backup_name}" in listed
    assert " UTC, restored in " in listed


def test_a_scratch_server_that_does_not_start_says_nothing_about_the_backup(
    environment: MadeBackup, monkeypatch: pytest.MonkeyPatch
):
    def fail(_: Path) -> str:
        raise subprocess.CalledProcessError(1, ["initdb"])

    with psycopg.connect(environment.url) as connection:
        connection.execute("update operations.backups set proven_at = null, is_proven = null, proof_problem = null")
    monkeypatch.setattr(proving.embedded_postgres, "start", fail)
    result = CliRunner().invoke(main, ["backup", "prove"])
    assert result.exit_code == 1
    assert "The scratch server cannot be started in " in result.output
    with psycopg.connect(environment.url) as connection:
        assert [row.is_proven for row in list_backups(connection)] in ([], [None])


def test_what_a_killed_proof_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    left = tmp_path / "backup_proof" / "postgres"
    left.mkdir(parents=True)
    (left / "postmaster.pid").write_text("1\n")
    monkeypatch.setattr(proving.embedded_postgres, "start", lambda place: pytest.fail(str(list(place.iterdir()))))
    with pytest.raises(pytest.fail.Exception, match=r"^\[\]$"), scratch_server(tmp_path):
        pass


def _truncate(folder: Path) -> None:
    (folder / "syndication.dump").write_bytes(b"PGDMP")


def _change_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text((folder / "manifest.json").read_text().replace('"rows": 2', '"rows": 3'))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_truncate, "is damaged: syndication.dump has 5 of its "),
        (_change_manifest, "was changed after the backup. Use another backup."),
        (lambda folder: (folder / "roles.sql").unlink(), "is damaged: roles.sql is missing."),
    ],
)
def test_a_damaged_backup_is_not_proven(environment: MadeBackup, damage: Any, problem: str):
    """The negative control of the proof."""
    damage(environment.folder)
    result = CliRunner().invoke(main, ["backup", "prove", environment.manifest.name])
    assert result.exit_code == 1
    assert problem in result.output
    row = proof_row(environment)
    assert (row.is_proven, row.restore_seconds) == (False, None)
    assert problem in row.proof_problem
    assert "NOT PROVEN" in CliRunner().invoke(main, ["backup", "list"]).stdout


HARMS = {
    "delete from operations.budgets": "operations.budgets of syndication has 0 rows, and the backup has 2.",
    "drop policy pipeline_all on scraping.post_records": "scraping.post_records: row-level security",
    "alter table scraping.post_aliases disable trigger all": "scraping.post_aliases: trigger of a constraint ",
    "alter policy reader_own_organization on tenancy.organizations using (true)": (
        "A reader without an organization sees rows."
    ),
}


def test_a_restore_that_loses_rows_rights_or_constraints_is_not_proven(
    environment: MadeBackup, on_test_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    restore_files = proving.restore_files

    def lossy(*arguments: Any) -> float:
        seconds = restore_files(*arguments)
        with psycopg.connect(on_test_server["syndication"]) as connection:
            connection.execute("set session_replication_role = replica")
            for harm in HARMS:
                connection.execute(harm)
        return seconds

    monkeypatch.setattr(proving, "restore_files", lossy)
    proof = prove(environment.settings, environment.store, environment.manifest.name, silent)
    for problem in HARMS.values():
        assert any(problem in found for found in proof.problems), (problem, proof.problems)
    assert proof.restore_seconds is not None
    row = proof_row(environment)
    assert row.is_proven is False
    assert HARMS["delete from operations.budgets"] in row.proof_problem


def test_a_backup_without_a_row_gets_one_when_it_is_proven(
    environment: MadeBackup, on_test_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """As after a restore of an older backup, which does not know the newer ones."""
    for step, outcome in (("restore_files", 1.0), ("differences", []), ("_broken_rules", [])):
        monkeypatch.setattr(proving, step, lambda *_, outcome=outcome: outcome)
    with psycopg.connect(environment.url) as connection:
        connection.execute("delete from operations.backups")
    proof = prove(environment.settings, environment.store, environment.manifest.name, silent)
    assert proof.problems == []
    with psycopg.connect(environment.url) as connection:
        assert newest_proven(connection) == environment.manifest.name


def test_the_assets_back_up_and_prove(
    environment: MadeBackup, on_test_server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What a restore does is tested above."""
    for step, outcome in (("restore_files", 1.0), ("differences", []), ("_broken_rules", [])):
        monkeypatch.setattr(proving, step, lambda *_, outcome=outcome: outcome)
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([assets.backup], instance=instance)
        (event,) = run.asset_materializations_for_node("operations__backup")
        store = BackupStore(str(tmp_path / "backups"))
        newest = store.newest()
        assert event.metadata["backup"].value == newest > environment.manifest.name
        assert event.metadata["databases"].value == "dagster, syndication"
        run = dg.materialize([assets.backup_proof], instance=instance)
        (event,) = run.asset_materializations_for_node("operations__backup_proof")
        assert event.metadata["backup"].value == newest
        assert event.metadata["age_hours"].value < 1
        assert event.metadata["restore_seconds"].value > 0
        (tmp_path / "backups" / newest / "dagster.dump").unlink()
        assert not dg.materialize([assets.backup_proof], instance=instance, raise_on_error=False).success


OLD = "update operations.backups set started_at = now() - interval '15 days'"
SECOND_PLACE = "update tenancy.settings set value = '\"/second\"' where setting = 'backups.copy_url'"
COPIED = "update operations.backups set copy_url = '/second', copied_at = now(), copy_verified_at = now()"
PROVEN = "update operations.backups set is_proven = true, restore_seconds = 1, proof_problem = null, proven_at = now()"


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        ([PROVEN], []),
        (["update operations.backups set proven_at = null, is_proven = null, proof_problem = null"], []),
        (["delete from operations.backups"], ["newest_is_recent"]),
        ([PROVEN, "update operations.backups set removed_at = now()"], ["newest_is_recent"]),
        ([PROVEN, OLD], ["newest_is_recent"]),
        (
            [PROVEN, "update operations.backups set proven_at = now() - interval '15 days'"],
            ["a_restore_is_proven"],
        ),
        (
            [OLD, "update operations.backups set proven_at = null, is_proven = null, proof_problem = null"],
            ["newest_is_recent", "a_restore_is_proven"],
        ),
        (
            [PROVEN, "update operations.backups set is_proven = false, proof_problem = 'a reason'"],
            ["a_restore_is_proven"],
        ),
        ([PROVEN, "update operations.backups set verified_at = now(), damage = 'gone'"], ["every_backup_is_intact"]),
        ([PROVEN, COPIED, "update operations.backups set copy_damage = 'gone'"], ["every_backup_is_intact"]),
        (
            [PROVEN, "update operations.backups set verified_at = now() - interval '4 days'"],
            ["files_were_read_again"],
        ),
        ([PROVEN, SECOND_PLACE], ["newest_copy_is_recent"]),
        ([PROVEN, SECOND_PLACE, COPIED], []),
        ([PROVEN, COPIED], []),
        (
            [PROVEN, SECOND_PLACE, COPIED, "update operations.backups set copy_removed_at = now()"],
            ["newest_copy_is_recent"],
        ),
        (
            [PROVEN, SECOND_PLACE, COPIED, "update operations.backups set copy_url = '/before'"],
            ["newest_copy_is_recent"],
        ),
        (
            [PROVEN, SECOND_PLACE, COPIED, "update operations.backups set copy_damage = 'gone'"],
            ["every_backup_is_intact", "newest_copy_is_recent"],
        ),
        ([PROVEN, SECOND_PLACE, COPIED, OLD], ["newest_is_recent", "newest_copy_is_recent"]),
    ],
)
def test_the_checks_see_old_backups_and_old_or_failed_proofs(
    made: MadeBackup, statements: list[str], broken: list[str]
):
    with psycopg.connect(made.url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("delete from operations.backups")
        connection.execute(
            "insert into operations.backups (backup_name, url, started_at, finished_at, size_bytes, manifest_hash,"
            " newest_migration) values ('one', '/backups', now(), now() + interval '1 day', 1, repeat('0', 64), 'm')"
        )
        for statement in statements:
            connection.execute(statement)
        found = [check.name for check in assets.CHECKS if find_offenders(connection, "operations", check, WINDOW).count]
        connection.rollback()
    assert found == broken


def test_the_checks_run_in_a_job_and_leave_the_past_alone(environment: MadeBackup):
    job = dg.Definitions(
        assets=[assets.backup, assets.backup_proof, assets.backups],
        asset_checks=[assets.backups_check],
        jobs=[
            dg.define_asset_job(
                "checks", dg.AssetSelection.checks_for_assets(assets.backups.key), executor_def=dg.in_process_executor
            )
        ],
        resources={"postgres": PostgresResource()},
    ).resolve_job_def("checks")
    with psycopg.connect(environment.url) as connection:
        connection.execute("delete from operations.backups")
    with dg.DagsterInstance.ephemeral() as instance:
        now = job.execute_in_process(instance=instance).get_asset_check_evaluations()
        assert {(each.check_name, each.severity.value, each.passed) for each in now} == {
            ("newest_is_recent", "WARN", False),
            ("a_restore_is_proven", "ERROR", True),
            ("every_backup_is_intact", "ERROR", True),
            ("files_were_read_again", "WARN", True),
            ("newest_copy_is_recent", "ERROR", True),
        }
        past = job.execute_in_process(instance=instance, tags={"dagster/partition": "2025-11-03"})
        assert [(each.passed, each.description.partition(":")[0]) for each in past.get_asset_check_evaluations()] == [
            (True, "Not evaluated")
        ] * 5


def test_every_check_file_of_backups_is_listed():
    files = {path.stem for path in (SQL_DIRECTORY / "operations" / "backups" / "checks").glob("*.sql")}
    assert files == {check.name for check in assets.CHECKS}
