"""Faults that are put into a database are found, say what to do, and are gone when they are fixed."""

import threading

import psycopg
import pytest

from syndication_assets.operations.database_health.statements import look_at_running_statements
from syndication_assets_tests.operations.database_health.measured_database import MeasuredDatabase
from syndication_assets_tests.servers import Server

TABLE = "create table public.readings (reading_id integer primary key, place integer not null, note text not null)"
INDEX = "create index readings_place on public.readings (place)"
FILL = "insert into public.readings select n, n, 'x' from generate_series(1, 10500) as n"
FILL_WIDE = "insert into public.readings select n, n, repeat('x', 400) from generate_series(1, 24000) as n"
LOOK_UPS = "do $$ begin for n in 1..600 loop perform from public.readings where place = n; end loop; end $$"
SECRET = "geheim-7041"


@pytest.fixture
def database(new_database_url: str) -> MeasuredDatabase:
    database = MeasuredDatabase(new_database_url)
    # Autovacuum would fix what a test has not looked at yet.
    database.run(TABLE, INDEX, "alter table public.readings set (autovacuum_enabled = false)")
    return database


def test_a_table_that_was_never_analyzed_is_a_problem_until_it_is(database: MeasuredDatabase):
    database.run(FILL)
    database.measure()
    assert database.problems("statistics_old") == {"public.readings": ("warning", 100)}
    assert "never analyzed" in database.message("statistics_old")
    database.run("analyze public.readings")
    database.measure()
    assert database.problems("statistics_old") == {}


@pytest.mark.both_servers
def test_a_dropped_index_is_missed_and_an_existing_one_is_not(database: MeasuredDatabase):
    database.run(FILL, "analyze public.readings")
    database.measure()
    database.make_a_day_pass()
    database.run(LOOK_UPS)
    database.measure()
    assert database.problems("index_missing") == {}, "the index is there"
    database.run("drop index public.readings_place", LOOK_UPS)
    database.measure()
    assert [(name, severity) for name, (severity, _) in database.problems("index_missing").items()] == [
        ("public.readings", "warning")
    ]
    assert "10500 rows each time" in database.message("index_missing")


def test_a_foreign_key_is_a_problem_while_no_index_leads_with_its_columns(database: MeasuredDatabase):
    kind = "foreign_key_unindexed"
    assert database.problems(kind) == {}, "the project has none"
    database.run(
        "create table public.places (place integer primary key)",
        "insert into public.places select n from generate_series(1, 1000) as n",
        "insert into public.readings select n, n, 'x' from generate_series(1, 1000) as n",
        "alter table public.readings add constraint readings_places foreign key (place) references public.places",
        "analyze public.readings",
    )
    assert database.problems(kind) == {}, "the index is there"
    database.run("drop index public.readings_place", "create index on public.readings (place) where place > 5")
    assert database.problems(kind) == {"public.readings readings_places": ("warning", 1000)}
    assert "create index concurrently on public.readings (place)" in database.message(kind)
    database.run("create index on public.readings (place) where place is not null")
    assert database.problems(kind) == {}
    database.run("drop index public.readings_place_idx1", "delete from public.readings where place > 999")
    database.run("analyze public.readings")
    assert database.problems(kind) == {}, "too few rows to matter"


def test_without_an_earlier_measurement_no_scan_is_judged(database: MeasuredDatabase):
    database.run(FILL, "drop index public.readings_place", LOOK_UPS)
    database.measure()
    assert database.problems("index_missing") == {}


