"""`scraping.download_runs`: one row per fetch or load, correct even if the process dies.

A run is opened and committed before its work and closed together with the work. Meanwhile its process holds an advisory
lock on the run id: a run with the status `running` whose lock is free has died, and the next run of the same kind,
source and organization closes it.
"""

import getpass
import platform as host_platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any, Literal

import msgspec

from syndication_assets.database.connection import Connection, connect

RunKind = Literal["fetch", "load"]
RunStatus = Literal["completed", "failed", "cancelled"]


@dataclass(slots=True)
class RunCounters:
    """The counters of a run, named like the columns of `download_runs`."""

    files_read: int = 0
    items_read: int = 0
    items_quarantined: int = 0
    source_errors: int = 0
    posts_fetched: int = 0
    posts_new: int = 0
    posts_updated: int = 0
    snapshots_new: int = 0
    snapshots_updated: int = 0
    snapshots_removed: int = 0
    unknown_keys: dict[str, int] = field(default_factory=dict)
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class DownloadRun:
    """An open run."""

    organization_id: str
    run_id: str


class RunSession:
    """Opens and closes runs on its own connection, which holds the locks of the open runs."""

    def __init__(self, connection: Connection, script_name: str, dagster_run_id: str | None) -> None:
        self._connection = connection
        self._script_name = script_name
        self._dagster_run_id = dagster_run_id

    def open(
        self, *, kind: RunKind, organization_id: str, source: str, platform: str | None, first_day: date, last_day: date
    ) -> DownloadRun:
        """Closes dead runs, then opens and commits a new run."""
        (run_id,) = self._fetch_row("select tenancy.public_id('run', nextval('scraping.run_id_sequence'))")
        # Lock first: every visible run is locked as long as its process lives.
        self._connection.execute("select pg_advisory_lock(hashtext('download run'), hashtext(%s))", [run_id])
        self._close_dead_runs(kind, organization_id, source, closed_by=run_id)
        self._connection.execute(
            "insert into scraping.download_runs (organization_id, run_id, kind, source, platform, partition_from,"
            " partition_to, script_name, dagster_run_id, system_info) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                organization_id,
                run_id,
                kind,
                source,
                platform,
                first_day,
                last_day,
                self._script_name,
                self._dagster_run_id,
                msgspec.json.encode(_system_info()).decode(),
            ],
        )
        return DownloadRun(organization_id, run_id)

    def close(
        self, run: DownloadRun, status: RunStatus, counters: RunCounters, error_message: str | None = None
    ) -> None:
        """Closes a run in its own transaction and releases its lock."""
        close_run(self._connection, run, status, counters, error_message)
        self.release(run)

    def release(self, run: DownloadRun) -> None:
        """Releases the lock of a run that `close_run` has closed."""
        self._connection.execute("select pg_advisory_unlock(hashtext('download run'), hashtext(%s))", [run.run_id])

    def _close_dead_runs(self, kind: str, organization_id: str, source: str, closed_by: str) -> None:
        open_runs = self._connection.execute(
            "select run_id from scraping.download_runs"
            " where status = 'running' and kind = %s and organization_id = %s and source = %s",
            [kind, organization_id, source],
        ).fetchall()
        for (run_id,) in open_runs:
            lock = [run_id]
            (is_dead,) = self._fetch_row("select pg_try_advisory_lock(hashtext('download run'), hashtext(%s))", lock)
            if is_dead:
                self._connection.execute(
                    "update scraping.download_runs set status = 'failed', completed_at = clock_timestamp(),"
                    " error_message = %s where organization_id = %s and run_id = %s and status = 'running'",
                    [f"The process ended without closing this run; {closed_by} closed it.", organization_id, run_id],
                )
                self._connection.execute("select pg_advisory_unlock(hashtext('download run'), hashtext(%s))", lock)

    def _fetch_row(self, statement: str, parameters: list[Any] | None = None) -> tuple[Any, ...]:
        return tuple(self._connection.execute(statement, parameters).fetchall()[0])


@contextmanager
def run_session(url: str, script_name: str, dagster_run_id: str | None = None) -> Iterator[RunSession]:
    """A session for the duration of the block."""
    with connect(url, autocommit=True) as connection:
        connection.execute("set role syndication_pipeline")
        yield RunSession(connection, script_name, dagster_run_id)


def close_run(
    connection: Connection,
    run: DownloadRun,
    status: RunStatus,
    counters: RunCounters,
    error_message: str | None = None,
) -> None:
    """Closes a run in the caller's transaction, so that counters and rows are committed together."""
    values = asdict(counters) | {"unknown_keys": msgspec.json.encode(counters.unknown_keys).decode()}
    assignments = ", ".join(f"{column} = %({column})s" for column in values)
    connection.execute(
        f"update scraping.download_runs set status = %(status)s, completed_at = clock_timestamp(),"  # noqa: S608
        f" error_message = %(error_message)s, {assignments}"
        " where organization_id = %(organization_id)s and run_id = %(run_id)s",
        values
        | {
            "status": status,
            "error_message": error_message,
            "organization_id": run.organization_id,
            "run_id": run.run_id,
        },
    )


def _system_info() -> dict[str, str]:
    user = "unknown"
    with suppress(OSError, KeyError):  # the user of a container may have no name
        user = getpass.getuser()
    return {
        "hostname": host_platform.node(),
        "user": user,
        "python": host_platform.python_version(),
        "syndication_assets": version("syndication-assets"),
    }
