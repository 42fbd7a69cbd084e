"""After the archive: later days count as before, an archived day is not computed again, and a late file is not lost."""

import dagster as dg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement.assets import post_engagement_daily
from syndication_assets.engagement.checks import CHECKS
from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, day, moment
from syndication_assets_tests.operations.archive.archived_history import ALL, DAILY, JANUARY, SNAPSHOTS, ArchivedHistory


def offenders(archive: ArchivedHistory) -> dict[str, int]:
    with read_only_transaction(archive.url) as connection:
        found = {
            f"{check.table}__{check.name}": find_offenders(connection, "engagement", check, (FIRST_DAY, day(60))).count
            for check in CHECKS
        }
    return {name: count for name, count in found.items() if count}


@pytest.mark.both_servers
@pytest.mark.parametrize("tables", [(SNAPSHOTS,), ALL])
def test_the_days_that_stay_are_computed_as_before(archive: ArchivedHistory, tables: tuple[str, ...]):
    before = archive.rollups()
    archive.keep(*tables)
    archive.run()
    archive.history.roll_up_all(1, 40)
    after = archive.rollups()
    if DAILY in tables:
        assert after["post_engagement_daily"] != before["post_engagement_daily"]
    for table, rows in after.items():
        kept = [row for row in rows if str(row.get("activity_date", day(3))) >= "2025-02-01"]
        assert kept == [row for row in before[table] if str(row.get("activity_date", day(3))) >= "2025-02-01"], table
    if DAILY not in tables:
        assert after == before
    assert offenders(archive) == {}
    archive.restore(JANUARY)
    archive.history.roll_up_all(1, 40)
    assert archive.rollups() == before


@pytest.mark.parametrize("tables", [(SNAPSHOTS,), ALL])
def test_a_late_day_after_the_archive_counts_as_if_nothing_was_archived(
    archive: ArchivedHistory, tables: tuple[str, ...]
):
    archive.keep(*tables)
    archive.run()
    for post in [row[0] for row in archive.history.execute("select post_id from scraping.posts")]:
        archive.history.snapshot(post, moment(5), reactions=41, comments=3, views=450)
    archive.history.roll_up_all(5)
    archived = archive.rollups()
    archive.restore(JANUARY)
    archive.history.roll_up_all(1, 40)
    clean = archive.rollups()
    for table, rows in archived.items():
        kept = [row for row in rows if str(row.get("activity_date", day(3))) >= "2025-02-01"]
        assert kept == [row for row in clean[table] if str(row.get("activity_date", day(3))) >= "2025-02-01"], table


def test_a_rebuilt_post_is_computed_from_its_archived_days_too(archive: ArchivedHistory):
    """Its publication time changes: the first day no longer counts from the publication."""
    archive.keep(SNAPSHOTS)
    archive.run()
    statement = "update scraping.posts set needs_rebuild = true, posted_at = posted_at - interval '30 days'"
    archive.history.execute(statement)
    archive.history.roll_up_all(38)
    rebuilt = archive.rollups()
    archive.restore(JANUARY)
    archive.history.execute("update scraping.posts set needs_rebuild = true")
    archive.history.roll_up_all(1, 40)
    assert archive.rollups()["post_engagement_daily"] == rebuilt["post_engagement_daily"]


def test_a_backfill_of_an_archived_month_is_refused_and_changes_nothing(
    archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", archive.url)
    archive.keep(SNAPSHOTS)
    archive.run()
    before = archive.rollups()
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [post_engagement_daily],
            instance=instance,
            partition_key="2025-01-31",
            resources={"postgres": PostgresResource()},
            raise_on_error=False,
        )
    assert not result.success
    message = str(result.get_step_failure_events()[0].event_specific_data)
    assert "2025-01 of default is archived" in message
    assert "syndication archive restore 2025-01" in message
    assert archive.rollups() == before


def test_times_of_a_post_follow_from_archived_snapshots_too(archive: ArchivedHistory):
    """A post that was only observed in the archived month keeps when that was."""
    with transaction(archive.url) as connection:
        connection.execute("delete from scraping.snapshots where downloaded_at >= '2025-02-01'")
        connection.execute(
            "update scraping.post_records set last_seen_at = '2025-01-30 00:00+00',"
            " content_observed_at = '2025-01-30 00:00+00'"
        )
    archive.history.roll_up_all(1, 40)
    columns = "post_id, last_seen_at, content_observed_at, author_observed_at, direct_observed_at, posted_observed_at"
    before = archive.history.execute(f"select {columns} from scraping.posts order by 1")
    archive.keep(SNAPSHOTS)
    archive.run()
    assert archive.count(SNAPSHOTS) == 0
    after = archive.history.execute(f"select {columns} from scraping.posts order by 1")
    assert [row[:3] for row in after] == [row[:3] for row in before]
