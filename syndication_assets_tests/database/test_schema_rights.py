"""Rights, policies and owners that a database lacks, for example after a restore without the roles, are reported."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection import DatabaseError, connect, transaction
from syndication_assets.database.migrating.migrations import migrate
from syndication_assets.database.schema.schema_rights import missing_rights, require_rights
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers
TAKEN_AWAY: list[tuple[str, list[str]]] = [
    (
        "drop policy pipeline_all on scraping.post_records",
        ["scraping.post_records: row-level security by organization_id"],
    ),
    (
        "alter policy reader_own_organization on scraping.post_records using (true)",
        ["scraping.post_records: row-level security by organization_id"],
    ),
    (
        "alter table scraping.post_records disable row level security",
        ["scraping.post_records: row-level security by organization_id"],
    ),
    (
        "alter table scraping.post_records no force row level security",
        ["scraping.post_records: row-level security by organization_id"],
    ),
    (
        "revoke select on scraping.post_records from syndication_reader",
        ["scraping.post_records: reader: select"],
    ),
    (
        "revoke delete on scraping.post_records from syndication_pipeline",
        ["scraping.post_records: pipeline: select, insert, update, delete"],
    ),
    ("revoke usage on schema scraping from syndication_reader", ["scraping: reader: usage"]),
    (
        "revoke usage on sequence scraping.post_id_sequence from syndication_pipeline",
        ["scraping.post_id_sequence: pipeline: usage"],
    ),
    (
        "revoke execute on function operations.replace_rows from syndication_pipeline",
        ["operations.replace_rows: pipeline: execute"],
    ),
    (
        "grant execute on function tenancy.write_audit_log to public",
        ["tenancy.write_audit_log: execute: only its owner"],
    ),
    ("revoke select on scraping.posts from syndication_reader", ["scraping.posts: reader: select"]),
    (
        "alter policy owner_appends on tenancy.audit_log with check (false)",
        ["tenancy.audit_log: create policy owner_appends on tenancy.audit_log for insert to "],
    ),
    ("alter table scraping.post_records owner to syndication_reader", ["scraping.post_records: owner: "]),
]


@pytest.fixture(scope="module")
def migrated(server: Server, template_database: str) -> Iterator[str]:
    """A migrated database with month partitions."""
    with new_database(server, template_database) as url:
        with transaction(url) as connection:
            connection.execute("select * from operations.ensure_upcoming_partitions()")
        yield url


def test_a_migrated_database_lacks_nothing(migrated: str):
    with connect(migrated) as connection:
        assert missing_rights(connection) == []
    require_rights(migrated)


@pytest.mark.parametrize(
    ("change", "missing"),
    # Each reads the whole schema: the quick tests take every third.
    [pytest.param(*each, marks=[] if number % 3 == 0 else pytest.mark.slow) for number, each in enumerate(TAKEN_AWAY)],
)
def test_each_right_that_is_taken_away_is_named(migrated: str, change: str, missing: list[str]):
    with connect(migrated) as connection:
        connection.execute(change)
        found = missing_rights(connection)
        connection.rollback()
    assert found
    for right in missing:
        assert any(line.startswith(right) for line in found), found


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ("drop policy reader_own_organization on {}", "policies"),
        ("alter table {} no force row level security", "row-level security"),
        ("alter table {} owner to syndication_reader", "owner"),
    ],
)
def test_a_month_partition_without_its_protection_is_named(migrated: str, change: str, lacks: str):
    with connect(migrated) as connection:
        (partition,) = connection.execute(
            "select min(inhrelid::regclass::text) from pg_inherits where inhparent = 'scraping.snapshots'::regclass"
        ).fetchall()[0]
        connection.execute(change.format(partition))
        assert missing_rights(connection) == [f"{partition}: {lacks}"]
        connection.rollback()


def test_tables_and_rights_that_users_added_are_not_reported(migrated: str):
    with connect(migrated) as connection:
        connection.execute("create table scraping.mine (id integer)")
        connection.execute("alter table scraping.mine owner to syndication_owner")
        connection.execute("alter table scraping.post_records add column a_rather_long_name_of_a_column_of_mine text")
        connection.execute("grant select on scraping.post_records to public")
        assert missing_rights(connection) == []
        connection.rollback()


def test_a_restore_without_the_roles_is_said_by_migrate_and_one_with_them_is_complete(
    server_without_roles: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The roles are away while the backup is restored, as on a new server, and are created afterwards."""
    server = server_without_roles
    if server.name != "embedded-18":
        pytest.skip("the programs that dump and restore are those of the embedded server")
    dump, roles = tmp_path / "backup.dump", tmp_path / "roles.sql"
    with new_database(server, "template0") as url:
        migrate(url)
        with transaction(url) as connection:
            connection.execute("select * from operations.ensure_upcoming_partitions()")
        _run("pg_dump", "--format=custom", f"--file={dump}", url)
    roles.write_text("".join(f"create role {role} nologin;\n" for role in _ROLES))
    _drop_roles(server)
    with new_database(server, "template0") as restored:
        assert _run("pg_restore", "--no-owner", f"--dbname={restored}", str(dump), check=False) != 0
        with pytest.raises(
            DatabaseError, match=r"no role syndication_owner, syndication_pipeline, syndication_reader\."
        ):
            require_rights(restored)
        monkeypatch.setenv("SYNDICATION_DATABASE_URL", restored)
        result = CliRunner().invoke(main, ["migrate"])
        assert result.exit_code == 1
        assert "The server has no role syndication_owner" in result.output
        assert "restore it again into an empty database (docs/backup.md, Restore by hand)" in result.output
        with pytest.raises(DatabaseError, match="The server has no role syndication_pipeline"), transaction(restored):
            pass
        _run("psql", "--quiet", f"--file={roles}", server.url("postgres"))
        result = CliRunner().invoke(main, ["migrate"])
        assert result.exit_code == 1
        assert "rights and policies that the migrations made; the first is " in result.output
        assert "up to date" not in result.output
    with new_database(server, "template0") as restored:
        _run("pg_restore", "--exit-on-error", f"--dbname={restored}", str(dump))
        require_rights(restored)
        assert migrate(restored) == []


def test_a_dump_as_a_login_under_row_level_security_fails_and_the_manual_names_the_right(server: Server, migrated: str):
    """What docs/backup.md says about `pg_dump`."""
    if server.name != "embedded-18":
        pytest.skip("the programs that dump and restore are those of the embedded server")
    with login(server.url("postgres"), member_of="syndication_owner") as name:
        assert _run("pg_dump", "--file=/dev/null", url_as(name, migrated), check=False) != 0
    with login(server.url("postgres"), "bypassrls", member_of="pg_read_all_data") as name:
        _run("pg_dump", "--file=/dev/null", url_as(name, migrated))


def test_a_login_that_may_not_act_as_the_pipeline_is_told_what_to_grant(server: Server, migrated: str):
    with login(server.url("postgres")) as name:
        message = f"{name} may not act as the role syndication_pipeline. Let an administrator run: grant "
        with pytest.raises(DatabaseError, match=message), transaction(url_as(name, migrated)):
            pass


_ROLES = ("syndication_owner", "syndication_pipeline", "syndication_reader")


def _drop_roles(server: Server) -> None:
    for role in _ROLES:
        server.administer("drop role {}", role)


def _run(program: str, *arguments: str, check: bool = True) -> int:
    command = [str(embedded_postgres.program(program)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr[-2000:]
    return done.returncode
