"""Landed files that were kept long enough leave only once their month is archived, and can return."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.retention.left_files import (
    LandedFilesLeftError,
    due_files,
    move_due_files,
    return_files,
)
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.landing.zone.file_store import FileStore
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets_tests.operations.archive.archived_history import ALL
from syndication_assets_tests.operations.archive.test_late_files import roll_up
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, post

TODAY = date(2026, 1, 15)
NOVEMBER = date(2025, 11, 1)
SNAPSHOTS = "select post_id, downloaded_at, reactions from scraping.snapshots order by 1, 2"


class Shelf:
    """A desk, with an archive and a colder place."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk = desk
        self.zone = ChangingZone(desk.zone.url)
        self.cold = FileStore(str(root / "cold"))
        self.archive = ArchiveStore(str(root / "archive"))

    def keep(self, *subjects: str, action: str = "archive") -> None:
        for subject in subjects:
            self.desk.execute(
                "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
                " select organization_id, %s, 1, %s, 0 from tenancy.organizations where slug = 'default'"
                " on conflict (organization_id, subject) do update set action = excluded.action",
                [subject, action],
            )

    def run_archive(self) -> None:
        assert run_archive(self.desk.url, self.archive, lambda _: None, today=TODAY, again=True).failed == []

    def restore(self) -> None:
        with transaction(self.desk.url) as connection:
            archives = months_to_restore(connection, "default", NOVEMBER, None)
        for archived in archives:
            restore(self.desk.url, self.archive, archived, lambda _: None)

    def due(self) -> list[str]:
        with transaction(self.desk.url) as connection:
            return [file.path for file in due_files(connection, TODAY)]

    def move(self) -> list[str]:
        return [file.path for file in move_due_files(self.desk.url, self.zone, self.cold, TODAY).left]

    def landed(self) -> list[str]:
        return sorted(self.zone.stored_below("default"))


@pytest.fixture
def shelf(database_url: str, tmp_path: Path) -> Iterator[Shelf]:
    """Two loaded days of November, on the first with a companion; all of it is to be archived."""
    with run_session(database_url, "test") as session:
        desk = Desk(database_url, ChangingZone(str(tmp_path / "landing")), session)
        shelf = Shelf(desk, tmp_path)
        for day in (MONDAY, TUESDAY):
            desk.land(day, 9, post(activity_id(1), reactions=day.day), is_fetched=day == MONDAY)
            desk.load(day)
        roll_up(desk, MONDAY, TUESDAY)
        shelf.keep(*ALL)
        yield shelf


def test_files_of_an_archived_month_move_and_return_and_their_day_waits_for_them(shelf: Shelf):
    landed, snapshots = shelf.landed(), shelf.desk.rows(SNAPSHOTS)
    shelf.run_archive()
    assert shelf.due() == []  # nobody has said how long they are kept
    shelf.keep("landing.raw_files")
    assert len(shelf.due()) == 2
    with pytest.raises(SyndicationError, match="SYNDICATION_COLD_LANDING_URL is not set"):
        move_due_files(shelf.desk.url, shelf.zone, None, TODAY)
    assert shelf.landed() == landed
    assert len(shelf.move()) == 2
    assert shelf.landed() == []
    assert sorted(shelf.cold.stored_below("default")) == landed
    assert shelf.move() == []

    # The month comes back from its archive, but a load would remove its rows.
    shelf.restore()
    assert shelf.desk.rows(SNAPSHOTS) == snapshots
    with pytest.raises(LandedFilesLeftError, match="syndication retention return-files 2025-11 --organization default"):
        shelf.desk.load(MONDAY)
    assert shelf.desk.rows(SNAPSHOTS) == snapshots
    assert return_files(shelf.desk.url, shelf.zone, shelf.cold, "default", NOVEMBER) == 2
    assert shelf.landed() == landed
    shelf.desk.load(MONDAY, TUESDAY)
    assert shelf.desk.rows(SNAPSHOTS) == snapshots


def test_a_file_stays_while_its_month_is_open_or_something_needs_it(shelf: Shelf):
    shelf.keep("landing.raw_files")
    assert shelf.due() == []  # not archived
    shelf.run_archive()
    monday, tuesday = shelf.due()
    hold = shelf.desk.value(
        "insert into operations.legal_holds (organization_id, reason, held_by, held_to)"
        " select organization_id, 'case', 'test', %s from tenancy.organizations where slug = 'default'"
        " returning hold_id",
        [MONDAY],
    )
    assert shelf.due() == [tuesday]
    shelf.desk.execute(
        "update operations.legal_holds set released_by = 'test', released_at = now() where hold_id = %s", [hold]
    )
    # A file that lands late waits in quarantine, and the whole day with it.
    shelf.desk.land(TUESDAY, 18, post(activity_id(2)), username="bert")
    shelf.desk.load(TUESDAY)
    assert shelf.due() == [monday]
    shelf.restore()
    assert shelf.due() == []
    shelf.run_archive()
    # What is not as it was loaded is not taken away.
    (Path(shelf.zone.url) / monday).write_bytes(b"[]")
    done = move_due_files(shelf.desk.url, shelf.zone, shelf.cold, TODAY)
    assert done.left == []
    assert done.kept == [(monday, "it is not as it was loaded: restore it")]


def test_files_that_are_removed_for_good_are_in_the_manifest(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.keep("landing.raw_files", action="delete")
    shelf.run_archive()
    # A run that is killed between the record and the removal is completed by the next.
    monkeypatch.setattr("syndication_assets.landing.retention.left_files._remove", lambda *_: None)
    assert len(shelf.move()) == 2
    assert len(shelf.landed()) == 3
    monkeypatch.undo()
    assert shelf.move() == []
    assert shelf.landed() == []
    assert list(shelf.cold.stored_below("default")) == []
    assert (
        shelf.desk.rows("select action::text, length(sha256), size_bytes > 0 from landing.left_files")
        == [("delete", 64, True)] * 2
    )
    shelf.restore()
    with pytest.raises(LandedFilesLeftError, match="removed for good"):
        shelf.desk.load(MONDAY)
    with pytest.raises(SyndicationError, match="cannot return"):
        return_files(shelf.desk.url, shelf.zone, shelf.cold, "default", NOVEMBER)
