"""The PostgreSQL servers that the tests run on. They end with the test process, however it ends."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from syndication_assets.database import embedded_postgres
from syndication_assets_tests.kept_sessions import end_sessions


@dataclass(frozen=True)
class Server:
    """A running server; `admin_url` may create databases."""

    name: str
    admin_url: str
    stop: Callable[[], object]
    _sessions: list[psycopg.Connection] = field(default_factory=list, compare=False, repr=False)

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    def version(self) -> str:
        with psycopg.connect(self.url("postgres")) as connection:
            return str(connection.execute("show server_version").fetchone()[0])  # type: ignore[index]

    def administer(self, statement: str, *names: str) -> None:
        """Runs a statement outside of a transaction, with these identifiers in it.

        In one session for all tests: two new ones for each test's database cost a quarter of its copy. Idle sessions
        on databases of these names end, because a database that is copied or dropped may have none.
        """
        for name in names:
            end_sessions(name)
        if not self._sessions or self._sessions[-1].closed:
            self._sessions.append(psycopg.connect(self.url("postgres"), autocommit=True))
        self._sessions[-1].execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def close(self) -> None:
        """Ends the session of `administer`."""
        for session in self._sessions:
            session.close()


def start_servers(database_url: str | None, directory: Path) -> list[Server]:
    """The server that was named, else the embedded one and, where it is installed, Debian's PostgreSQL 15."""
    if database_url is not None:
        return [Server("given", database_url, lambda: None)]
    directory.chmod(0o755)
    remove_with_this_process(directory)
    servers = [_embedded_server(directory / "embedded")]
    debian_binaries = Path("/usr/lib/postgresql/15/bin")
    if debian_binaries.is_dir():
        servers.append(_debian_server(debian_binaries, directory / "debian"))
    return servers


def remove_with_this_process(directory: Path) -> None:
    """Has the servers below a directory stopped, and the directory removed, when this process is gone.

    A watcher reads from a pipe that only this process writes to: the end of the pipe is the end of this process, also
    when it was killed.
    """
    read_end, write_end = os.pipe()
    os.posix_spawn(
        sys.executable,
        [sys.executable, str(Path(__file__).with_name("server_watcher.py")), str(directory)],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, read_end, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        # Outside of the process group: Ctrl-C must reach the tests and not the watcher.
        setsid=True,
    )
    os.close(read_end)
    # Never closed by hand; the programs that tests start do not inherit it.
    _pipes_to_watchers.append(write_end)


_pipes_to_watchers: list[int] = []


def _embedded_server(directory: Path) -> Server:
    url = embedded_postgres.start(directory)
    with psycopg.connect(url, autocommit=True) as connection:
        # A test's data need not survive a power cut.
        connection.execute("alter system set fsync = off")
        # Each copy of a database is a checkpoint, after which every changed page would be logged as a whole, and those
        # whose hints change are: not compressed, because nothing reads them.
        connection.execute("alter system set full_page_writes = off")
        connection.execute("alter system set wal_compression = off")
        connection.execute("alter system set max_wal_size = '1GB'")
        connection.execute("select pg_reload_conf()")
    return Server("embedded-18", url, lambda: embedded_postgres.stop(directory))


def _debian_server(binaries: Path, directory: Path) -> Server:
    directory.mkdir()
    as_postgres = []
    if os.geteuid() == 0:
        # PostgreSQL does not run as root.
        account = pwd.getpwnam("postgres")
        os.chown(directory, account.pw_uid, account.pw_gid)
        as_postgres = [shutil.which("runuser") or "runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd="/")

    data = str(directory / "data")
    run(str(binaries / "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    settings = (
        f"-k {directory} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c timezone=UTC"
        " -c max_connections=200 -c jit=off"
    )
    if (binaries.parent / "lib" / "pg_stat_statements.so").exists():
        settings += " -c shared_preload_libraries=pg_stat_statements"
    log = str(directory / "log")
    run(str(binaries / "pg_ctl"), "-D", data, "-o", settings, "-l", log, "-w", "start")
    return Server(
        "debian-15",
        f"postgresql://postgres@/postgres?host={directory}",
        lambda: run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"),
    )
