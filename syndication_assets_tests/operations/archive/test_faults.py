"""Processes that die while they archive, and places that fail: nothing is lost, and the next run finishes."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from syndication_assets.operations.archive import archiving
from syndication_assets.operations.archive.archive_store import ArchiveError
from syndication_assets.operations.archive.verifying import verify_oldest
from syndication_assets_tests.operations.archive.archived_history import JANUARY, SNAPSHOTS, ArchivedHistory

_RUN = """
import sys
from datetime import date
from syndication_assets.operations.archive import removing
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.archive_records import archived_months
from syndication_assets.operations.archive.month_restoring import restore
from syndication_assets.database.connection import transaction
removing.BATCH_ROWS = 2
url, place, what = sys.argv[1:]
if what == "run":
    run = run_archive(url, ArchiveStore(place), lambda _: None, today=date(2025, 3, 15), again=True)
    assert not run.failed, run.failed
else:
    with transaction(url) as connection:
        (archived,) = archived_months(connection)
    restore(url, ArchiveStore(place), archived, lambda _: None)
"""
DROPPED = [
    "archive.exported", "archive.in_place", "archive.before_record", "archive.recorded", "archive.before_removal",
    "archive.removed", "archive.before_restored",
]  # fmt: skip
DELETED = ["archive.removing", "archive.batch_deleted"]


def run_until(archive: ArchivedHistory, what: str, fault_point: str) -> int:
    process = subprocess.run(
        [sys.executable, "-c", _RUN, archive.url, str(archive.directory), what],
        env=os.environ | {"SYNDICATION_FAULT_POINT": fault_point},
        capture_output=True,
        check=False,
    )
    assert process.returncode <= 0, process.stderr.decode()
    return process.returncode


def another_organization(archive: ArchivedHistory) -> None:
    """One that keeps January, so that its month is shared."""
    with_rows = archive.history.execute(
        "insert into tenancy.organizations (slug, name) values ('other', 'Other') returning organization_id"
    )
    other = with_rows[0][0]
    archive.history.execute(
        "insert into scraping.download_runs (organization_id, kind, source, partition_from, partition_to, script_name)"
        " values (%s, 'load', 'test', '2025-01-30', '2025-01-30', 'test')",
        [other],
    )
    archive.history.execute(
        "insert into landing.files (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)"
        " values (%s, 'other/test/file.json', 'test', '2025-01-30', '', 0)",
        [other],
    )
    archive.history.execute(
        "insert into scraping.post_records (organization_id, platform, urn, urn_kind, first_seen_at, last_seen_at)"
        " values (%s, 'linkedin', '1', 'activity', now(), now())",
        [other],
    )
    archive.history.execute(
        "insert into scraping.snapshots (organization_id, post_id, downloaded_at, run_id, landed_file_id,"
        " observed_at_source, reactions) select p.organization_id, p.post_id, '2025-01-30 12:00+00', r.run_id,"
        " f.landed_file_id, 'file_name', 1 from scraping.post_records as p inner join scraping.download_runs as r"
        " using (organization_id) inner join landing.files as f using (organization_id) where p.organization_id = %s",
        [other],
    )


@pytest.mark.parametrize("points", [DROPPED, pytest.param(DELETED, marks=pytest.mark.slow)])
def test_a_killed_archive_leaves_all_or_nothing_and_the_next_run_finishes(archive: ArchivedHistory, points: list[str]):
    archive.keep(SNAPSHOTS)
    if points is DELETED:
        another_organization(archive)
    before = archive.rows(SNAPSHOTS)
    for point in points:
        if point == "archive.before_restored":
            archive.run(again=True)
        assert run_until(archive, "restore" if "restored" in point else "run", point) == -signal.SIGKILL, point
        rows, archives = archive.rows(SNAPSHOTS), archive.archives()
        states = {each.state for each in archives}
        if states <= {"written", "restored"}:
            assert rows == before, point
        elif states == {"archived"}:
            assert rows == [row for row in before if row not in rows_of_january(archive, before)], point
        else:
            assert set(map(str, rows)) <= set(map(str, before)), point
        archive.run(again=True)
        (archived,) = archive.archives()
        assert (archived.state, archived.row_count) == ("archived", 6), point
        assert archive.files() == [archived.path], point
        archive.restore(JANUARY)
        assert archive.rows(SNAPSHOTS) == before, point


def rows_of_january(archive: ArchivedHistory, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [row for row in rows if str(row[0]) < "2025-02-01" and archive.history.organization_id in row]


def test_a_full_disk_changes_nothing_and_says_what_to_do(archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch):
    def full(stream: object, shape: object, rows: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    archive.keep(SNAPSHOTS)
    monkeypatch.setattr(archiving, "write_month", full)
    run = archive.run()
    ((title, problem),) = run.failed
    assert title == "scraping.snapshots 2025-01 of default"
    assert "No space left on device. Nothing was removed from the database: make room" in problem
    assert (archive.count(SNAPSHOTS), archive.archives(), archive.files()) == (21, [], [])
    monkeypatch.undo()
    archive.run()
    assert archive.archives()[0].state == "archived"


@pytest.mark.parametrize("damage", ["flipped", "cut", "missing"])
def test_a_damaged_file_is_found_before_rows_are_removed_and_restores_nothing(archive: ArchivedHistory, damage: str):
    archive.keep(SNAPSHOTS, grace_days=7)
    archive.run()
    (archived,) = archive.archives()
    path: Path = archive.directory / archived.path
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.chmod(0o600)
        path.write_bytes(changed if damage == "flipped" else content[:-20])
    archive.history.execute("update operations.archives set removable_at = now() - interval '1 second'")
    run = archive.run()
    assert {"flipped": "was changed", "cut": "was changed", "missing": "is missing"}[damage] in run.failed[0][1]
    assert archive.count(SNAPSHOTS) == 21
    assert archive.archives()[0].problem is not None
    with pytest.raises(ArchiveError, match=r"missing|changed"):
        archive.restore(JANUARY)
    path.write_bytes(content)
    archive.run()
    assert archive.archives()[0].problem is None
    assert archive.count(SNAPSHOTS) == 15
    assert verify_oldest(archive.url, archive.store, lambda _: None) == []
    path.unlink()
    ((_, problem),) = verify_oldest(archive.url, archive.store, lambda _: None)
    assert "put it back from a copy" in problem
