"""Tables have statistics as soon as a load has filled them, and unchanged tables are not analyzed again."""

import psycopg
import pytest
from psycopg import errors

from syndication_assets.database.connection import DatabaseError, analyze_grown_tables, transaction

pytestmark = pytest.mark.both_servers

TABLE = "engagement.product_post_performance"


@pytest.fixture
def database_url(new_database_url: str) -> str:
    """A new database, whose tables have no statistics."""
    return new_database_url


def fill(url: str, products: range) -> None:
    """Adds rows to a table without statistics, in one transaction as in a load, without checking foreign keys."""
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into engagement.product_post_performance"
            " (organization_id, product_id, platform, activity_date, posts_observed, is_simulated)"
            " select 'org-5f3759df', 'prod-' || n, 'facebook', date '2025-11-03', 1, false"
            " from generate_series(%s::int, %s::int) as n",
            [products.start, products.stop - 1],
        )


def known_rows(url: str, table: str) -> float:
    """The row count according to the statistics; -1 if the table was never analyzed."""
    with psycopg.connect(url) as connection:
        return float(
            connection.execute("select reltuples from pg_class where oid = %s::regclass", [table]).fetchall()[0][0]
        )


def analyze(url: str, room: str, role: str = "syndication_pipeline") -> int:
    with transaction(url, role=role) as connection:
        return int(connection.execute("select operations.analyze_grown_tables(%s)", [room]).fetchall()[0][0])


def test_a_filled_table_is_known_to_the_planner(database_url: str):
    fill(database_url, range(1000))
    assert known_rows(database_url, TABLE) == -1
    analyze_grown_tables(database_url, ["engagement"])
    assert known_rows(database_url, TABLE) == 1000


def test_tables_that_have_not_grown_are_not_analyzed(database_url: str):
    fill(database_url, range(5000))
    assert analyze(database_url, "engagement") > 0
    assert analyze(database_url, "engagement") == 0
    fill(database_url, range(5000, 7000))
    assert analyze(database_url, "engagement") == 0
    fill(database_url, range(7000, 30_000))
    assert analyze(database_url, "engagement") == 1
    assert known_rows(database_url, TABLE) == pytest.approx(30_000, rel=0.05)


def test_tables_of_other_rooms_are_not_analyzed(database_url: str):
    fill(database_url, range(1000))
    analyze(database_url, "scraping")
    assert known_rows(database_url, TABLE) == -1


def test_a_partitioned_table_has_statistics_of_the_whole(database_url: str):
    table = "scraping.raw_payloads"
    with psycopg.connect(database_url) as connection:
        connection.execute("select operations.ensure_month_partitions(%s, '2025-11-01', '2025-12-31')", [table])
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into scraping.raw_payloads"
            " (organization_id, source, landed_on, source_file_path, position, run_id, payload_hash, payload)"
            " select 'org-5f3759df', 'linkedin_apify', date '2025-11-01' + (n % 61), 'file', n, 'run-1',"
            " decode(md5(n::text), 'hex'), '{}' from generate_series(1, 3000) as n"
        )
    assert known_rows(database_url, table) == -1
    assert analyze(database_url, "scraping") > 0
    assert known_rows(database_url, table) == 3000
    assert known_rows(database_url, f"{table}_2025_11") > 1000
    assert analyze(database_url, "scraping") == 0


def test_a_reader_cannot_analyze_tables(database_url: str):
    with pytest.raises(DatabaseError, match=errors.InsufficientPrivilege.sqlstate):
        analyze(database_url, "engagement", role="syndication_reader")
