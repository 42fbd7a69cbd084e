"""Files that land for an archived month wait in quarantine; restored, the tables end as if all had come in order."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.archive.archive_records import archived_months
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.engagement.snapshots import ROLLUPS
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.operations.archive.archived_history import ALL
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, cleared, post

DECEMBER = date(2025, 12, 2)
NOVEMBER = date(2025, 11, 1)


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> Iterator[Desk]:
    with cleared(shared_database), run_session(shared_database, "test") as session:
        with transaction(shared_database) as connection:
            connection.execute("delete from operations.archives")
            connection.execute("delete from engagement.carried_values")
            connection.execute(
                "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
                " select organization_id, s.subject, 1, 'archive', 0 from tenancy.organizations"
                " cross join unnest(%s::text[]) as s (subject) where slug = 'default' on conflict do nothing",
                [list(ALL)],
            )
        yield Desk(shared_database, LandingZone(str(tmp_path / "landing")), session)


def roll_up(desk: Desk, *days: date) -> None:
    for table in ROLLUPS:
        for day in days:
            with transaction(desk.url) as connection:
                compute_rollup(connection, "engagement", table, day, date.fromordinal(day.toordinal() + 1))


def land_and_load(desk: Desk) -> None:
    """Two days of November and one of December."""
    for number, day in enumerate((MONDAY, TUESDAY, DECEMBER)):
        desk.land(day, 9, *(post(activity_id(n), text=f"#wool {n}", reactions=10 * number + n) for n in range(4)))
        desk.load(day)
    roll_up(desk, MONDAY, TUESDAY, DECEMBER)


def land_late(desk: Desk) -> None:
    """A file of Monday with a new post, a changed one and one that is as it was."""
    desk.land(
        MONDAY, 18, post(activity_id(0), text="#wool 0", reactions=7), post(activity_id(1), text="#loom", reactions=1),
        post(activity_id(7), text="#dye", reactions=3), username="bert",
    )  # fmt: skip


def archive_november(desk: Desk, store: ArchiveStore) -> None:
    run = run_archive(desk.url, store, lambda _: None, today=date(2026, 1, 15), again=True)
    assert run.failed == []
    with transaction(desk.url) as connection:
        states = {(each.month, each.state) for each in archived_months(connection)}
    assert states == {(NOVEMBER, "archived")}


def restore_november(desk: Desk, store: ArchiveStore) -> None:
    with transaction(desk.url) as connection:
        archives = months_to_restore(connection, "default", NOVEMBER, None)
    for archived in archives:
        restore(desk.url, store, archived, lambda _: None)


def open_reasons(desk: Desk) -> list[str]:
    rows = desk.execute("select reason from landing.quarantine where replayed_at is null order by 1")
    return [reason for (reason,) in rows]


def test_archive_then_late_file_then_restore_is_a_load_in_order(desk: Desk, tmp_path: Path):
    store = ArchiveStore(str(tmp_path / "archive"))
    land_and_load(desk)
    archive_november(desk, store)
    archived = facts(desk.url)
    land_late(desk)
    desk.load(MONDAY)
    (reason,) = open_reasons(desk)
    assert "2025-11 is archived" in reason
    assert "syndication archive restore 2025-11" in reason
    roll_up(desk, MONDAY, TUESDAY, DECEMBER)
    desk.load(MONDAY)
    assert len(open_reasons(desk)) == 1
    waiting = facts(desk.url)
    assert [line for line in differences(archived, waiting) if "quarantine" not in line and "files" not in line] == []
    restore_november(desk, store)
    desk.load(MONDAY)
    roll_up(desk, MONDAY, TUESDAY, DECEMBER)
    assert open_reasons(desk) == []
    assert broken_invariants(desk.url, desk.root) == []
    late = facts(desk.url)
    with cleared(desk.url):
        for day in (MONDAY, TUESDAY, DECEMBER):
            desk.load(day)
        roll_up(desk, MONDAY, TUESDAY, DECEMBER)
        clean = facts(desk.url)
        assert differences(clean, late) == []
        assert broken_invariants(desk.url, desk.root) == []


def test_loading_an_archived_day_again_changes_nothing(desk: Desk, tmp_path: Path):
    store = ArchiveStore(str(tmp_path / "archive"))
    land_and_load(desk)
    archive_november(desk, store)
    before = facts(desk.url)
    assert [each.archived for each in desk.load(MONDAY, TUESDAY)] == [["default"]] * 2
    assert differences(before, facts(desk.url)) == []
    assert open_reasons(desk) == []


def test_a_post_that_was_merged_since_gets_its_archived_snapshots_back(desk: Desk, tmp_path: Path):
    """Two records turn out to be one post after their November is archived."""
    store = ArchiveStore(str(tmp_path / "archive"))
    desk.land(MONDAY, 9, post(None, ugc_post="71", text="#wool", reactions=1))
    desk.land(TUESDAY, 9, post(activity_id(1), text="#wool", reactions=5))
    for day in (MONDAY, TUESDAY):
        desk.load(day)
    roll_up(desk, MONDAY, TUESDAY)
    archive_november(desk, store)
    desk.land(DECEMBER, 9, post(activity_id(1), ugc_post="71", text="#wool", reactions=9))
    desk.load(DECEMBER)
    roll_up(desk, DECEMBER)
    assert desk.value("select count(*) from scraping.posts") == 1
    restore_november(desk, store)
    roll_up(desk, MONDAY, TUESDAY, DECEMBER)
    late = facts(desk.url)
    with cleared(desk.url):
        for day in (MONDAY, TUESDAY, DECEMBER):
            desk.load(day)
        roll_up(desk, MONDAY, TUESDAY, DECEMBER)
        assert differences(facts(desk.url), late) == []
