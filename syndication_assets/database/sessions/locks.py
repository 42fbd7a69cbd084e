"""Waiting for locks: never silently, and never without end for somebody who is not one of our own processes.

Everybody who may connect may hold any advisory lock. So a wait for one is reported with the login that holds it, and
ends with an error if that login is no member of `syndication_pipeline`.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import psycopg

_SECONDS_BETWEEN_REPORTS = 30
_SHOWN_HOLDERS = 3
_SECONDS_BETWEEN_TRIES = 0.2

# A killed process would hold its locks until its statement ends. A server on Windows rejects the setting.
_NOTICE_A_DEAD_CLIENT = (
    "select set_config('client_connection_check_interval', '5s', true) where version() !~* 'visual|msvc|mingw'"
)
_HOLDERS = """
select distinct a.pid, a.usename::text, a.application_name, pg_has_role(a.usename, 'syndication_pipeline', 'member')
from pg_locks as l
join pg_stat_activity as a on l.pid = a.pid
where
    l.granted
    and l.locktype = 'advisory'
    and l.database = (select oid from pg_database where datname = current_database())
    and (l.classid, l.objid, l.objsubid) = (hashtext('syndication')::oid, hashtext(%s)::oid, 2)
order by 1
"""
_USERS_OF_TABLES = """
select distinct a.pid, a.usename::text, a.application_name, true
from pg_locks as l
join pg_class as c on l.relation = c.oid
join pg_stat_activity as a on l.pid = a.pid
where
    l.granted
    and l.pid <> pg_backend_pid()
    and l.pid <> all(%s)
    and l.database = (select oid from pg_database where datname = current_database())
    and c.relnamespace::regnamespace::text <> all(array['pg_catalog', 'information_schema', 'pg_toast'])
order by 1
"""

logger = logging.getLogger(__name__)
_most_seconds: ContextVar[int | None] = ContextVar("most_seconds", default=None)


class Holder(NamedTuple):
    """A session that holds a lock."""

    process_id: int
    login: str
    application: str
    is_ours: bool
    """Whether its login may act as the pipeline."""

    def __str__(self) -> str:
        application = f", {self.application}" if self.application else ""
        return f"process {self.process_id} (login {self.login}{application})"


class StrangerHoldsLockError(Exception):
    """A login that is no member of `syndication_pipeline` holds a lock of the pipeline."""


@contextmanager
def waiting_at_most(seconds: int) -> Iterator[None]:
    """Transactions of this block fail if they have to wait for a lock longer than this: for commands that only read."""
    token = _most_seconds.set(seconds)
    try:
        yield
    finally:
        _most_seconds.reset(token)


def lock_timeout() -> str:
    """The setting for a new transaction; `0` waits without end."""
    seconds = _most_seconds.get()
    return "0" if seconds is None else f"{seconds}s"


def lock_table(connection: psycopg.Connection[Any], table: str, mode: str, seconds: int) -> None:
    """Locks a table in the transaction that begins with it; LockNotAvailable if that takes longer.

    Asks again and again: a session that waits within a statement has a snapshot, and whoever builds an index online
    waits for it in turn.
    """
    connection.commit()
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute(f"lock table {table} in {mode} mode nowait".encode())
        except psycopg.errors.LockNotAvailable:
            connection.rollback()
            if time.monotonic() >= deadline:
                raise
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return


def wait_for(connection: psycopg.Connection[Any], lock: str) -> None:
    """Takes the advisory lock of this name until the end of the transaction.

    Waits as long as our own processes hold it, and logs which. Raises StrangerHoldsLockError for any other holder. If
    this process is killed, the server releases the lock within seconds.
    """
    connection.execute(_NOTICE_A_DEAD_CLIENT)
    parameters = {"lock": lock, "seconds": f"{_SECONDS_BETWEEN_REPORTS}s", "usual": lock_timeout()}
    statement = "select pg_try_advisory_xact_lock(hashtext('syndication'), hashtext(%(lock)s))"
    if connection.execute(statement, parameters).fetchone() == (True,):
        return
    while True:
        try:
            with connection.transaction():
                connection.execute("select set_config('lock_timeout', %(seconds)s, true)", parameters)
                connection.execute(
                    "select pg_advisory_xact_lock(hashtext('syndication'), hashtext(%(lock)s))", parameters
                )
                connection.execute("select set_config('lock_timeout', %(usual)s, true)", parameters)
                return
        except psycopg.errors.LockNotAvailable:
            holders = [Holder(*row) for row in connection.execute(_HOLDERS, [lock])]
        strangers = [holder for holder in holders if not holder.is_ours]
        if strangers:
            raise StrangerHoldsLockError(
                f"{strangers[0]} holds the lock {lock!r} and is no member of syndication_pipeline. Let an "
                f"administrator run: select pg_terminate_backend({strangers[0].process_id}); and take the login's "
                "right to connect (docs/operate.md)."
            ) from None
        logger.warning("Waiting for the lock %r, which %s holds.", lock, _listed(holders))


def users_of_tables(url: str, *own: int) -> str:
    """The sessions that hold locks on our tables, for a message, without those with our `own` process ids."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            return _listed([Holder(*row) for row in connection.execute(_USERS_OF_TABLES, [list(own)])])
    except psycopg.Error:
        return "a session that cannot be looked up"


def _listed(holders: list[Holder]) -> str:
    if not holders:
        return "a session that has ended since"
    more = len(holders) - _SHOWN_HOLDERS
    return ", ".join(map(str, holders[:_SHOWN_HOLDERS])) + (f" and {more} more" if more > 0 else "")
