"""The transactions of a job use one session after another, which is as new for each."""

import threading

import psycopg
import pytest

from syndication_assets.database.connection import Connection, DatabaseError, transaction
from syndication_assets.database.sessions import kept_sessions
from syndication_assets.database.sessions.kept_sessions import sessions_kept
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers

TRACES = """
select set_config('app.organization_id', 'org-00000001', false), set_config('timezone', 'Asia/Tokyo', false);
select pg_advisory_lock(7);
listen news;
prepare question as select 1;
create temporary table left_behind (number integer);
declare held cursor with hold for select 1;
"""
FIND_TRACES = """
select
    nullif(current_setting('app.organization_id', true), ''),
    (select reset_val from pg_settings where name = 'TimeZone') <> current_setting('TimeZone'),
    (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
    (select count(*) from pg_listening_channels()),
    (select count(*) from pg_prepared_statements where name = 'question'),
    to_regclass('pg_temp.left_behind') is not null,
    (select count(*) from pg_cursors where name = 'held')
"""


@pytest.fixture
def url(server: Server, template_database: str) -> str:
    """A database whose sessions the tests themselves do not keep; the server has the project's roles."""
    return server.url("postgres")


def process_of(connection: Connection) -> int:
    return int(connection.execute("select pg_backend_pid()").fetchall()[0][0])


def process_of_a_transaction(url: str) -> int:
    with transaction(url) as connection:
        return process_of(connection)


def fail(url: str, processes: list[int]) -> None:
    with transaction(url) as connection:
        processes.append(process_of(connection))
        connection.execute("select 1 / 0")


def is_running(url: str, process: int) -> bool:
    with psycopg.connect(url) as connection:
        query = "select count(*) from pg_stat_get_activity(%s) as a where a.pid is not null"
        return bool(connection.execute(query, [process]).fetchall()[0][0])


def test_transactions_of_a_job_share_a_session_which_ends_with_the_last_job(url: str):
    assert process_of_a_transaction(url) != process_of_a_transaction(url)
    with sessions_kept():
        first = process_of_a_transaction(url)
        with sessions_kept():
            assert process_of_a_transaction(url) == first
        assert process_of_a_transaction(url) == first
        assert is_running(url, first)
    assert kept_sessions._idle == []
    assert process_of_a_transaction(url) != first


def test_transactions_at_the_same_time_have_a_session_each_of_which_three_are_kept(url: str):
    found: list[int] = []
    together = threading.Barrier(4)

    def work() -> None:
        with transaction(url) as connection:
            found.append(process_of(connection))
            together.wait()

    with sessions_kept():
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 4
        assert len(kept_sessions._idle) == 3


@pytest.mark.parametrize("resets", [True, pytest.param(False, id="negative control")])
def test_a_session_is_as_new_for_the_next_transaction(url: str, resets: bool, monkeypatch: pytest.MonkeyPatch):
    if not resets:
        monkeypatch.setattr(kept_sessions, "_is_as_new", lambda _: True)
    with sessions_kept():
        with transaction(url, role="postgres") as connection:
            before = connection.execute(FIND_TRACES).fetchall()
            connection.execute(TRACES)
            process = process_of(connection)
        with transaction(url, role="postgres") as connection:
            assert process_of(connection) == process
            assert (connection.execute(FIND_TRACES).fetchall() == before) is resets


def test_a_session_is_not_used_again_after_an_error_or_its_end_or_with_other_options(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    with sessions_kept():
        failed: list[int] = []
        with pytest.raises(DatabaseError):
            fail(url, failed)
        ended = process_of_a_transaction(url)
        assert [ended] != failed
        with psycopg.connect(url) as administrator:
            administrator.execute("select pg_terminate_backend(%s, 5000)", [ended])
        kept = process_of_a_transaction(url)
        assert kept != ended
        monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=7s")
        with transaction(url) as connection:
            assert process_of(connection) != kept
            assert connection.execute("show statement_timeout").fetchall() == [("7s",)]
