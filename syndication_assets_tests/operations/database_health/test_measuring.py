"""Measuring: again and again, with few rights, and what follows from rows alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement.report.database_report import database_report
from syndication_assets.operations.archive.deleting import delete_due
from syndication_assets.operations.conditions import condition_files
from syndication_assets.operations.database_health.health_assets import database_health
from syndication_assets.operations.database_health.health_measuring import measure
from syndication_assets.operations.database_health.kinds import CHECKS, KINDS
from syndication_assets.operations.database_health.plans import plans_of
from syndication_assets.settings import Settings
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.operations.database_health.measured_database import MeasuredDatabase
from syndication_assets_tests.servers import Server


@pytest.fixture
def database(database_url: str) -> MeasuredDatabase:
    return MeasuredDatabase(database_url)


def test_every_kind_has_its_statement_and_a_check_but_the_age_of_the_measurement():
    assert set(KINDS) <= condition_files().keys()
    assert {*KINDS} - {check.kind for check in CHECKS} == {"database_unmeasured"}


@pytest.mark.both_servers
def test_measuring_again_replaces_the_day_and_partitions_are_rows_of_their_table(database: MeasuredDatabase):
    database.execute("select operations.ensure_month_partitions('scraping.snapshots', '2025-11-01', '2025-12-31')")
    first = database.measure()
    count = "select count(*) from operations.table_health_daily"
    assert database.value(count) == first.tables
    database.execute("update operations.database_health_daily set most_connections = 150")
    assert database.measure().tables == database.value(count)
    assert database.value("select most_connections from operations.database_health_daily") == 150
    names = {name for (name,) in database.rows("select table_name from operations.table_health_daily")}
    assert "scraping.snapshots" in names
    assert not any(name.startswith("scraping.snapshots_20") for name in names)
    partitions = "select partitions from operations.table_health_daily where table_name = 'scraping.snapshots'"
    assert database.value(partitions) >= 2
    assert {kind: database.problems(kind) for kind in KINDS if database.problems(kind)} == {}


def test_without_rights_what_is_missing_has_a_reason_and_is_not_zero(new_database_url: str, server: Server):
    with login(server.admin_url, member_of="syndication_pipeline") as name:
        measurement = measure(Settings.from_environment(), url_as(name, new_database_url))
        assert f'grant pg_monitor to "{name}"' in measurement.not_measured["oldest_transaction_seconds"]
    database = MeasuredDatabase(new_database_url)
    assert database.value("select oldest_transaction_seconds is null from operations.database_health_daily")
    assert measurement.tables > 90
    assert {row[0] for row in database.rows("select distinct bloat_source from operations.table_health_daily")} <= {
        "dead rows",
        "statistics",
        None,
    }
    seen = database.measure()
    assert "oldest_transaction_seconds" not in seen.not_measured, "a superuser sees all sessions"


JUDGED = [
    ("index_misses", "index_hits = 949999, index_reads = 50001", "warning"),
    ("index_misses", "index_hits = 700000, index_reads = 300000", "error"),
    ("index_misses", "index_hits = 960000, index_reads = 40000", None),
    ("index_misses", "index_hits = 10, index_reads = 90", None),
    ("transaction_ids_used", "transaction_ids_used = 1600000000", "critical"),
    ("transaction_ids_used", "transaction_ids_used = 200000000", None),
    ("event_log_large", "event_log_rows = 10000000, event_log_bytes = 9000000000", "warning"),
    ("event_log_large", "event_log_rows = null, event_log_bytes = null", None),
]


def test_a_value_is_a_problem_from_its_threshold_on(database: MeasuredDatabase):
    database.measure()
    for kind, change, severity in JUDGED:
        database.execute(f"update operations.database_health_daily set {change}")
        assert [found for found, _ in database.problems(kind).values()] == ([severity] if severity else []), change


def test_a_measurement_that_is_old_is_a_problem(database: MeasuredDatabase):
    assert database.problems("database_unmeasured") == {}, "never measured is no problem"
    database.measure()
    database.make_a_day_pass()
    assert database.problems("database_unmeasured") == {}
    database.warn_from("database_unmeasured", 24.5)
    assert set(database.problems("database_unmeasured")) == {"the database"}


@pytest.mark.parametrize(("before", "severity"), [(1_000_000_000, "warning"), (1_900_000_000, None)])
def test_growth_within_a_week_is_a_problem_in_a_large_database(
    before: int, severity: str | None, database: MeasuredDatabase
):
    database.measure()
    database.make_a_day_pass()
    database.measure()
    database.execute(
        "update operations.database_health_daily set database_bytes = case measured_on"
        " when (now() at time zone 'utc')::date then 2000000000 else %s end",
        [before],
    )
    assert [found for found, _ in database.problems("database_grows").values()] == ([severity] if severity else [])


def test_plans_know_no_values_and_run_nothing(database: MeasuredDatabase):
    database.execute("create table public.marks (mark integer)")
    database.execute("grant all on public.marks to syndication_pipeline")
    asked = [
        "insert into public.marks values ($1)",
        "select from public.marks where mark = $1",
        "select $1; drop table public.marks",
        "drop table public.marks",
        "select from public.missing",
        "select pg_sleep($1)",
    ]
    plans = plans_of(database.url, [(query, "syndication_pipeline") for query in asked])
    assert ["Insert" in (plans[0].plan or ""), "mark = $1" in (plans[1].plan or "")] == [True, True]
    assert "multiple commands" in (plans[2].plan_missing or "")
    assert "does not exist" in (plans[4].plan_missing or "")
    assert "Result" in (plans[5].plan or "")
    assert database.value("select count(*) from public.marks") == 0


def test_a_plan_is_that_of_the_role_and_functions_of_strangers_stop_it(database: MeasuredDatabase, server: Server):
    query = "select post_id from scraping.post_records"
    by_reader, by_pipeline = plans_of(database.url, [(query, "syndication_reader"), (query, "syndication_pipeline")])
    assert "app.organization_id" in (by_reader.plan or "")
    assert "app.organization_id" not in (by_pipeline.plan or "")
    with login(server.admin_url) as stranger:
        database.execute("create function public.innocent() returns int language sql immutable return 1")
        database.execute(f"alter function public.innocent owner to {stranger}")
        by_reader, by_pipeline = plans_of(
            database.url, [(query, "syndication_reader"), (query, "syndication_pipeline")]
        )
        database.execute("drop function public.innocent")
    assert by_reader.plan is None
    assert by_pipeline.plan is not None


def test_old_days_are_deleted_where_the_retention_says_so(database: MeasuredDatabase, tmp_path: Path):
    database.measure()
    database.make_a_day_pass()
    database.measure()
    today = datetime.now(UTC).date()
    counts = "select count(distinct measured_on) from operations.table_health_daily"
    assert list(delete_due(Settings.from_environment(), database.url, today=today)) == []
    database.execute(
        "update operations.retention_subjects set keep_days = 1 where subject = 'operations.database_health'"
    )
    (deletion,) = delete_due(Settings.from_environment(), database.url, today=today + timedelta(days=1))
    days = {day for (day,) in database.rows("select measured_on from operations.database_health_daily")}
    assert deletion.rows == 1
    assert days == {today}
    assert database.value(counts) == 1


def test_the_assets_measure_check_and_render_the_page(
    database: MeasuredDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database.url)
    monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(tmp_path))
    database.warn_from("connections_used", 0)
    result = dg.materialize([database_health, database_report], resources={"postgres": PostgresResource()})
    assert result.success
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert failed == {"connections_are_left"}
    (page,) = tmp_path.glob("database-*.html")
    text = page.read_text()
    assert "engagement.weeks" in text
    assert "pg_stat_statements" in text
    written = page.stat().st_mtime_ns
    assert dg.materialize([database_report], resources={"postgres": PostgresResource()}).success
    assert page.stat().st_mtime_ns == written, "the same measurement gives the same bytes"


def test_the_command_shows_what_was_measured_and_what_to_do(
    database: MeasuredDatabase, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database.url)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["health", *arguments])
        assert result.exit_code == (1 if "query" in arguments else 0), result.output
        return result.output

    assert "syndication health measure" in run()
    assert json.loads(run("--json")) == {"database": None, "problems": []}
    for group in ("tables", "indexes", "queries"):
        assert "never measured" in run(group)
        assert json.loads(run(group, "--json")) == []
    assert "indexes and 0 statements measured" in run("measure")
    assert "No problems" in run()
    assert "scraping.snapshots" in run("tables", "--limit", "200")
    assert "enforces a key" in run("indexes", "--limit", "500")
    assert "health queries" in run("query", "0123456789abcdef")
    with transaction(database.url) as connection:
        connection.execute("update operations.database_health_daily set transaction_ids_used = 1600000000")
    assert "vacuum (freeze)" in run()
