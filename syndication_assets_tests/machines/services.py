"""The services of a deployment beside PostgreSQL, on loopback: Redis and PgBouncer, from Debian's packages."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

PASSWORD = "canary-of-redis"
_SECONDS_TO_START = 120


def require_program(name: str) -> str:
    """Its path; skips the test where Debian's package is not installed (`.ci/run` installs it)."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")


@dataclass
class Redis:
    """A Redis that can be stopped and started again, with or without what it had in memory."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
        self.process = subprocess.Popen(
            [require_program("redis-server"), *arguments, "--dir", str(self.directory)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)

    def kill(self) -> None:
        """Everything in its memory is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def redis(directory: Path) -> Iterator[Redis]:
    started = Redis(directory, free_port())
    started.start()
    try:
        yield started
    finally:
        started.kill()


@contextmanager
def pgbouncer(directory: Path, url: str, *, mode: str, pool_size: int = 1) -> Iterator[str]:
    """The URL of a pool in front of the server of `url`, to the same database as the same user."""
    parts = urlsplit(url)
    name, user = parts.path[1:], parts.username or "postgres"
    sockets = parse_qs(parts.query)["host"][0]
    port = free_port()
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host={sockets} pool_size={pool_size}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = {mode}\nmax_client_conn = 50\nlogfile = {directory}/pgbouncer.log\n"
        f"pidfile = {directory}/pgbouncer.pid\n"
    )
    # With `auth_type = any`, every client is this user of the server.
    text = configuration.read_text().replace(f"pool_size={pool_size}", f"pool_size={pool_size} user={user}")
    configuration.write_text(text)
    command = [require_program("pgbouncer"), "-q", str(configuration)]
    if os.geteuid() == 0:
        account = pwd.getpwuid(Path(sockets).stat().st_uid)
        for path in (directory, configuration):
            os.chown(path, account.pw_uid, account.pw_gid)
        directory.chmod(0o755)
        for parent in directory.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o011)
        command[1:1] = ["-u", account.pw_name]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield f"postgresql://{user}@127.0.0.1:{port}/{name}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def sessions_of(url: str) -> int:
    """How many server sessions the database has, without this one."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
    return int(row[0]) if row else 0
