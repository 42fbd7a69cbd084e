"""A large day is read in processes: the rows are the same, and a process that dies costs no row and leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.loading import post_staging
from syndication_assets.scraping.reading import day_reading, reading_processes
from syndication_assets.scraping.reading.day_reading import read_day
from syndication_assets.scraping.reading.landed_rows import DayFacts, FileRows, RunOfSource
from syndication_assets.scraping.reading.read_ahead import read_ahead
from syndication_assets.scraping.reading.reading_processes import ReadingProcessError, read_in_processes
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, post

pytestmark = pytest.mark.one_server

FACTS = DayFacts({("default", "linkedin_apify"): RunOfSource("org-1", "run-1")}, frozenset(), {})
_READ = """
import sys, time
from datetime import date
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.reading.landed_rows import DayFacts, RunOfSource
from syndication_assets.scraping.reading.reading_processes import read_in_processes
zone = LandingZone(sys.argv[1])
facts = DayFacts({("default", "linkedin_apify"): RunOfSource("org-1", "run-1")}, frozenset(), {})
rows = read_in_processes(zone, zone.files(date.fromisoformat(sys.argv[2])), 10**6, facts)
next(rows)
print("reading", flush=True)
time.sleep(60)
"""

_UNWATCHED = """
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
pool = ProcessPoolExecutor(1, get_context("spawn"))
pool.submit(abs, 1).result()
print("reading", flush=True)
time.sleep(60)
"""


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every day counts as large, and is read file by file, one at a time."""
    monkeypatch.setattr(reading_processes, "LARGE_BYTES", 0)
    monkeypatch.setattr(reading_processes, "PROCESSES", 2)
    monkeypatch.setattr(reading_processes, "_TASK_BYTES", 1)
    monkeypatch.setattr(reading_processes, "_MOST_BYTES_AHEAD", 1)


@pytest.fixture
def zone(desk_without_database: Desk) -> LandingZone:
    """Files of all sorts: with a time and without, readable and not, of a profile that nothing confirms."""
    desk = desk_without_database
    for hour in range(3):
        desk.land(MONDAY, hour, post(activity_id(1), reactions=hour), {"urn": hour}, username=f"anna{hour}")
    for name in ("dataset_anna.json", "dataset_bert.json"):
        desk.put(MONDAY, name, f'[{{"urn":{{"activity_urn":"{activity_id(2)}"}},"text":"{name}"}}]'.encode())
    desk.put(MONDAY, "damaged.json", b"[")
    return desk.zone


@pytest.fixture
def desk_without_database(tmp_path: Path) -> Desk:
    return Desk("", LandingZone(str(tmp_path / "landing")), None)  # type: ignore[arg-type] - lands, loads nothing


def rows_of_day(zone: LandingZone) -> list[FileRows]:
    with closing(read_day(zone, list(zone.files(MONDAY)), 10**6, FACTS, None)) as rows:
        return list(rows)


def readers(process: psutil.Process | None = None) -> list[psutil.Process]:
    """The processes that read for a process."""
    children = (process or psutil.Process()).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def wait_until_ended(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert alive == []


def test_the_rows_of_a_large_day_are_those_of_a_small_one(
    zone: LandingZone, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    with monkeypatch.context() as small:
        small.setattr(day_reading, "read_in_processes", None)  # a small day starts no process
        read_here = rows_of_day(zone)
    request.getfixturevalue("large")
    assert rows_of_day(zone) == read_here
    assert readers() == []
    rejected = [reason.reason for rows in read_here for reason in rows.reading.rejected]
    assert any("neither this file nor dataset_anna.json has a time" in reason for reason in rejected)
    assert sum(len(rows.items) for rows in read_here) == 4


@pytest.mark.usefixtures("large")
def test_what_was_read_ahead_is_not_read_by_a_process(zone: LandingZone, monkeypatch: pytest.MonkeyPatch):
    expected = rows_of_day(zone)
    first, *others = zone.files(MONDAY)
    sent: list[str] = []

    def noted(*arguments: object) -> Iterator[object]:
        sent.extend(file.path for file in arguments[1])  # type: ignore[attr-defined]
        return read_in_processes(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(day_reading, "read_in_processes", noted)
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(MONDAY)
        ahead.begin_day(None)
        for file in others:
            ahead.read(file)
        with closing(read_day(zone, [first, *others], 10**6, FACTS, ahead)) as rows:
            assert list(rows) == expected
    assert sent == [file.path for file in others]


@pytest.mark.usefixtures("large")
def test_a_killed_process_fails_the_day_and_leaves_nothing_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    for hour in range(4):
        desk.land(MONDAY, hour, post(activity_id(hour)))
    add = post_staging.Staging.add

    def kill(*arguments: object) -> None:
        for process in readers():
            process.kill()
        add(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as killing:
        killing.setattr(post_staging.Staging, "add", kill)
        with pytest.raises(ReadingProcessError, match="load the day again"):
            desk.load(MONDAY)
    assert readers() == []
    assert desk.value("select count(*) from scraping.raw_payloads") == 0
    assert desk.value("select status::text from scraping.download_runs") == "failed"
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 4


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_processes_end_with_the_load_however_it_ends(zone: LandingZone, end: signal.Signals):
    load = subprocess.Popen([sys.executable, "-c", _READ, zone.url, str(MONDAY)], stdout=subprocess.PIPE)
    assert load.stdout is not None
    assert load.stdout.readline() == b"reading\n"
    started = readers(psutil.Process(load.pid))
    assert started != []
    os.kill(load.pid, end)
    load.communicate(timeout=30)
    wait_until_ended(started)


@pytest.mark.usefixtures("large")
def test_the_processes_end_when_nobody_reads_on(zone: LandingZone):
    with closing(read_in_processes(zone, zone.files(MONDAY), 10**6, FACTS)) as rows:
        next(rows)
        started = readers()
        assert started != []
    wait_until_ended(started)


def test_the_processes_of_a_pool_that_watches_nobody_outlive_it():
    """The negative control: the same pool without our watch."""
    load = subprocess.Popen([sys.executable, "-c", _UNWATCHED], stdout=subprocess.PIPE)
    assert load.stdout is not None
    assert load.stdout.readline() == b"reading\n"
    left = readers(psutil.Process(load.pid))
    load.kill()
    load.wait(timeout=30)
    time.sleep(0.2)
    assert [process.is_running() for process in left] == [True]
    left[0].kill()
    load.stdout.close()
