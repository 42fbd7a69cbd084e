"""Sessions of PostgreSQL that are used again, as behind a pooler in session mode: what closes a connection to a test's
database resets the session, and the next connection with the same parameters takes it.

Half of the server's time was spent on new sessions, each of which reads the catalogue again. Only sessions of an
administrator on databases that tests created are kept. With `make test-all`, the tests of `both_servers` run on
connections of their own on the second server.
"""

import os
import select
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, Self

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ConnStatus, PGconn, TransactionStatus

_MOST_IDLE_SESSIONS = 3
_RESET = (b"select pg_stat_force_next_flush()", b"discard all")
"""A session that ends reports its statistics, and drops all that is its own."""

Key = tuple[tuple[str, str], ...]


class KeptConnection(psycopg.Connection[Any]):
    """A connection whose session outlives it, if its parameters have a key."""

    key: Key | None = None

    @classmethod
    def connect(cls, conninfo: str = "", *, autocommit: bool = False, **options: Any) -> Self:
        parameters = {name: options.pop(name) for name in list(options) if name not in _OPTIONS_OF_PSYCOPG}
        key = _key(conninfo, tuple(sorted(parameters.items())), _environment())
        session = _take(key)
        if session is None:
            connection = super().connect(conninfo, autocommit=autocommit, **options, **parameters)
        else:
            connection = cls(session)
            connection._autocommit = autocommit
            connection.prepare_threshold = options.get("prepare_threshold", 5)
            if options.get("context") is not None:
                connection._adapters = AdaptersMap(options["context"].adapters)
            for name in ("row_factory", "cursor_factory"):
                if options.get(name) is not None:
                    setattr(connection, name, options[name])
        connection.key = key
        return connection

    def close(self) -> None:
        session = self.pgconn
        if self.closed or self.key is None or not _is_reset(session):
            super().close()
            return
        self.pgconn = PGconn()  # this connection is closed for its holder
        self._closed = True
        _give_back(self.key, session)


_OPTIONS_OF_PSYCOPG = frozenset({"prepare_threshold", "context", "row_factory", "cursor_factory"})
_idle: defaultdict[Key, list[PGconn]] = defaultdict(list)
_lock = Lock()
_servers: set[tuple[str, str, str]] = set()
"""Host, port and user of the servers whose sessions are kept."""
DATABASE_PREFIX = f"test_{os.getpid()}_"
"""Of the databases whose sessions are kept: a test's own, which nothing but its process uses."""


@contextmanager
def sessions_kept(admin_urls: Iterable[str]) -> Iterator[None]:
    """Keeps the sessions of these users on the databases of tests, for all code in this process."""
    connect = psycopg.connect
    _servers.update(_server(conninfo_to_dict(url)) for url in admin_urls)
    psycopg.connect = KeptConnection.connect
    try:
        yield
    finally:
        psycopg.connect = connect
        end_sessions()
        _servers.clear()
        _key.cache_clear()


def are_kept(url: str) -> bool:
    """Whether sessions on this database are used again."""
    return _key(url, (), _environment()) is not None


@contextmanager
def sessions_not_kept(admin_url: str) -> Iterator[None]:
    """Opens a new session for each connection of this user, within `sessions_kept`."""
    server = _server(conninfo_to_dict(admin_url))
    _servers.discard(server)
    _key.cache_clear()
    try:
        yield
    finally:
        _servers.add(server)
        _key.cache_clear()


def end_sessions(database: str | None = None) -> None:
    """Ends the sessions on this database, or all, that nobody uses."""
    with _lock:
        for key in [key for key in _idle if database is None or ("dbname", database) in key]:
            for session in _idle.pop(key):
                session.finish()


def idle_processes() -> list[int]:
    """The server's processes of the sessions that nobody uses."""
    with _lock:
        return [session.backend_pid for sessions in _idle.values() for session in sessions]


@lru_cache(1000)
def _key(conninfo: str, parameters: tuple[tuple[str, Any], ...], environment: Key) -> Key | None:
    """What a session depends on; None if it is not to be kept."""
    try:
        of_session = conninfo_to_dict(conninfo, **dict(parameters))
    except psycopg.Error:
        return None
    if _server(of_session) not in _servers or not str(of_session.get("dbname")).startswith(DATABASE_PREFIX):
        return None
    return (*sorted((name, str(value)) for name, value in of_session.items()), *environment)


def _server(parameters: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(parameters.get("host")), str(parameters.get("port")), str(parameters.get("user"))


def _environment() -> Key:
    return tuple((name, value) for name, value in os.environ.items() if name.startswith("PG"))


def _take(key: Key | None) -> PGconn | None:
    """An idle session that the server has not ended and has told nothing."""
    if key is None:
        return None
    with _lock:
        sessions = _idle[key]
        while sessions:
            session = sessions.pop()
            if session.status == ConnStatus.OK and not select.select([session.socket], [], [], 0)[0]:
                return session
            session.finish()
    return None


def _is_reset(session: PGconn) -> bool:
    """Rolls back and resets the session; False if that is impossible."""
    if session.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        session.exec_(b"rollback")
    for statement in _RESET:
        if session.transaction_status != TransactionStatus.IDLE:
            return False
        session.exec_(statement)
    return bool(session.transaction_status == TransactionStatus.IDLE and session.status == ConnStatus.OK)


def _give_back(key: Key, session: PGconn) -> None:
    session.notice_handler = session.notify_handler = None
    with _lock:
        if len(_idle[key]) < _MOST_IDLE_SESSIONS:
            _idle[key].append(session)
            return
    session.finish()
