"""Recovery to a point in time, as docs/backup.md prints it: the test runs the commands of the page."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database import embedded_postgres
from syndication_assets.operations.backup.base_backup import check_base_backup
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.conftest import directory_in_memory
from syndication_assets_tests.servers import Server

PAGE = (PROJECT_DIRECTORY / "docs" / "backup.md").read_text()
SECTION = PAGE[PAGE.index("## Recover to a point in time") :]
SETTINGS, FULL, INCREMENTAL, RECOVER = re.findall(r"^```console\n(.*?)^```", SECTION, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def place(server: Server) -> Iterator[Path]:
    """A directory of the user that runs the servers of the tests: PostgreSQL does not run as root."""
    directory = Path(tempfile.mkdtemp(prefix="syn", dir=directory_in_memory()))
    sockets = parse_qs(urlsplit(server.admin_url).query).get("host", [str(directory)])[0]
    account = Path(sockets).stat()
    os.chown(directory, account.st_uid, account.st_gid)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


class Cluster:
    """The server that is backed up, and the one that is recovered; commands run as their user."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._account = pwd.getpwuid(place.stat().st_uid).pw_name
        self._programs = embedded_postgres.program("postgres").parent

    def run(self, script: str) -> None:
        """Runs commands of the page, for this server and its places."""
        script = (
            script.replace("postgresql://postgres@host:5432/postgres", self.url)
            .replace("/backups/", f"{self.place}/backups/")
            .replace("/var/lib/postgresql/restored", f"{self.place}/restored")
        )
        lines = [line for line in script.splitlines() if not line.startswith("syndication ")]
        command = ["sh", "-e"] if os.geteuid() else ["runuser", "-u", self._account, "--", "sh", "-e"]
        environment = os.environ | {"PATH": f"{self._programs}:{os.environ['PATH']}", "LC_ALL": "C"}
        output = self.place / "output"
        with output.open("w") as file:
            # Not a pipe: the server that a command starts keeps what it inherits.
            done = subprocess.run(
                command,
                input="\n".join(lines),
                env=environment,
                stdout=file,
                stderr=file,
                text=True,
                cwd="/",
                check=False,
            )
        assert done.returncode == 0, script + output.read_text()
        for line in script.splitlines():
            if line.startswith("syndication "):
                result = CliRunner().invoke(main, line.split()[1:])
                assert result.exit_code == 0, result.output
                assert "files are as pg_basebackup wrote them" in result.stdout

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.place}"

    @contextmanager
    def started(self) -> Iterator[psycopg.Connection]:
        """A new server with the settings of the page, which is not shut down in order."""
        self.run("mkdir -p /backups/wal /backups/base")
        options = "--username=postgres --auth=trust --encoding=UTF8 --no-sync --wal-segsize=1"
        self.run(f"initdb --pgdata={self.place}/data {options}")
        settings = SETTINGS.replace("/backups/", f"{self.place}/backups/") + (
            f"summarize_wal = on\nunix_socket_directories = '{self.place}'\nlisten_addresses = ''\nfsync = off\n"
        )
        with (self.place / "data" / "postgresql.conf").open("a") as file:
            file.write(settings)
        self.run(f"pg_ctl --pgdata={self.place}/data --wait --log={self.place}/log start")
        with psycopg.connect(self.url, autocommit=True) as connection:
            try:
                yield connection
            finally:
                self.run(f"pg_ctl --pgdata={self.place}/data --mode=immediate stop")


def test_a_server_is_recovered_to_the_second_before_a_mistake(place: Path):
    cluster = Cluster(place)
    with cluster.started() as connection:
        connection.execute("create table notes (note text primary key)")

        def note(text: str) -> None:
            connection.execute("insert into notes values (%s)", [text])

        note("before the base backup")
        cluster.run(FULL)
        note("between the base backups")
        cluster.run(INCREMENTAL)
        note("in the archive only")
        (moment,) = connection.execute("select clock_timestamp()::text").fetchall()[0]
        time.sleep(0.01)
        connection.execute("delete from notes")
        note("after the mistake")
        (segment,) = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchall()[0]
        _wait_for(place / "backups" / "wal" / segment)
        segments = [path.name for path in (place / "backups" / "wal").iterdir()]
        assert all(re.fullmatch(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?", name) for name in segments), segments
        failures = connection.execute("select failed_count from pg_stat_archiver").fetchall()
        assert failures == [(0,)]
    recover = RECOVER.replace("2026-11-29 03:45:00+00", moment)
    assert moment in recover
    cluster.run(recover)
    try:
        with psycopg.connect(cluster.url) as connection:
            assert sorted(connection.execute("select note from notes").fetchall()) == [
                ("before the base backup",),
                ("between the base backups",),
                ("in the archive only",),
            ]
            # What makes the database find itself moved, so that nothing is sent.
            assert connection.execute("select timeline_id from pg_control_checkpoint()").fetchone() == (2,)
    finally:
        cluster.run(f"pg_ctl --pgdata={place}/restored --mode=immediate stop")
    _flip(next(iter(sorted((place / "backups" / "base" / "full" / "base").rglob("[0-9]*[0-9]")))))
    result = CliRunner().invoke(main, ["backup", "verify", str(place / "backups" / "base" / "full")])
    assert result.exit_code == 1
    assert "was changed. Use another backup." in result.output


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert file.exists(), (sorted(file.parent.iterdir()), (file.parents[2] / "log").read_text()[-3000:])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A directory like a base backup with two files."""
    (tmp_path / "PG_VERSION").write_text("18\n")
    (tmp_path / "global").mkdir()
    (tmp_path / "global" / "1260").write_bytes(b"rows")
    _write_manifest(tmp_path)
    return tmp_path


def _write_manifest(directory: Path, algorithm: str = "SHA256") -> None:
    files = [
        {
            "Path": name,
            "Size": (directory / name).stat().st_size,
            "Last-Modified": "2026-11-29 03:45:00 GMT",
            "Checksum-Algorithm": algorithm,
            "Checksum": sha256((directory / name).read_bytes()).hexdigest(),
        }
        for name in ("PG_VERSION", "global/1260")
    ]
    files[0] |= {"Encoded-Path": files[0].pop("Path").encode().hex()}
    text = msgspec.json.encode({"PostgreSQL-Backup-Manifest-Version": 2, "Files": files})[:-1] + b",\n"
    (directory / "backup_manifest").write_bytes(
        text + b'"Manifest-Checksum": "' + sha256(text).hexdigest().encode() + b'"}\n'
    )


def test_an_intact_base_backup_passes(base: Path):
    assert check_base_backup(base) == 2


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda base: _flip(base / "global" / "1260"), "is damaged: global/1260 was changed. Use another backup."),
        (lambda base: (base / "PG_VERSION").unlink(), "PG_VERSION cannot be read (No such file or directory)"),
        (lambda base: (base / "global" / "1260").write_bytes(b"row"), "global/1260 has 3 of its 4 bytes"),
        (lambda base: _write_manifest(base, "CRC32C"), "take base backups with --manifest-checksums=SHA256"),
        (
            lambda base: (base / "backup_manifest").write_text(
                (base / "backup_manifest").read_text().replace('"Size":4', '"Size":5')
            ),
            "backup_manifest was changed",
        ),
        (lambda base: (base / "backup_manifest").write_text("{"), "backup_manifest is damaged"),
    ],
)
def test_a_damaged_base_backup_is_named(base: Path, damage, message: str):
    damage(base)
    with pytest.raises(BackupError) as caught:
        check_base_backup(base)
    assert message in str(caught.value)
