"""A login without any right cannot stop the project by holding locks, and no command waits silently without end."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.cli import listing
from syndication_assets.cli.main import main
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.database.migrating.migrations import MigrationError, find_migrations, migrate, status
from syndication_assets.database.sessions import locks
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_SECONDS_TO_WAIT", 1)
    monkeypatch.setattr(migrations, "_SECONDS_TO_READ", 1)
    monkeypatch.setattr(listing, "SECONDS_TO_WAIT", 1)
    monkeypatch.setattr(locks, "_SECONDS_BETWEEN_REPORTS", 1)


@pytest.fixture
def stranger(server: Server, database_url: str) -> Iterator[psycopg.Connection]:
    """A session of a login without any grant, which may only connect."""
    with (
        login(server.url("postgres")) as name,
        psycopg.connect(url_as(name, database_url), autocommit=True, application_name="psql") as connection,
    ):
        yield connection


@contextmanager
def table_locked(url: str, table: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, application_name="an analyst") as connection:
        connection.execute(f"lock table {table}")
        yield connection
        connection.rollback()


@pytest.mark.both_servers(False)
def test_advisory_locks_of_a_stranger_stop_neither_status_nor_migrate(
    database_url: str, stranger: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    stranger.execute("select pg_advisory_lock(hashtext('syndication migrations'))")
    stranger.execute("select pg_advisory_lock(hashtext('syndication'), hashtext('month partitions'))")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("begin; lock table public.syndication_migrations in share update exclusive mode")
    stranger.execute("rollback")
    assert all(entry.applied_at for entry in status(database_url))
    assert migrate(database_url) == []
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    for command in ("status", "migrate"):
        result = CliRunner().invoke(main, [command])
        assert result.exit_code == 0, result.output


def test_a_stranger_that_holds_a_lock_of_the_pipeline_is_named(database_url: str, stranger: psycopg.Connection):
    stranger.execute("select pg_advisory_lock(hashtext('syndication'), hashtext('a load'))")
    name, process_id = stranger.info.user, stranger.info.backend_pid
    with pytest.raises(DatabaseError) as caught, transaction(database_url, lock="a load"):
        pytest.fail("the lock was taken")
    message = str(caught.value)
    assert f"process {process_id} (login {name}, psql) holds the lock 'a load' and is no member of" in message
    assert f"select pg_terminate_backend({process_id});" in message
    stranger.execute("select pg_advisory_unlock_all()")
    with transaction(database_url, lock="a load") as connection:
        assert connection.execute("show lock_timeout").fetchone() == ("0",)


def test_a_lock_of_the_pipeline_itself_is_waited_for_and_reported(database_url: str, caplog: pytest.LogCaptureFixture):
    taken = threading.Event()
    release = threading.Event()

    def hold() -> None:
        with transaction(database_url, lock="a load"):
            taken.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(30)
    threading.Timer(2.5, release.set).start()
    with caplog.at_level(logging.WARNING), transaction(database_url, lock="a load") as connection:
        assert connection.execute("show lock_timeout").fetchone() == ("0",)
        assert connection.execute("select current_user::text").fetchone() == ("syndication_pipeline",)
    holder.join()
    assert "Waiting for the lock 'a load', which process " in caplog.text
    assert "syndication) holds." in caplog.text


def test_a_migration_that_needs_a_locked_table_ends_in_a_sentence_and_nothing_stays(empty_database_url: str, tmp_path):
    (tmp_path / "0001_one.up.sql").write_text("create table public.one (id integer);\n")
    (tmp_path / "0001_one.down.sql").write_text("drop table public.one;\n")
    migrate(empty_database_url, find_migrations(tmp_path))
    (tmp_path / "0002_two.up.sql").write_text("create table public.two (id integer); alter table one add two text;\n")
    (tmp_path / "0002_two.down.sql").write_text("drop table public.two;\n")
    with table_locked(empty_database_url, "public.one") as blocker:
        with pytest.raises(MigrationError) as caught:
            migrate(empty_database_url, find_migrations(tmp_path))
        process_id, name = blocker.info.backend_pid, blocker.info.user
    assert str(caught.value) == (
        f"Waited 1 seconds for process {process_id} (login {name}, an analyst): run this again when they have finished."
    )
    assert [entry.applied_at is None for entry in status(empty_database_url, find_migrations(tmp_path))] == [
        False,
        True,
    ]
    assert len(migrate(empty_database_url, find_migrations(tmp_path))) == 1


def test_a_second_migrator_waits_for_the_first_and_then_says_for_whom(database_url: str):
    with psycopg.connect(database_url, application_name="syndication") as first:
        first.execute("lock table public.syndication_migrations in share update exclusive mode")
        assert all(entry.applied_at for entry in status(database_url))
        with pytest.raises(MigrationError, match=f"Waited 1 seconds for process {first.info.backend_pid} "):
            migrate(database_url)
    assert migrate(database_url) == []


def test_status_of_a_locked_ledger_ends_in_a_sentence(database_url: str):
    message = r"A table is locked by process \d+ \(login \w+, an analyst\): run this"
    with (
        table_locked(database_url, "public.syndication_migrations"),
        pytest.raises(DatabaseError, match=message),
    ):
        status(database_url)


def test_a_status_writes_nothing(empty_database_url: str):
    assert all(entry.applied_at is None for entry in status(empty_database_url))
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("select to_regclass('public.syndication_migrations')").fetchone() == (None,)


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (["organization", "list"], "tenancy.organizations"),
        (["quarantine", "list"], "landing.quarantine"),
        (["account", "list"], "channels.social_accounts"),
        (["targets", "list"], "publishing.post_targets"),
    ],
)
def test_a_list_of_a_locked_table_ends_in_a_sentence(
    command: list[str], table: str, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    with table_locked(database_url, table):
        result = CliRunner().invoke(main, command)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), repr(result.exception)
    assert result.output.startswith("Error: A table is locked by process ")
    assert CliRunner().invoke(main, command).exit_code == 0


def test_only_reading_commands_are_impatient(database_url: str):
    with transaction(database_url) as connection:
        assert connection.execute("show lock_timeout").fetchone() == ("0",)
    with locks.waiting_at_most(7), transaction(database_url) as connection:
        assert connection.execute("show lock_timeout").fetchone() == ("7s",)
