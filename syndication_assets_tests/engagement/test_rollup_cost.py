"""The cost of one day does not depend on the length of the history."""

from datetime import timedelta

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets.sql_assets.table_metadata import count_by_day
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, ROLLUPS, History, day

POSTS = 300
DAYS = 100
LAST = 60


@pytest.fixture
def database_url(new_database_url: str) -> str:
    """A new database, without the deleted rows of other tests."""
    return new_database_url


@pytest.fixture
def history(database_url: str) -> History:
    """Many posts with one snapshot a day on many days, rolled up. Every third snapshot has no comments."""
    history = History(database_url)
    profile = history.profile("ada")
    with psycopg.connect(database_url) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into scraping.post_records (organization_id, platform, urn, urn_kind, posted_at, profile_id,"
            " content_observed_at, first_seen_at, last_seen_at)"
            " select %s, 'linkedin', n::text, 'activity', %s, %s, now(), now(), now()"
            f" from generate_series(1, {POSTS}) as n",
            [history.organization_id, day(LAST - DAYS), profile],
        )
        connection.execute(
            "insert into scraping.snapshots (organization_id, post_id, downloaded_at, reactions, comments, run_id,"
            " observed_at_source, landed_file_id)"
            " select organization_id, post_id, %s::date + n + interval '6 hours', n,"
            " case when n %% 3 > 0 then n end, %s, 'file_name', %s"
            f" from generate_series(1, {DAYS}) as n, scraping.posts order by n, post_id",
            [FIRST_DAY + timedelta(days=LAST - DAYS - 1), history.run_id, history.landed_file_id],
        )
    history.roll_up_all(LAST - DAYS + 1, LAST)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return history


def rows_read(history: History, table: str, number: int) -> dict[str, tuple[int, int]]:
    """The rows that materializing one day reads, by table: rows of sequential scans, and rows of index scans."""
    with transaction(history.url) as connection:
        compute_rollup(connection, "engagement", table, day(number), day(number + 1))
        count_by_day(connection, f"engagement.{table}", day(number), day(number + 1))
        found = connection.execute(
            "select relname, seq_tup_read, coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables"
            " where schemaname in ('engagement', 'scraping')"
        ).fetchall()
    return {name: (sequential, indexed) for name, sequential, indexed in found}


def test_a_day_reads_no_more_than_the_rows_around_it(history: History):
    for table in ROLLUPS:
        for number in (LAST, LAST - 20):
            read = rows_read(history, table, number)
            month = day(number).strftime("snapshots_%Y_%m")
            for name, (sequential, indexed) in read.items():
                if name == "post_engagement_daily":
                    assert sequential == 0, f"{table} scans all of {name}"
                    assert indexed <= 12 * POSTS, f"{table} looks up too many rows of {name}"
                # Pruning works by month, so the month of the window may be read as a whole.
                if name.startswith("snapshots_") and name != month:
                    assert sequential == 0, f"{table} scans {name}, which is outside of its window"
                    assert indexed <= 4 * POSTS, f"{table} looks up too many rows of {name}"

    with transaction(history.url) as connection:
        connection.execute("set local enable_indexscan = off; set local enable_indexonlyscan = off")
        connection.execute("set local enable_bitmapscan = off")
        connection.execute("select count(*) from engagement.post_engagement_daily where activity_date = %s", [day(1)])
        row = connection.execute(
            "select seq_tup_read from pg_stat_xact_user_tables where relname = 'post_engagement_daily'"
        ).fetchone()
    assert row == (POSTS * DAYS,), "the measurement detects a full scan"
