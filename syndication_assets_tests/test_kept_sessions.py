"""A session that tests use again is like a new one, and a connection that was closed stays closed."""

import threading

import psycopg
import pytest

from syndication_assets_tests.kept_sessions import DATABASE_PREFIX, KeptConnection, are_kept, sessions_not_kept
from syndication_assets_tests.servers import Server


@pytest.fixture(autouse=True)
def where_sessions_are_kept(server: Server) -> None:
    if not are_kept(server.url(DATABASE_PREFIX)):
        pytest.skip("with --everything, sessions of further servers are not kept")


def process_of(connection: psycopg.Connection) -> int:
    return connection.info.backend_pid


def test_the_next_connection_with_the_same_parameters_takes_the_session(database_url: str):
    with psycopg.connect(database_url) as first:
        process = process_of(first)
    with psycopg.connect(database_url, autocommit=True) as second, psycopg.connect(database_url) as third:
        assert (process_of(second), second.autocommit, third.autocommit) == (process, True, False)
        assert process_of(third) != process
    with psycopg.connect(database_url, options="-c statement_timeout=5s") as other:
        assert other.execute("show statement_timeout").fetchone() == ("5s",)
        assert process_of(other) != process


def test_a_server_may_be_left_out(database_url: str, server: Server):
    with psycopg.connect(database_url) as first:
        process = process_of(first)
    with sessions_not_kept(server.admin_url):
        assert not are_kept(database_url)
        with psycopg.connect(database_url) as second:
            assert process_of(second) != process
    assert are_kept(database_url)


def test_a_session_is_reset(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as first:
        process = process_of(first)
        first.execute("create temporary table mine (number integer)")
        first.execute("prepare mine as select 1")
        first.execute("set timezone = 'Asia/Tokyo'; set role syndication_reader")
        first.execute("select pg_advisory_lock(7)")
    with psycopg.connect(database_url, cursor_factory=psycopg.ClientCursor) as second:
        assert process_of(second) == process
        assert second.execute("select current_user = session_user, current_setting('timezone')").fetchone() == (
            True,
            "UTC",
        )
        assert second.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)
        assert second.execute("select to_regclass('pg_temp.mine')").fetchone() == (None,)
        assert second.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() == (0,)


def test_what_was_not_committed_is_rolled_back_and_what_was_written_is_counted(database_url: str):
    connection = psycopg.connect(database_url)
    connection.execute("create table public.mine (number integer)")
    connection.commit()
    connection.execute("insert into public.mine values (1)")
    connection.commit()
    connection.execute("insert into public.mine values (2)")
    connection.close()
    with psycopg.connect(database_url) as second:
        assert second.execute("select number from public.mine").fetchall() == [(1,)]
        (inserted,) = second.execute("select n_tup_ins from pg_stat_user_tables where relname = 'mine'").fetchone()
        assert inserted == 2


def test_a_closed_connection_is_closed_for_its_holder(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("select 1")
    assert connection.closed
    with psycopg.connect(database_url), pytest.raises(psycopg.OperationalError, match="closed"):
        connection.execute("select 1")


def test_a_session_that_the_server_has_ended_is_not_taken(database_url: str):
    with psycopg.connect(database_url) as first:
        process = process_of(first)
    with psycopg.connect(database_url, application_name="other", autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 10000)", [process])
    with psycopg.connect(database_url) as second:
        assert process_of(second) != process
        assert second.execute("select 1").fetchone() == (1,)


def test_threads_have_sessions_of_their_own(database_url: str):
    processes: list[int] = []
    together = threading.Barrier(4)

    def connect() -> None:
        with psycopg.connect(database_url) as connection:
            processes.append(process_of(connection))
            together.wait(30)

    threads = [threading.Thread(target=connect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(processes)) == 4


def test_sessions_of_other_databases_and_users_end(server: Server):
    with psycopg.connect(server.url("postgres")) as connection:
        assert isinstance(connection, KeptConnection)
        assert connection.key is None
        process = process_of(connection)
    with psycopg.connect(server.url("postgres")) as connection:
        assert process_of(connection) != process
