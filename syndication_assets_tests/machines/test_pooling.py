"""Readers may share the server sessions of a pooler. The pipeline may not, and is told so when it starts."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.automation.dagster_event_log import PooledPostgresEventLogStorage
from syndication_assets.cli.main import main
from syndication_assets.database.connection_url import STORAGE_VARIABLE
from syndication_assets.database.sessions import pooling
from syndication_assets.database.sessions.pooling import SharedSessionError, require_own_sessions
from syndication_assets.engagement.report.report_queries import reader
from syndication_assets.engagement.report.report_values import Organization
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.machines.services import pgbouncer
from syndication_assets_tests.servers import Server
from syndication_assets_tests.tenancy.conftest import fill_two_organizations

ADVICE = r"leads through a pooler that shares sessions .* set it to the server itself"


@pytest.fixture(scope="module")
def filled(server: Server, template_database: str) -> Iterator[tuple[str, Organization, Organization]]:
    with new_database(server, template_database) as url:
        first, second = fill_two_organizations(url)
        yield url, Organization(first, "first", "first"), Organization(second, "second", "second")


@pytest.fixture
def transaction_pool(filled: tuple[str, Organization, Organization], tmp_path: Path) -> Iterator[str]:
    with pgbouncer(tmp_path, filled[0], mode="transaction") as url:
        yield url


@pytest.fixture(autouse=True)
def asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "_ASKED", set())


def posts(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute("select distinct organization_id from scraping.posts")}


def test_two_tenants_read_their_own_rows_through_one_server_session(
    filled: tuple[str, Organization, Organization], server: Server, tmp_path: Path
):
    url, first, second = filled
    with (
        login(server.url("postgres"), member_of="syndication_reader") as name,
        pgbouncer(tmp_path, url_as(name, url), mode="transaction") as pool,
        psycopg.connect(pool, autocommit=True) as other,
    ):
        for _ in range(2):
            for organization in (first, second):
                with reader(pool, organization) as connection:
                    session = connection.execute("select pg_backend_pid()").fetchall()
                    assert posts(connection) == {organization.organization_id}
                # The next transaction of the same session has neither the role nor the organization.
                assert other.execute("select pg_backend_pid()").fetchall() == session
                left = "select current_user = session_user, coalesce(current_setting('app.organization_id', true), '')"
                assert other.execute(left).fetchall() == [(True, "")]
                assert posts(other) == set()


def test_what_is_set_for_a_session_reaches_the_next_client(
    filled: tuple[str, Organization, Organization], transaction_pool: str
):
    """The negative control: why readers set everything for their transaction only."""
    _, first, _ = filled
    with (
        psycopg.connect(transaction_pool, autocommit=True) as careless,
        psycopg.connect(transaction_pool, autocommit=True) as next_client,
    ):
        careless.execute("set role syndication_reader")
        careless.execute("select set_config('app.organization_id', %s, false)", [first.organization_id])
        assert posts(next_client) == {first.organization_id}


@pytest.mark.parametrize("pool_size", [1, 3])
def test_the_pipeline_refuses_a_pool_that_shares_sessions(
    filled: tuple[str, Organization, Organization], tmp_path: Path, pool_size: int
):
    with (
        pgbouncer(tmp_path, filled[0], mode="transaction", pool_size=pool_size) as pool,
        pytest.raises(SharedSessionError, match=f"SYNDICATION_DATABASE_URL {ADVICE}"),
    ):
        require_own_sessions(pool)


def test_a_pool_of_sessions_and_the_server_itself_are_accepted(
    filled: tuple[str, Organization, Organization], tmp_path: Path
):
    require_own_sessions(filled[0])
    with pgbouncer(tmp_path, filled[0], mode="session", pool_size=3) as pool:
        require_own_sessions(pool)


def test_a_lock_is_granted_twice_in_a_pool_that_shares_sessions(transaction_pool: str):
    """The negative control: what would happen to the locks that say that a process lives."""
    statement = "select pg_try_advisory_lock(1, 2), pg_backend_pid()"
    with (
        psycopg.connect(transaction_pool, autocommit=True) as first,
        psycopg.connect(transaction_pool, autocommit=True) as second,
    ):
        granted, session = first.execute(statement).fetchall()[0]
        assert second.execute(statement).fetchall() == [(granted, session)]
        assert granted


def test_every_start_refuses_in_one_sentence(transaction_pool: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", transaction_pool)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    for command in (["organization", "list"], ["materialize"], ["migrate"]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 1, command
        assert "SYNDICATION_DATABASE_URL leads through a pooler" in result.output
    storage = transaction_pool.replace("postgresql://", "postgresql+psycopg2://")
    with pytest.raises(SharedSessionError, match=f"{STORAGE_VARIABLE} {ADVICE}"):
        PooledPostgresEventLogStorage(storage)
