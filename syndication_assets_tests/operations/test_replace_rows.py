"""`operations.replace_rows` writes the rows that changed, and no others."""

from collections.abc import Iterator

import psycopg
import pytest

from syndication_assets.database.connection import Connection, transaction

pytestmark = pytest.mark.both_servers

TARGET = """
create table tenancy.daily_totals (
    profile text, on_day date, likes bigint, views bigint,
    likes_per_view numeric generated always as (likes::numeric / nullif(views, 0)) stored,
    updated_at timestamptz not null default now(),
    primary key (profile, on_day)
);
insert into tenancy.daily_totals (profile, on_day, likes, views, updated_at) values
('ada', '2025-01-01', 1, 10, '2025-01-01'), ('ada', '2025-01-02', 2, 10, '2025-01-01'),
('ada', '2025-01-03', 3, null, '2025-01-01'), ('bob', '2025-01-02', 4, 10, '2025-01-01');
grant select, insert, update, delete on tenancy.daily_totals to syndication_pipeline;
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url) as administrator:
        administrator.execute(TARGET)
    with transaction(database_url) as connection:
        yield connection


def replace(
    connection: Connection, computed: str, scope: str = "select date '2025-01-02' as on_day"
) -> tuple[int, ...]:
    """The counts of computed, written and removed rows."""
    connection.execute(f"create temporary table computed on commit drop as {computed}")
    connection.execute(f"create temporary table scope on commit drop as {scope}")
    found = connection.execute("select * from operations.replace_rows('tenancy.daily_totals', 'computed', 'scope')")
    return found.fetchall()[0]


def rows(connection: Connection) -> dict[tuple[str, int], tuple[int | None, ...]]:
    found = connection.execute("select profile, extract(day from on_day)::int, likes, views from tenancy.daily_totals")
    return {(profile, day): tuple(values) for profile, day, *values in found}


def written(connection: Connection) -> set[tuple[str, int]]:
    found = connection.execute(
        "select profile, extract(day from on_day)::int from tenancy.daily_totals where updated_at = now()"
    )
    return set(found.fetchall())


def test_the_same_rows_again_write_nothing(connection: Connection):
    versions = "select ctid::text, xmin::text from tenancy.daily_totals order by 1"
    before = connection.execute(versions).fetchall()
    computed = "select profile, on_day, likes, views from tenancy.daily_totals where on_day <> '2025-01-01'"
    scope = "values (date '2025-01-02'), ('2025-01-03')"
    assert replace(connection, computed, f"select * from ({scope}) as days (on_day)") == (3, 0, 0)
    assert connection.execute(versions).fetchall() == before


def test_changed_and_new_rows_are_written_and_rows_that_are_not_computed_again_are_removed(connection: Connection):
    computed = "select * from (values ('ada', date '2025-01-02', 5, 10), ('eve', '2025-01-02', 6, 12)) as c"
    counts = replace(connection, f"{computed} (profile, on_day, likes, views)")
    assert counts == (2, 2, 1)
    assert rows(connection) == {("ada", 1): (1, 10), ("ada", 2): (5, 10), ("ada", 3): (3, None), ("eve", 2): (6, 12)}
    assert written(connection) == {("ada", 2), ("eve", 2)}
    rate = connection.execute("select likes_per_view from tenancy.daily_totals where likes = 5").fetchall()
    assert [float(value) for (value,) in rate] == [0.5]


def test_a_value_that_is_no_longer_measured_becomes_null(connection: Connection):
    computed = "select 'ada' as profile, date '2025-01-02' as on_day, 2 as likes, null::bigint as views"
    assert replace(connection, computed)[1] == 1
    assert rows(connection)["ada", 2] == (2, None)


def test_columns_that_are_not_computed_keep_their_values(connection: Connection):
    replace(connection, "select profile, on_day, 7 as likes from tenancy.daily_totals where on_day = '2025-01-02'")
    assert rows(connection)["bob", 2] == (7, 10)


def test_a_scope_of_two_columns_removes_only_rows_with_both(connection: Connection):
    nothing = "select profile, on_day, likes from tenancy.daily_totals where false"
    assert replace(connection, nothing, "select 'bob' as profile, date '2025-01-02' as on_day") == (0, 0, 1)
    assert ("ada", 2) in rows(connection)


def test_computed_rows_need_the_whole_primary_key(connection: Connection):
    message = r"computed must have the primary key of .*daily_totals .*profile,on_day"
    with pytest.raises(psycopg.errors.RaiseException, match=message):
        replace(connection, "select profile, likes from tenancy.daily_totals")


def test_filling_an_empty_table_does_not_search_the_new_rows(database_url: str, connection: Connection):
    number = 3_000
    with psycopg.connect(database_url, autocommit=True) as administrator:
        administrator.execute("truncate tenancy.daily_totals")
        administrator.execute("vacuum analyze tenancy.daily_totals")
    generated = f"generate_series(1, {number}) as n"
    computed = f"select n::text as profile, date '2025-01-02' as on_day, n as likes from {generated}"
    fetched = "select pg_stat_get_xact_blocks_fetched('tenancy.daily_totals'::regclass)"
    before = connection.execute(fetched).fetchall()[0][0]
    assert replace(connection, computed) == (number, number, 0)
    after = connection.execute(fetched).fetchall()[0][0]
    assert after - before < 5 * number, "blocks of the table; a search for each row would fetch all of its blocks"


def test_where_nothing_was_computed_the_rows_of_the_scope_go_and_the_others_stay(connection: Connection):
    nothing = "select profile, on_day, likes, views from tenancy.daily_totals where false"
    assert replace(connection, nothing) == (0, 0, 2)
    assert sorted(rows(connection)) == [("ada", 1), ("ada", 3)]
    assert written(connection) == set()


def test_without_a_scope_nothing_goes_and_what_was_computed_is_written(connection: Connection):
    no_day = "select null::date as on_day where false"
    assert replace(connection, "select 'cy' as profile, date '2025-01-02' as on_day, 5 as likes", no_day) == (1, 1, 0)
    assert sorted(rows(connection)) == [("ada", 1), ("ada", 2), ("ada", 3), ("bob", 2), ("cy", 2)]


def test_without_a_scope_and_without_rows_the_table_is_not_read(connection: Connection):
    nothing, no_day = (
        "select profile, on_day from tenancy.daily_totals where false",
        "select null::date as on_day where false",
    )
    scans = "select seq_scan + coalesce(idx_scan, 0) from pg_stat_xact_user_tables where relname = 'daily_totals'"
    (before,) = connection.execute(scans).fetchall()
    assert replace(connection, nothing, no_day) == (0, 0, 0)
    assert connection.execute(scans).fetchall() == [before]
