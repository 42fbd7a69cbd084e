"""Outages around a load: a crash of everything, a dead client, no free connection, no server, a full disk.

After each, the next load ends in the tables of an undisturbed one, no run is left open, and errors are sentences.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.facts import Facts, differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, clear

COMMAND = [str(Path(sys.executable).with_name("syndication"))]
MATERIALIZE = [*COMMAND, "materialize", "--partitions", str(MONDAY), "--select", "key:scraping/posts"]
HOLD = """
import sys
from syndication_assets.database.connection import transaction
with transaction(sys.argv[1], lock="a load") as connection:
    print("started", flush=True)
    connection.execute("select pg_sleep(120)")
"""
# In one transaction, so that no checkpoint can free the log in time.
_FILL_THE_LOG = """
select pg_logical_emit_message(true, 'filler', repeat(md5('x'), 100000)) from generate_series(1, 60)
"""


@dataclass
class Desk:
    """A server of its own, with landed samples, and the facts after an undisturbed load."""

    directory: Path
    zone: LandingZone
    url: str
    clean: Facts

    @property
    def data(self) -> Path:
        return embedded_postgres.data_directory(self.directory)

    @property
    def environment(self) -> dict[str, str]:
        # With a URL, because commands start the embedded server themselves if there is none.
        return os.environ | {
            "SYNDICATION_DATABASE_URL": self.url,
            "SYNDICATION_LOCAL_DIR": str(self.directory / "files"),
            "SYNDICATION_LANDING_URL": self.zone.url,
        }

    def materialize(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            MATERIALIZE, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def family_of_server(self) -> list[psutil.Process]:
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [postmaster, *postmaster.children()]

    def crash(self, *others: int) -> None:
        """Kills the server with its children, and other processes, at once."""
        family = [*self.family_of_server(), *map(psutil.Process, others)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, 10)

    def start(self) -> None:
        assert embedded_postgres.start(self.directory) == self.url

    def is_loading(self) -> bool:
        with psycopg.connect(self.url) as connection:
            waiting = "select count(*) from pg_locks where not granted and locktype = 'relation'"
            return connection.execute(waiting).fetchone() != (0,)

    def assert_a_load_completes_everything(self) -> None:
        process = self.materialize()
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0, output
        assert differences(self.clean, facts(self.url)) == []
        assert broken_invariants(self.url, Path(self.zone.url)) == []
        with psycopg.connect(self.url.replace("/syndication?", "/dagster?")) as connection:
            assert connection.execute("select distinct status from runs order by 1").fetchall() in (
                [("SUCCESS",)],
                [("FAILURE",), ("SUCCESS",)],
                [("CANCELED",), ("SUCCESS",)],
            )
        with psycopg.connect(self.url) as connection:
            runs = connection.execute("select count(*) from scraping.download_runs where status = 'running'")
            assert runs.fetchone() == (0,)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    land_samples(zone, first_day=MONDAY, days=1, profiles=2, channels=1)
    with tempfile.TemporaryDirectory(prefix="syn", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        desk = Desk(directory, zone, embedded_postgres.start(directory), {})
        migrations.migrate(desk.url)
        process = desk.materialize()
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0, output
        desk.clean = facts(desk.url)
        yield desk
        embedded_postgres.stop(directory)


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    shared.start()
    clear(shared.url)
    with psycopg.connect(shared.url.replace("/syndication?", "/dagster?")) as connection:
        connection.execute("truncate runs cascade")
    yield shared
    shared.start()


@contextmanager
def in_the_middle_of_a_load(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    """A command that has written posts, and waits to write their snapshots."""
    blocker = psycopg.connect(desk.url)
    blocker.execute("lock table scraping.snapshots in exclusive mode")
    process = desk.materialize()
    deadline = time.monotonic() + 120
    while not desk.is_loading():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield process
    with suppress(psycopg.Error):
        blocker.close()
    if process.poll() is None:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_crash_of_the_server_and_of_the_command_loses_nothing(desk: Desk):
    with in_the_middle_of_a_load(desk) as process:
        desk.crash(process.pid)
        process.communicate()
    desk.start()
    desk.assert_a_load_completes_everything()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [5, 25])
def test_a_server_that_is_away_for_some_seconds_costs_the_run_and_nothing_else(desk: Desk, seconds: int):
    with in_the_middle_of_a_load(desk) as process:
        desk.crash()
        time.sleep(seconds)
        desk.start()
        output, _ = process.communicate(timeout=240)
    assert process.returncode == 1
    assert "Traceback" not in output
    assert output.splitlines()[-1].startswith("Error: ")
    desk.assert_a_load_completes_everything()


@pytest.mark.slow
def test_a_command_without_a_server_ends_in_a_sentence(desk: Desk):
    desk.crash()
    process = desk.materialize()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith("Error: Cannot connect to PostgreSQL: ")
    assert len(output.splitlines()) == 1
    desk.start()
    desk.assert_a_load_completes_everything()


@pytest.mark.slow
def test_a_client_that_was_killed_during_a_long_query_holds_its_lock_for_seconds_only(desk: Desk):
    with subprocess.Popen([sys.executable, "-c", HOLD, desk.url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(0.5)
        process.kill()
    killed_at = time.monotonic()
    with transaction(desk.url, lock="a load"):
        assert time.monotonic() - killed_at < 60


@pytest.mark.slow
def test_without_a_free_connection_a_command_ends_in_a_sentence_and_the_next_one_completes(desk: Desk):
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute("alter system set max_connections = 8")
        connection.execute("alter system set superuser_reserved_connections = 0")
    embedded_postgres.stop(desk.directory)
    desk.start()
    taken: list[psycopg.Connection] = []
    try:
        with suppress(psycopg.OperationalError):
            while True:
                taken.append(psycopg.connect(desk.url))
        output, _ = desk.materialize().communicate(timeout=240)
        assert "too many clients already" in output
        assert len(output.splitlines()) == 1
        for connection in taken[:3]:  # too few for a run, which is in the middle when it finds none
            connection.close()
        output, _ = desk.materialize().communicate(timeout=240)
        assert output.splitlines()[-1].startswith(("Error: ", "Materialized "))
    finally:
        for connection in taken:
            connection.close()
        with psycopg.connect(desk.url, autocommit=True) as connection:
            connection.execute("alter system reset all")
        embedded_postgres.stop(desk.directory)
        desk.start()
    desk.assert_a_load_completes_everything()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="needs to mount a small file system")
def test_a_full_disk_of_the_write_ahead_log_loses_nothing_that_was_committed(desk: Desk):
    embedded_postgres.stop(desk.directory)
    log = desk.data / "pg_wal"
    owner = log.stat()
    megabytes = sum(path.stat().st_size for path in log.rglob("*")) // 2**20 + 48
    with small_disk(desk.directory / "small", f"{megabytes}m") as disk:
        if disk is None:
            desk.start()
            pytest.skip("may not mount a file system")
        away = desk.data.with_name("pg_wal_away")
        shutil.copytree(log, disk / "pg_wal")
        for path in [disk, disk / "pg_wal", *(disk / "pg_wal").rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)
        log.rename(away)
        log.symlink_to(disk / "pg_wal")
        desk.start()
        with pytest.raises(DatabaseError), transaction(desk.url, role="postgres") as connection:
            connection.execute(_FILL_THE_LOG)
        with suppress(psutil.Error):
            psutil.wait_procs(desk.family_of_server(), 10)
        subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
        started_again(desk)
        desk.assert_a_load_completes_everything()
        embedded_postgres.stop(desk.directory)
        log.unlink()
        shutil.copytree(disk / "pg_wal", log)
        for path in [log, *log.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)
        log.chmod(0o700)
        shutil.rmtree(away)


def started_again(desk: Desk) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            return desk.start()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path | None]:
    """A file system of this size; None if it may not be mounted."""
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=False)
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
