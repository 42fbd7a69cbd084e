"""A kept connection survives the end of its session, whichever of the server's answers tells of it."""

import psycopg
import pytest

from syndication_assets.database.connection import Connection, DatabaseError
from syndication_assets.database.sessions.kept_connection import ConnectionLostError, KeptConnection


@pytest.mark.parametrize("error", [psycopg.errors.AdminShutdown, psycopg.errors.CrashShutdown])
def test_a_session_that_the_server_ends_is_opened_again(database_url: str, error: type[psycopg.Error]):
    connections: list[Connection] = []

    def end_the_first(connection: Connection) -> int:
        connections.append(connection)
        # The server's message arrives before the connection is closed.
        if len(connections) == 1:
            raise error
        return len(connections)

    kept = KeptConnection(database_url)
    assert kept.run(end_the_first) == 2
    kept.close()
    assert connections[0] is not connections[1]


def test_work_runs_twice_at_most(database_url: str):
    def end(_: Connection) -> None:
        raise psycopg.errors.AdminShutdown

    kept = KeptConnection(database_url)
    with pytest.raises(ConnectionLostError):
        kept.run(end)
    kept.close()


def test_a_refused_statement_is_not_repeated(database_url: str):
    calls: list[int] = []

    def fail(connection: Connection) -> None:
        calls.append(1)
        connection.execute("select 1 / 0")

    kept = KeptConnection(database_url)
    with pytest.raises(DatabaseError, match="division by zero"):
        kept.run(fail)
    kept.close()
    assert len(calls) == 1
