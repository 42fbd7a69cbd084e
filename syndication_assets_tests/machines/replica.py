"""A streaming replica of a server of the tests, made by pg_basebackup."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from syndication_assets.database import embedded_postgres
from syndication_assets_tests.conftest import directory_in_memory
from syndication_assets_tests.servers import Server

_DEBIAN = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def streaming_replica(server: Server) -> Iterator["Replica"]:
    """Runs until the block ends."""
    sockets = Path(parse_qs(urlsplit(server.admin_url).query)["host"][0])
    programs = _DEBIAN if server.name.startswith("debian") else embedded_postgres.program("postgres").parent
    directory = Path(tempfile.mkdtemp(prefix="syn", dir=directory_in_memory()))
    account = sockets.stat()
    os.chown(directory, account.st_uid, account.st_gid)
    replica = Replica(directory, programs, pwd.getpwuid(account.st_uid).pw_name)
    try:
        replica.make(sockets)
        yield replica
        replica.run(f"pg_ctl --pgdata={directory}/data --mode=immediate stop")
    finally:
        shutil.rmtree(directory)


class Replica:
    """Its server listens on a socket in its directory."""

    def __init__(self, directory: Path, programs: Path, account: str) -> None:
        self.directory = directory
        self._programs = programs
        self._account = account

    def make(self, sockets: Path) -> None:
        data = self.directory / "data"
        self.run(
            f"pg_basebackup --host={sockets} --username=postgres --pgdata={data} --write-recovery-conf"
            " --checkpoint=fast --no-sync --wal-method=stream"
        )
        with (data / "postgresql.conf").open("a") as file:
            file.write(
                f"\nunix_socket_directories = '{self.directory}'\nlisten_addresses = ''\nhot_standby = on\n"
                # Debian's server has the number of connections among the arguments of its start.
                "fsync = off\nmax_connections = 200\nwal_receiver_status_interval = 1s\n"
            )
        self.run(f"pg_ctl --pgdata={data} --wait --log={self.directory}/log start")

    def url(self, url: str) -> str:
        """The URL of the replica of a database of the server."""
        return urlunsplit(urlsplit(url)._replace(query=f"host={self.directory}"))

    def run(self, command: str) -> None:
        full = f"{self._programs}/{command}"
        words = full.split() if os.geteuid() else ["runuser", "-u", self._account, "--", *full.split()]
        with (self.directory / "output").open("w") as output:
            done = subprocess.run(words, stdout=output, stderr=output, cwd="/", check=False)
        log = self.directory / "log"
        assert done.returncode == 0, (self.directory / "output").read_text() + (log.read_text() if log.exists() else "")
