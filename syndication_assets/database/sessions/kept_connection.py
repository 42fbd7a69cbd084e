"""One connection for many small writes, opened when it is first needed and again after it was lost."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

import psycopg

from syndication_assets.database.connection import Connection, DatabaseError, connect, describe

Value = TypeVar("Value")


class ConnectionLostError(DatabaseError):
    """There is no connection to the server; the transaction was rolled back, or its end is unknown."""


_ENDED = (psycopg.errors.AdminShutdown, psycopg.errors.CrashShutdown)
"""The server's last words in a session: it sends them before the connection is closed."""


class KeptConnection:
    """Not for several threads at a time. Close it when done."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = ExitStack()
        self._connection: Connection | None = None

    def run(self, work: Callable[[Connection], Value]) -> Value:
        """Runs `work`, and once more if the connection turns out to be lost. What is more than one statement opens a
        transaction.

        ConnectionLostError, or DatabaseError if PostgreSQL refuses what `work` does.
        """
        for is_last in (False, True):
            connection = self._open()
            try:
                return work(connection)
            except psycopg.Error as error:
                described = describe(error)
                if isinstance(error, _ENDED):
                    connection.close()
            if not connection.closed:
                raise DatabaseError(described)
            if is_last:
                break
        raise ConnectionLostError(described)

    def close(self) -> None:
        self._stack.close()
        self._connection = None

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            try:
                self.close()
                self._connection = self._stack.enter_context(connect(self._url, autocommit=True))
                self._connection.execute("set role syndication_pipeline; set jit = off; set timezone = 'UTC'")
            except (DatabaseError, psycopg.Error) as error:
                self.close()
                message = describe(error) if isinstance(error, psycopg.Error) else str(error)
                raise ConnectionLostError(message) from None
        return self._connection
