"""Month partitions are created in advance, exactly once, and are as protected as their parent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import dagster as dg
import psycopg
import pytest
from psycopg import errors

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.assets import month_partitions
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.today import today

pytestmark = pytest.mark.both_servers

Connection = psycopg.Connection[Any]
SNAPSHOTS = "scraping.snapshots"
PAYLOADS = "scraping.raw_payloads"
LOGS = ["tenancy.audit_log", "operations.api_usage", "operations.execution_history"]
"""Adding the default organization made the first partition of the audit log, the migrations those of the others."""
TABLES = [SNAPSHOTS, PAYLOADS, *LOGS]


@pytest.fixture
def database_url(new_database_url: str) -> str:
    """A new database, in which no other test has made partitions."""
    return new_database_url


def ensure(connection: Connection, table: str, first_day: str, last_day: str) -> int:
    statement = "select operations.ensure_month_partitions(%s, %s, %s)"
    return int(connection.execute(statement, [table, first_day, last_day]).fetchall()[0][0])


def partitions(connection: Connection, table: str) -> dict[str, str]:
    """Year and month from the partition's name → its bounds as PostgreSQL prints them in UTC."""
    connection.execute("set timezone = 'UTC'")
    rows = connection.execute(
        "select right(c.relname, 7), pg_get_expr(c.relpartbound, c.oid) from pg_inherits i"
        " join pg_class c on c.oid = i.inhrelid where i.inhparent = %s::regclass order by 1",
        [table],
    )
    return dict(rows.fetchall())


def new_post(connection: Connection) -> None:
    """The post, the run and the landed file that the snapshots of `new_snapshot` belong to."""
    connection.execute(
        "insert into scraping.post_records"
        " (organization_id, post_id, platform, urn, urn_kind, content_observed_at, first_seen_at, last_seen_at)"
        " select organization_id, 'p-00000001', 'linkedin', '1', 'activity', now(), now(), now()"
        " from tenancy.organizations"
    )
    connection.execute(
        "insert into scraping.download_runs"
        " (organization_id, run_id, kind, source, partition_from, partition_to, script_name)"
        " select organization_id, 'run-00000001', 'load', 'x', '2025-11-03', '2025-11-03', 'test'"
        " from tenancy.organizations"
    )
    connection.execute(
        "insert into landing.files"
        " (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)"
        " select organization_id, 'x', 'x', '2025-11-03', '', 0 from tenancy.organizations"
    )


def new_snapshot(connection: Connection, downloaded_at: str) -> str:
    """Adds a snapshot and returns the partition that contains it."""
    return str(
        connection.execute(
            "insert into scraping.snapshots"
            " (organization_id, post_id, run_id, downloaded_at, observed_at_source, landed_file_id)"
            " select organization_id, 'p-00000001', 'run-00000001', %s, 'meta', landed_file_id"
            " from landing.files"
            " returning tableoid::regclass::text",
            [downloaded_at],
        ).fetchall()[0][0]
    )


def test_this_month_and_the_months_ahead_are_created_for_every_registered_table(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update operations.partitioned_tables set months_ahead = 5 where table_name = %s", [PAYLOADS]
        )
        connection.execute("set role syndication_pipeline")
        before = {table: set(partitions(connection, table)) for table in TABLES}
        made = dict(connection.execute("select * from operations.ensure_upcoming_partitions()").fetchall())
        this_month = f"{today():%Y_%m}"
        for table in TABLES:
            months = set(partitions(connection, table))
            assert len(months - before[table]) == made[table], table
            assert {month for month in months if month < this_month} <= before[table], table
            assert this_month in months, table
            assert sum(month >= this_month for month in months) == (6 if table == PAYLOADS else 4), table
        again = dict(connection.execute("select * from operations.ensure_upcoming_partitions()").fetchall())
        assert set(again.values()) == {0}