@pytest.mark.both_servers
def test_a_bloated_table_is_a_problem_before_and_after_its_vacuum_until_it_is_rewritten(
    database: MeasuredDatabase, server: Server
):
    if server.name == "debian-15":
        database.run("create extension pgstattuple")
    database.run(FILL_WIDE, "vacuum analyze public.readings")
    database.measure()
    assert database.problems("table_bloated") == database.problems("vacuum_behind") == {}
    database.run("delete from public.readings where reading_id % 20 <> 0")
    database.measure()
    assert database.problems("vacuum_behind") == {"public.readings": ("error", 95)}
    assert database.problems("table_bloated")["public.readings"][1] > 80
    database.run("vacuum public.readings")
    # The last page has a row, so that the file keeps its size.
    database.measure()
    assert database.problems("vacuum_behind") == {}
    assert database.problems("table_bloated")["public.readings"][1] > 80
    source = "pgstattuple" if server.name == "debian-15" else "statistics"
    assert f"(by {source})" in database.message("table_bloated")
    database.run("vacuum full public.readings")
    database.measure()
    assert database.problems("table_bloated") == {}


@pytest.mark.parametrize("look_ups", [False, True])
def test_an_index_is_unused_from_the_day_on_which_nothing_scanned_it(look_ups: bool, database: MeasuredDatabase):
    # It needs 8 MB to matter.
    database.run(FILL_WIDE, "create index readings_note on public.readings ((note || reading_id))", LOOK_UPS)
    database.warn_from("index_unused", 1)
    database.measure()
    database.make_a_day_pass()
    if look_ups:
        database.run("set enable_seqscan = off; select from public.readings where note || reading_id = 'x'")
    database.measure()
    assert set(database.problems("index_unused")) == (set() if look_ups else {"public.readings_note"})
    (unused,) = database.rows(
        "select unused_since is null from operations.index_health_daily where index_name = 'public.readings_place'"
        " and measured_on = (now() at time zone 'utc')::date"
    )
    assert unused == (False,), "its scans were yesterday"


def test_doubled_and_invalid_indexes_are_problems_and_the_project_has_none(database: MeasuredDatabase):
    database.measure()
    assert database.problems("index_redundant") == {}
    database.run(
        "create index readings_place_again on public.readings (place)",
        "create index readings_place_partly on public.readings (place) where place > 5",
        "create index readings_id on public.readings (reading_id)",
        "create index readings_broken on public.readings (note)",
        "update pg_index set indisvalid = false where indexrelid = 'public.readings_broken'::regclass",
    )
    database.measure()
    assert set(database.problems("index_redundant")) == {
        "public.readings_place_again",
        "public.readings_id",
        "public.readings_broken",
    }


def test_connections_near_the_limit_are_a_problem_at_once(database: MeasuredDatabase):
    used, limit = database.rows("select connections, connections_limit from operations.connections_now")[0]
    database.warn_from("connections_used", 100 * (used + 20) / limit)
    assert database.problems("connections_used") == {}
    sessions = [psycopg.connect(database.url, application_name=f"reader {n}") for n in range(30)]
    try:
        assert set(database.problems("connections_used")) == {"connections"}
    finally:
        for session in sessions:
            session.close()


def test_a_slow_statement_appears_with_its_plan_and_without_its_values(database: MeasuredDatabase, server: Server):
    slow = f"select place, pg_sleep(0.4) from public.readings where reading_id = 7 and note <> '{SECRET}'"
    database.run(FILL, "grant select on public.readings to syndication_pipeline")
    if server.name == "debian-15":
        database.run("create extension pg_stat_statements", "set role syndication_pipeline; " + slow)
        database.measure()
    else:
        running = threading.Thread(target=database.run, args=(slow,))
        running.start()
        seen = 0
        while not seen and running.is_alive():
            seen = look_at_running_statements(database.url, seconds=0.1)
        running.join()
        database.measure()
    database.warn_from("query_slow", 90)
    rows = database.records("select * from operations.query_statistics_daily where query like '%pg_sleep%'")
    assert len(rows) == 1
    without_values = "select place, pg_sleep($1) from public.readings where reading_id = $2 and note <> $3"
    assert rows[0]["query"] == without_values
    assert "Index Scan using readings_pkey" in rows[0]["plan"], rows
    assert rows[0]["query_id"] in database.problems("query_slow")
    everything = database.value("select string_agg(q::text, '') from operations.query_statistics_daily as q")
    assert SECRET not in everything
