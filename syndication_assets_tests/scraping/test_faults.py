"""Processes and servers that die during a load: a load is all or nothing, and the next load completes it.

Loads run in separate processes here, so that they can be killed like with `kill -9`.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database import embedded_postgres
from syndication_assets.database.migrating import migrations
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.facts import Facts, differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, cleared, post, repost
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.one_server

DAYS = [MONDAY + timedelta(days=number) for number in range(2)]
_LOAD = """
import sys
from datetime import date
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day
url, zone, *days = sys.argv[1:]
with run_session(url, "subprocess") as session:
    for day in days:
        load_day(url, LandingZone(zone), date.fromisoformat(day), maximum_file_bytes=10**7, session=session)
"""


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> LandingZone:
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    for number, day in enumerate(DAYS):
        desk = Desk("", zone, None)  # type: ignore[arg-type] - lands, loads nothing
        posts = [
            post(activity_id(n), ugc_post=f"7{n}", text=f"#wool {number}", reactions=n + number) for n in range(30)
        ]
        desk.land(day, 9, *posts, repost(activity_id(90 + number), posts[3]), {"urn": number})
        desk.land(day, 18, *posts[::-1], username="bert")
    return zone


@pytest.fixture(scope="module")
def clean_and_desk(server: Server, template_database: str, landing: LandingZone) -> Iterator[tuple[Facts, Desk]]:
    """The facts after one clean load of the days, and a desk on the database."""
    with new_database(server, template_database) as url, run_session(url, "test") as session:
        desk = Desk(url, landing, session)
        with cleared(url):
            desk.load(*DAYS)
            assert broken_invariants(url, desk.root) == []
            clean = facts(url)
        yield clean, desk


@pytest.fixture
def clean(clean_and_desk: tuple[Facts, Desk]) -> Facts:
    return clean_and_desk[0]


@pytest.fixture
def desk(clean_and_desk: tuple[Facts, Desk]) -> Iterator[Desk]:
    with cleared(clean_and_desk[1].url):
        yield clean_and_desk[1]


def start_load(url: str, zone: LandingZone, *days: date, fault_point: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _LOAD, url, zone.url, *map(str, days)],
        env=os.environ | {"SYNDICATION_FAULT_POINT": fault_point},
        stderr=subprocess.PIPE,
    )


def finished(process: subprocess.Popen[bytes]) -> int:
    _, errors = process.communicate(timeout=60)
    assert process.returncode <= 0, errors.decode()
    return process.returncode


def wait_for_no_other_backend(url: str) -> None:
    """Waits until the server has noticed that the client died, and has rolled back."""
    deadline = time.monotonic() + 20
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle'"
            " and pid <> pg_backend_pid()"
        ).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("fault_point", "is_committed"),
    [
        ("scraping.staged", False),
        ("scraping.merged", False),
        ("scraping.before_commit", False),
        ("scraping.after_commit", True),
    ],
)
def test_a_killed_load_leaves_either_its_whole_day_or_nothing(
    clean: Facts, desk: Desk, fault_point: str, is_committed: bool
):
    nothing = facts(desk.url)
    assert finished(start_load(desk.url, desk.zone, *DAYS, fault_point=fault_point)) == -signal.SIGKILL
    wait_for_no_other_backend(desk.url)
    left = facts(desk.url)
    assert (differences(nothing, left) != []) == is_committed
    if is_committed:
        desk.load(DAYS[0])
        assert differences(left, facts(desk.url)) == []
    desk.load(*DAYS)
    assert differences(clean, facts(desk.url)) == []
    assert broken_invariants(desk.url, desk.root) == []
    statuses = dict(desk.rows("select status::text, count(*) from scraping.download_runs group by 1"))
    assert statuses.get("failed", 0) == (0 if is_committed else 1)
    assert "running" not in statuses


def test_the_next_load_completes_a_load_killed_at_any_time(clean: Facts, desk: Desk):
    for hundredths in (1, 4, 9):
        process = start_load(desk.url, desk.zone, *DAYS)
        while process.poll() is None and desk.value("select count(*) from scraping.download_runs") == 0:
            pass
        time.sleep(hundredths / 100)
        process.kill()
        process.communicate()
        wait_for_no_other_backend(desk.url)
        for day in DAYS:
            days_snapshots = desk.value(
                "select count(*) from scraping.data_downloads where downloaded_at::date = %s", [day]
            )
            assert days_snapshots in (0, 60 + 1 - 1), day
    desk.load(*DAYS)
    assert differences(clean, facts(desk.url)) == []


@pytest.mark.slow
def test_two_concurrent_loads_of_one_day_end_like_one_load(clean: Facts, desk: Desk):
    desk.load(DAYS[1])
    processes = [start_load(desk.url, desk.zone, DAYS[0]) for _ in range(2)]
    assert [finished(process) for process in processes] == [0, 0]
    assert differences(clean, facts(desk.url)) == []
    assert dict(desk.rows("select status::text, count(*) from scraping.download_runs group by 1")) == {"completed": 3}


def test_concurrent_loads_and_backfills_of_different_days_end_like_a_sequential_load(clean: Facts, desk: Desk):
    processes = [start_load(desk.url, desk.zone, *days) for days in (DAYS[:1], DAYS[1:], DAYS[::-1])]
    assert [finished(process) for process in processes] == [0, 0, 0]
    assert differences(clean, facts(desk.url)) == []
    assert broken_invariants(desk.url, desk.root) == []


@pytest.mark.slow
def test_a_repeated_backfill_changes_nothing(clean: Facts, desk: Desk):
    for _ in range(2):
        assert finished(start_load(desk.url, desk.zone, *DAYS)) == 0
    assert differences(clean, facts(desk.url)) == []
    posts_new = desk.rows("select posts_new, snapshots_new from scraping.download_runs order by started_at offset 2")
    assert posts_new == [(0, 0), (0, 0)]


def test_a_load_that_commits_its_ledger_first_loses_rows_when_it_is_killed(clean: Facts, desk: Desk):
    """The negative control: a load with the wrong order of commits, killed where our load survives."""
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into scraping.download_runs (organization_id, run_id, kind, source, partition_from, partition_to,"
            " script_name, status, completed_at) select organization_id, 'run-0000ed9e', 'load', 'linkedin_apify',"
            " %(day)s, %(day)s, 'ledger first', 'completed', clock_timestamp() from tenancy.organizations"
            " where slug = 'default'",
            {"day": DAYS[0]},
        )
        for file in desk.zone.files(DAYS[0]):
            connection.execute(
                "insert into landing.files (organization_id, source_file_path, source, landed_on, content_hash,"
                " size_bytes, items, run_id) select organization_id, %s, %s, %s, '', %s, 1, run_id"
                " from scraping.download_runs where run_id = 'run-0000ed9e'",
                [file.path, file.source, file.landed_on, file.size_bytes],
            )
    assert finished(start_load(desk.url, desk.zone, DAYS[0], fault_point="scraping.before_commit")) == -signal.SIGKILL
    # The next load of this variant skips the files in the ledger.
    loaded = {path for (path,) in desk.rows("select source_file_path from landing.files")}
    for day in DAYS:
        if not {file.path for file in desk.zone.files(day)} <= loaded:
            desk.load(day)
    lost = [problem for problem in broken_invariants(desk.url, desk.root) if "neither in raw_payloads" in problem]
    assert len(lost) == 62
    assert any("only first,  data_downloads" in line for line in differences(clean, facts(desk.url)))


@pytest.mark.slow
def test_a_server_killed_during_a_load_loses_nothing_that_was_committed(landing: LandingZone):
    """Runs on a separate server, which may be killed."""
    with tempfile.TemporaryDirectory(prefix="syn", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        url = embedded_postgres.start(directory)
        try:
            migrations.migrate(url)
            with cleared(url):
                assert finished(start_load(url, landing, *DAYS)) == 0
                clean = facts(url)
            assert finished(start_load(url, landing, DAYS[0])) == 0
            before = facts(url)
            assert killed_in_the_middle(url, landing, directory) != 0
            url = started_again(directory)
            assert differences(before, facts(url)) == []
            assert finished(start_load(url, landing, *DAYS)) == 0
            assert differences(clean, facts(url)) == []
            assert broken_invariants(url, Path(landing.url)) == []
        finally:
            embedded_postgres.stop(directory)


def killed_in_the_middle(url: str, landing: LandingZone, directory: Path) -> int:
    """Kills the server while a load waits to write snapshots after posts; returns the exit code of the load."""
    postmaster = int((embedded_postgres.data_directory(directory) / "postmaster.pid").read_text().split()[0])
    blocker = psycopg.connect(url)
    blocker.execute("lock table scraping.snapshots in exclusive mode")
    process = start_load(url, landing, DAYS[1])
    with psycopg.connect(url, autocommit=True) as connection:
        waits = "select count(*) from pg_locks where not granted and locktype = 'relation'"
        while connection.execute(waits).fetchone() == (0,):
            assert process.poll() is None
    os.kill(postmaster, signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert b"DatabaseError" in errors
    with suppress(psycopg.Error):
        blocker.close()
    return process.returncode


def started_again(directory: Path) -> str:
    """Starts the server again, which only succeeds when all children of the killed server have ended."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return embedded_postgres.start(directory)
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