def test_old_months_are_created_on_demand_and_only_if_missing(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("set role syndication_pipeline")
        assert ensure(connection, SNAPSHOTS, "2015-03-31", "2015-05-01") == 3
        assert ensure(connection, SNAPSHOTS, "2015-02-01", "2015-06-30") == 2
        assert list(partitions(connection, SNAPSHOTS)) == ["2015_02", "2015_03", "2015_04", "2015_05", "2015_06"]


def test_rows_of_a_day_without_a_partition_are_rejected_until_it_exists(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        new_post(connection)
        with pytest.raises(errors.CheckViolation, match="no partition of relation"):
            new_snapshot(connection, "2015-03-31 12:00:00+00")
        ensure(connection, SNAPSHOTS, "2015-03-31", "2015-03-31")
        assert new_snapshot(connection, "2015-03-31 12:00:00+00") == "scraping.snapshots_2015_03"


def test_december_is_followed_by_january(database_url: str):
    with psycopg.connect(database_url) as connection:
        new_post(connection)
        assert ensure(connection, SNAPSHOTS, "2025-12-31", "2026-01-01") == 2
        assert new_snapshot(connection, "2025-12-31 23:59:59.999999+00") == "scraping.snapshots_2025_12"
        assert new_snapshot(connection, "2026-01-01 00:00:00+00") == "scraping.snapshots_2026_01"


@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"])
@pytest.mark.parametrize("date_style", ["ISO, MDY", "German", "SQL, DMY"])
def test_bounds_are_in_utc_whatever_the_settings_of_the_session(time_zone: str, date_style: str, database_url: str):
    with psycopg.connect(database_url) as connection:
        new_post(connection)
        connection.execute("select set_config('timezone', %s, false)", [time_zone])
        connection.execute("select set_config('datestyle', %s, false)", [date_style])
        ensure(connection, SNAPSHOTS, date(2025, 2, 1).isoformat(), "2025-03-01")
        ensure(connection, PAYLOADS, "2025-02-01", "2025-02-28")
        connection.execute("set datestyle = 'ISO'")
        assert new_snapshot(connection, "2025-02-28 23:59:59.999999+00") == "scraping.snapshots_2025_02"
        assert new_snapshot(connection, "2025-03-01 00:00:00+00") == "scraping.snapshots_2025_03"
        assert partitions(connection, SNAPSHOTS) == {
            "2025_02": "FOR VALUES FROM ('2025-02-01 00:00:00+00') TO ('2025-03-01 00:00:00+00')",
            "2025_03": "FOR VALUES FROM ('2025-03-01 00:00:00+00') TO ('2025-04-01 00:00:00+00')",
        }
        assert partitions(connection, PAYLOADS) == {"2025_02": "FOR VALUES FROM ('2025-02-01') TO ('2025-03-01')"}


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_eight_concurrent_callers_create_each_partition_once(isolation: str, database_url: str):
    start = Barrier(8)

    def call(number: int) -> int:
        with psycopg.connect(database_url) as connection:
            connection.execute(f"set transaction isolation level {isolation}")
            connection.execute("set local role syndication_pipeline")
            start.wait(timeout=30)
            # In either order: callers that create partitions of several tables must not deadlock.
            tables = [SNAPSHOTS, PAYLOADS] if number % 2 else [PAYLOADS, SNAPSHOTS]
            return sum(ensure(connection, table, "2015-01-01", "2015-12-31") for table in tables)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(call, range(8)))
    assert sum(made) == 24
    with psycopg.connect(database_url) as connection:
        assert len(partitions(connection, SNAPSHOTS)) == len(partitions(connection, PAYLOADS)) == 12


def test_readers_do_not_wait_while_a_partition_is_attached(database_url: str):
    with psycopg.connect(database_url) as maker, psycopg.connect(database_url) as reader:
        assert ensure(maker, SNAPSHOTS, "2015-01-01", "2015-01-01") == 1
        reader.execute("set lock_timeout = '1s'")
        for table in (SNAPSHOTS, "scraping.posts", "scraping.download_runs", "engagement.time_series_metrics"):
            reader.execute(f"select count(*) from {table}")
        # The maker still holds its locks: changing the parent's schema would have to wait.
        with pytest.raises(errors.LockNotAvailable):
            reader.execute(f"alter table {SNAPSHOTS} add column more text")


def test_a_partition_is_created_while_a_reader_is_reading(database_url: str):
    with psycopg.connect(database_url) as maker, psycopg.connect(database_url) as reader:
        reader.execute("begin; select count(*) from scraping.data_downloads")
        maker.execute("set lock_timeout = '1s'")
        assert ensure(maker, SNAPSHOTS, "2015-01-01", "2015-01-01") == 1


def test_a_partition_has_the_keys_indexes_triggers_and_protection_of_its_parent(database_url: str):
    with psycopg.connect(database_url) as connection:
        for table in (SNAPSHOTS, PAYLOADS, "tenancy.audit_log"):
            ensure(connection, table, "2015-01-01", "2015-01-01")
            partition = f"{table}_2015_01"
            counts = connection.execute(
                "select array["
                " (select count(*) from pg_index where indrelid = c.oid),"
                " (select count(*) from pg_constraint where conrelid = c.oid and contype in ('p', 'f', 'c')),"
                " (select count(*) from pg_trigger where tgrelid = c.oid and not tgisinternal)],"
                " c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text"
                " from pg_class c where oid = any (%s::regclass[]) order by relkind",
                [[table, partition]],
            ).fetchall()
            assert counts[0] == counts[1], table
            assert counts[0][1:] == (True, True, "syndication_owner")
            detached = connection.execute(
                "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid"
                " where i.indrelid = %s::regclass and not c.relispartition",
                [partition],
            ).fetchall()
            assert detached == [], "an index of the partition is not attached to an index of its parent"


@pytest.mark.parametrize("table", ["scraping.posts", "public.mine", "tenancy.audit_log_{month}", "pg_catalog.pg_class"])
def test_only_registered_tables_get_partitions(table: str, database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("create table public.mine (id date) partition by range (id)")
        (month,) = connection.execute("select to_char(now() at time zone 'utc', 'YYYY_MM')").fetchall()[0]
        connection.execute("set role syndication_pipeline")
        with pytest.raises(errors.InvalidParameterValue, match="not a partitioned table of operations"):
            ensure(connection, table.format(month=month), "2025-01-01", "2025-01-01")


@pytest.mark.parametrize(
    ("first_day", "last_day"), [("1999-12-31", "2000-01-01"), ("2025-01-01", "2100-01-01"), ("-infinity", "infinity")]
)
def test_only_the_years_that_the_tables_accept_get_partitions(first_day: str, last_day: str, database_url: str):
    with psycopg.connect(database_url) as connection:
        with pytest.raises(errors.InvalidParameterValue, match="only the years 2000 to 2099"):
            ensure(connection, SNAPSHOTS, first_day, last_day)
        connection.rollback()
        assert partitions(connection, SNAPSHOTS) == {}


def test_a_temporary_table_cannot_impersonate_the_catalogue(database_url: str):
    with (
        login(database_url, member_of="syndication_pipeline") as name,
        psycopg.connect(url_as(name, database_url)) as connection,
    ):
        # A security-definer function that searched pg_temp first would create the table named here.
        connection.execute(
            "create temporary table pg_namespace as select * from pg_catalog.pg_namespace;"
            "update pg_temp.pg_namespace set nspname = 'tenancy' where nspname = 'scraping';"
            "grant select on pg_temp.pg_namespace to public"
        )
        assert ensure(connection, SNAPSHOTS, "2015-01-01", "2015-01-01") == 1
        assert list(partitions(connection, SNAPSHOTS)) == ["2015_01"]
        assert connection.execute("select to_regclass('tenancy.snapshots_2015_01')").fetchone() == (None,)
        connection.rollback()


def test_a_reader_cannot_create_partitions(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("set role syndication_reader")
        with pytest.raises(errors.InsufficientPrivilege):
            ensure(connection, SNAPSHOTS, "2025-01-01", "2025-01-01")


def test_a_detached_month_does_not_count_as_a_partition(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        ensure(connection, SNAPSHOTS, "2015-01-01", "2015-01-01")
        connection.execute("alter table scraping.snapshots detach partition scraping.snapshots_2015_01")
        with pytest.raises(errors.DuplicateTable, match=r"exists, but is not a partition of .*: attach it or drop it"):
            ensure(connection, SNAPSHOTS, "2015-01-01", "2015-01-01")


def test_the_asset_creates_the_partitions_and_reports_their_number(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    resources = {"postgres": PostgresResource()}
    with psycopg.connect(database_url) as connection:
        of_logs = sum(month >= f"{today():%Y_%m}" for table in LOGS for month in partitions(connection, table))
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.materialize([month_partitions], instance=instance, resources=resources)
        second = dg.materialize([month_partitions], instance=instance, resources=resources)
    metadata = first.asset_materializations_for_node("operations__month_partitions")[0].metadata
    assert metadata["partitions_made"].value == 5 * 4 - of_logs
    assert "| scraping.snapshots | 3 | 4 |" in str(metadata["tables"].value)
    metadata = second.asset_materializations_for_node("operations__month_partitions")[0].metadata
    assert metadata["partitions_made"].value == 0
    with psycopg.connect(database_url) as connection:
        assert len(partitions(connection, SNAPSHOTS)) == 4


def test_the_asset_is_due_once_a_day():
    [spec] = month_partitions.specs
    assert spec.automation_condition == dg.AutomationCondition.on_cron("@daily")
    assert spec.partitions_def is None
