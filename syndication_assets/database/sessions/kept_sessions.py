"""Sessions that the transactions of a job use one after another: a new session reads the server's catalogue again,
which costs more than most transactions do.

A session is kept only after a commit, and reset: what it set, prepared, listened to or locked is gone, and its
temporary tables too. It ends with the job, so that no session is idle in a process that waits.
"""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

Connection = psycopg.Connection[tuple[Any, ...]]

_MOST_IDLE = 3
"""More sessions than one thread nests transactions are never idle."""
_lock = Lock()
_idle: list[tuple[object, Connection]] = []
_jobs = 0


@contextmanager
def sessions_kept() -> Iterator[None]:
    """Keeps the sessions of the transactions within, and ends them with the last job of the process."""
    global _jobs  # noqa: PLW0603
    with _lock:
        _jobs += 1
    try:
        yield
    finally:
        with _lock:
            _jobs -= 1
            ended = [connection for _, connection in _idle] if _jobs == 0 else []
            if ended:
                _idle.clear()
        for connection in ended:
            connection.close()


def take(url: str) -> Connection | None:
    """An idle session on this database that its server has neither ended nor told anything; None if there is none."""
    key = _key(url)
    while True:
        with _lock:
            found = next((entry for entry in reversed(_idle) if entry[0] == key), None)
            if found is None:
                return None
            _idle.remove(found)
        connection = found[1]
        if not connection.closed and not select.select([connection.fileno()], [], [], 0)[0]:
            return connection
        connection.close()


def give_back(url: str, connection: Connection) -> None:
    """Keeps the session of a transaction that was committed for the next one, as new; ends it if no job runs."""
    if _jobs and _is_as_new(connection):
        with _lock:
            if _jobs and len(_idle) < _MOST_IDLE:
                _idle.append((_key(url), connection))
                return
    connection.close()


def _key(url: str) -> object:
    """What a new session would depend on. A forked process has none of the sessions of its parent."""
    return url, os.getpid(), tuple(sorted(entry for entry in os.environ.items() if entry[0].startswith("PG")))


def _is_as_new(connection: Connection) -> bool:
    """Takes back all that a session may set, hold or prepare, and reports its statistics as its end would."""
    if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    try:
        connection.autocommit = True
        connection.execute("select pg_stat_force_next_flush()")
        connection.execute("discard all")
        connection.autocommit = False
    except psycopg.Error:
        return False
    return True
