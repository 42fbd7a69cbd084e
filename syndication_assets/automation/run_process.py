"""Whether the process that executes a run still lives, on this machine or another.

The process holds an advisory lock on the id of each run that it has started, in a session of its own on Dagster's
database, until it ends. A run that is not finished although nobody holds its lock has no process any more: it was
killed, its terminal was closed, or its machine is gone.
"""

import os
import platform
import threading
import time
from contextlib import suppress

import psutil
import sqlalchemy
from dagster_postgres.utils import create_pg_engine

PROCESS_TAG = "syndication/process"
"""The tag of a run that says what executes it: `<host>/<process id>/<when the process began, in Unix seconds>`."""

_SECONDS_BETWEEN_CHECKS = 5
_SECONDS_TO_LOCK_AGAIN = 600
"""After a restart of the server, the processes of other machines have this long to take their locks again."""
_TOLERATED_SECONDS = 2

_LOCK = sqlalchemy.text("select pg_try_advisory_lock(hashtext('dagster run'), hashtext(:run_id))")
_IS_FREE = sqlalchemy.text(
    "select not exists ("
    "select from pg_locks where locktype = 'advisory' and granted and objsubid = 2"
    " and database = (select oid from pg_database where datname = current_database())"
    " and classid = hashtext('dagster run')::oid and objid = hashtext(:run_id)::oid"
    "), clock_timestamp() > pg_postmaster_start_time() + make_interval(secs => :seconds)"
)


class RunLocks:
    """The locks of the runs that this process executes."""

    def __init__(self, url: str) -> None:
        # The session is idle: without this, a firewall on the way would end it.
        options = {"keepalives_idle": 60}
        self._engine = create_pg_engine(
            url, None, poolclass=sqlalchemy.NullPool, isolation_level="AUTOCOMMIT", connect_args=options
        )
        self._connection: sqlalchemy.Connection | None = None
        self._run_ids: list[str] = []
        self._checked_at = 0.0
        self._one_thread = threading.Lock()

    def take(self, run_id: str) -> bool:
        """Takes the lock of a run; it is held until this process ends, or until `release`.

        False if another process holds it.
        """
        with self._one_thread:
            self._run_ids = [*(other for other in self._run_ids if other != run_id), run_id]
            return self._check()

    def keep(self) -> None:
        """Takes the locks again if their session has ended, for example because the server was restarted."""
        if not self._run_ids or time.monotonic() - self._checked_at < _SECONDS_BETWEEN_CHECKS:
            return
        # The server may be away: the event that is stored next says so.
        with self._one_thread, suppress(sqlalchemy.exc.DBAPIError):
            self._check()

    def release(self) -> None:
        self._run_ids.clear()
        self._close()

    def _check(self) -> bool:
        """Makes sure that there is a session, and that it has tried every lock; whether it holds the newest."""
        self._checked_at = time.monotonic()
        try:
            if self._connection is not None:
                return _try_lock(self._connection, self._run_ids[-1])
        except sqlalchemy.exc.DBAPIError:
            self._close()
        self._connection = self._engine.connect()
        return [_try_lock(self._connection, run_id) for run_id in self._run_ids][-1]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _try_lock(connection: sqlalchemy.Connection, run_id: str) -> bool:
    return bool(connection.execute(_LOCK, {"run_id": run_id}).scalar_one())


def own_process() -> str:
    """This process, as in the tag of a run."""
    return f"{platform.node()}/{os.getpid()}/{psutil.Process().create_time():.0f}"


def is_dead(connection: sqlalchemy.Connection, run_id: str, process: str | None) -> bool:
    """Whether the process of an unfinished run has ended; False if that is not known.

    `process` is the value of the run's tag. A run without it was started by another program, which holds no lock.
    """
    if process is None:
        return False
    is_here = process.partition("/")[0] == platform.node()
    if is_here and _lives_here(process):
        return False
    is_free, is_time_over = connection.execute(
        _IS_FREE, {"run_id": run_id, "seconds": _SECONDS_TO_LOCK_AGAIN}
    ).fetchall()[0]
    return bool(is_free and (is_here or is_time_over))


def _lives_here(process: str) -> bool:
    _, process_id, began_at = process.rsplit("/", 2)
    try:
        found = psutil.Process(int(process_id))
        is_same = abs(found.create_time() - float(began_at)) <= _TOLERATED_SECONDS
        # A killed process keeps its id until its parent has reaped it.
        return bool(is_same and found.status() != psutil.STATUS_ZOMBIE)
    except (ValueError, psutil.NoSuchProcess):
        return False
