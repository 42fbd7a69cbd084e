"""Refuses a URL that leads through a pooler which shares sessions between clients, as PgBouncer in transaction mode.

The pipeline keeps things in its sessions: who acts, and the locks that say that a process lives. Through such a pooler
both would belong to whoever is served next, and a lock would be granted twice. Readers keep nothing in a session: all
that they set ends with their transaction.
"""

from contextlib import closing

import psycopg

from syndication_assets.database.connection import Connection, open_connection
from syndication_assets.database.connection_url import DATABASE_VARIABLE
from syndication_assets.errors import SyndicationError

_ROUNDS = 3
_ASKED: set[str] = set()


class SharedSessionError(SyndicationError):
    """Two connections were served by the same session of the server."""


def require_own_sessions(url: str, variable: str = DATABASE_VARIABLE) -> None:
    """SharedSessionError, which names `variable`, if connections to the URL have no session of their own.

    A process asks once a URL. A direct connection costs one query: its session is the one that the server named when it
    connected, which a pooler does not pass on. A server that does not answer is left to whoever needs it.
    """
    if url in _ASKED:
        return
    try:
        is_shared = _shares_sessions(url)
    except (SyndicationError, psycopg.Error):
        return
    if is_shared:
        raise SharedSessionError(
            f"{variable} leads through a pooler that shares sessions (pool_mode = transaction), where a lock is "
            "granted twice: set it to the server itself, or to a pool with pool_mode = session; only "
            "SYNDICATION_READING_URL may go through this one."
        )
    _ASKED.add(url)


def _shares_sessions(url: str) -> bool:
    with closing(open_connection(url, autocommit=True)) as first:
        if _session(first) == first.info.backend_pid:
            return False
        with closing(open_connection(url, autocommit=True)) as second:
            return any(_is_shared(first, second) for _ in range(_ROUNDS))


def _is_shared(first: Connection, second: Connection) -> bool:
    """Whether the second is served by the session of the first, or the first by another one than before.

    A pooler gives the next client the session that was freed last.
    """
    before = _session(first)
    return _session(second) == before or _session(first) != before


def _session(connection: Connection) -> int:
    return int(connection.execute("select pg_backend_pid()").fetchall()[0][0])
