"""Old months move to files, row for row, and come back."""

import pyarrow.parquet as pq
import pytest

from syndication_assets_tests.operations.archive.archived_history import (
    ALL,
    DAILY,
    EXECUTIONS,
    FEBRUARY,
    JANUARY,
    MARCH,
    SNAPSHOTS,
    ArchivedHistory,
)


def test_without_a_row_everything_stays(archive: ArchivedHistory):
    run = archive.run()
    assert (run.written, run.removed, run.waiting, run.failed) == ([], [], [], [])
    assert archive.files() == []
    assert archive.count(SNAPSHOTS) == 21


@pytest.mark.both_servers
def test_a_month_goes_to_a_file_and_comes_back_row_for_row(archive: ArchivedHistory):
    before = archive.rows(SNAPSHOTS)
    archive.keep(SNAPSHOTS)
    run = archive.run()
    assert run.failed == []
    (archived,) = archive.archives()
    assert (archived.table_name, archived.month, archived.state, archived.row_count) == (
        SNAPSHOTS, JANUARY, "archived", 6,
    )  # fmt: skip
    assert archived.sums["reactions"] == 10 + 11 + 12 + 20 + 21 + 22
    assert archived.sums["comments"] == 3
    assert set(archived.days) == {"2025-01-30", "2025-01-31"}
    assert archive.count(SNAPSHOTS) == 15
    assert archive.count("pg_class", "relname = 'snapshots_2025_01'") == 0, "the partition is dropped"
    assert archive.files() == [archived.path]
    table = pq.read_table(archive.directory / archived.path)
    assert table.num_rows == 6
    assert str(table.schema.field("downloaded_at").type) == "timestamp[us, tz=UTC]"
    archive.restore(JANUARY)
    assert archive.rows(SNAPSHOTS) == before
    assert archive.archives()[0].state == "restored"


def test_a_month_of_executions_goes_whole_and_comes_back(archive: ArchivedHistory):
    archive.history.execute(
        "select operations.ensure_month_partitions(%s::regclass, '2025-01-01', '2025-03-01')", [EXECUTIONS]
    )
    for started_at in ("2025-01-31 23:59:30+00", "2025-03-01 12:00+00"):
        archive.history.execute(
            "insert into operations.execution_history (organization_id, process, step, triggered_by, started_at,"
            " finished_at, status, rows_in, outcomes, cost, currency, executed_on) values (%(id)s, 'publishing', 'a/b',"
            " 'schedule', %(at)s, %(at)s::timestamptz + interval '1 minute', 'success', 2, '{\"published\": 2}', 0.25,"
            " 'USD', (%(at)s::timestamptz at time zone 'utc')::date)",
            {"id": archive.history.organization_id, "at": started_at},
        )
    before = archive.rows(EXECUTIONS)
    archive.keep(EXECUTIONS)
    assert archive.run().failed == []
    assert archive.count(EXECUTIONS) == 1
    archive.restore(JANUARY, EXECUTIONS)
    assert archive.rows(EXECUTIONS) == before


def test_all_tables_are_archived_in_order_and_come_back(archive: ArchivedHistory):
    before = {table: archive.rows(table) for table in ALL}
    archive.keep(*ALL)
    run = archive.run()
    assert run.failed == []
    assert {(each.table_name, each.month) for each in archive.archives()} == {
        (table, JANUARY) for table in ALL if before[table]
    }
    assert archive.count(DAILY, "activity_date < '2025-02-01'") == 0
    archive.restore(JANUARY)
    assert {table: archive.rows(table) for table in ALL} == before
    assert archive.count("engagement.carried_values") == 0


def test_a_second_run_changes_nothing_and_a_restored_month_is_archived_again_when_asked(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.run()
    (first,) = archive.archives()
    archive.run()
    assert archive.archives() == [first]
    archive.restore(JANUARY)
    assert [title for title, _ in archive.run().waiting] == ["scraping.snapshots 2025-01 of default"]
    assert archive.count(SNAPSHOTS) == 21, "a restored month stays for a week"
    archive.run(again=True)
    (again,) = archive.archives()
    assert (again.state, again.totals) == ("archived", first.totals)
    assert archive.files() == [again.path] != [first.path]


def test_rows_stay_beside_their_file_during_the_grace_period(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS, grace_days=7)
    run = archive.run()
    assert archive.archives()[0].state == "written"
    assert "its rows stay until" in run.waiting[0][1]
    assert archive.count(SNAPSHOTS) == 21
    archive.history.execute("update operations.archives set removable_at = now() - interval '1 second'")
    archive.run()
    assert archive.archives()[0].state == "archived"
    assert archive.count(SNAPSHOTS) == 15


def test_rows_that_changed_after_they_were_written_are_not_removed(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS, grace_days=7)
    archive.run()
    archive.history.execute(
        "update scraping.snapshots set stats = '{\"a\": 1}' where downloaded_at < '2025-02-01' and reactions = 10"
    )
    archive.history.execute("update operations.archives set removable_at = now() - interval '1 second'")
    run = archive.run()
    assert "changed after it was written" in run.failed[0][1]
    assert archive.count(SNAPSHOTS) == 21
    assert archive.archives() == []
    archive.keep(SNAPSHOTS)
    archive.run()
    assert archive.archives()[0].state == "archived"


def test_a_month_waits_while_a_rollup_needs_it(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.history.execute(
        "insert into engagement.stale_days values (%s, 'profile_engagement_daily', '2025-01-31')",
        [archive.history.organization_id],
    )
    assert "still has to compute 2025-01-31" in archive.run().waiting[0][1]
    archive.history.execute("delete from engagement.stale_days")
    archive.history.execute("delete from engagement.post_engagement_daily where activity_date = '2025-01-30'")
    assert "no rollup has computed 2025-01-30" in archive.run().waiting[0][1]
    assert archive.archives() == []


def test_a_later_month_waits_for_the_one_before(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.history.execute("delete from engagement.post_engagement_daily where activity_date = '2025-01-30'")
    run = archive.run(today=MARCH.replace(month=5))
    assert [reason.split(",")[0] for _, reason in run.waiting][1:] == ["2025-01", "2025-02"]
    assert archive.archives() == []


def test_rollups_wait_for_their_snapshots(archive: ArchivedHistory):
    archive.keep(DAILY)
    assert "scraping.snapshots of the month are not archived yet" in archive.run().waiting[0][1]


def test_late_rows_of_an_archived_month_are_never_archived_alone(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.run()
    (archived,) = archive.archives()
    post = archive.history.post()
    archive.history.execute(
        "select operations.ensure_month_partitions('scraping.snapshots', '2025-01-01', '2025-01-01')"
    )
    archive.history.snapshot(post, archived.written_at.replace(year=2025, month=1, day=5), reactions=1)
    archive.history.roll_up_all(-30, 40)
    run = archive.run()
    assert "new rows of an archived month" in run.waiting[0][1]
    assert archive.archives() == [archived]
    assert archive.files() == [archived.path]


def test_two_months_at_once(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.run(today=MARCH.replace(month=4))
    assert [(each.month, each.state) for each in archive.archives()] == [
        (JANUARY, "archived"),
        (FEBRUARY, "archived"),
    ]
