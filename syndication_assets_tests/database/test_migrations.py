"""Migrations: each is applied once, completely or not at all, and rolled back without a trace."""

import itertools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database.migrating.migrations import (
    MigrationError,
    find_migrations,
    migrate,
    rollback,
    rows_lost_by_rollback,
    status,
)
from syndication_assets_tests.system_catalogue import catalogue

pytestmark = pytest.mark.both_servers

ALL = find_migrations()


def catalogue_of(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return catalogue(connection)


def names_in(url: str, query: str = "select name from public.syndication_migrations order by revision") -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute(query)]


def tables_in_public(url: str) -> list[str]:
    names = names_in(url, "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
    return sorted(set(names) - {"syndication_migrations", "syndication_version"})


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Three migrations, `0001_one` to `0003_three`; each creates a table with its name."""
    for number, name in enumerate(["one", "two", "three"], start=1):
        (tmp_path / f"000{number}_{name}.up.sql").write_text(f"create table public.{name} (id integer);\n")
        (tmp_path / f"000{number}_{name}.down.sql").write_text(f"drop table public.{name};\n")
    return tmp_path


def test_migrating_again_applies_nothing(database_url: str):
    assert migrate(database_url) == []
    assert names_in(database_url) == [migration.name for migration in ALL]
    assert all(line.applied_at is not None for line in status(database_url))


def test_rolling_everything_back_and_migrating_again_gives_the_same_schema(database_url: str, empty_database_url: str):
    migrated, empty = catalogue_of(database_url), catalogue_of(empty_database_url)
    rollback(database_url, steps=len(ALL))
    assert catalogue_of(database_url) == empty
    migrate(database_url)
    assert catalogue_of(database_url) == migrated


@pytest.mark.both_servers(False)
# Each migration is read three times: the quick tests take the newest.
@pytest.mark.parametrize("first", [pytest.param(0, marks=pytest.mark.slow), len(ALL) - 6])
def test_each_migration_alone_can_be_rolled_back_and_applied_again(first: int, empty_database_url: str):
    migrate(empty_database_url, ALL[:first])
    applied = catalogue_of(empty_database_url)
    for count, migration in enumerate(ALL[first:], start=first + 1):
        before = applied
        migrate(empty_database_url, ALL[:count])
        applied = catalogue_of(empty_database_url)
        assert applied != before, migration.name
        assert rollback(empty_database_url, migrations=ALL[:count]) == [migration]
        assert catalogue_of(empty_database_url) == before, migration.name
        migrate(empty_database_url, ALL[:count])
        assert catalogue_of(empty_database_url) == applied, migration.name


@pytest.mark.both_servers(False)
def test_four_migrators_at_once_apply_each_migration_once(empty_database_url: str):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        applied = list(pool.map(_names_applied, [empty_database_url] * 4, chunksize=1))
    assert sorted(itertools.chain(*applied)) == [migration.name for migration in ALL]
    assert names_in(empty_database_url) == [migration.name for migration in ALL]


def _names_applied(url: str) -> list[str]:
    return [migration.name for migration in migrate(url)]


def test_an_edited_file_is_rejected_and_nothing_is_changed(empty_database_url: str, directory: Path):
    migrate(empty_database_url, find_migrations(directory)[:2])
    (directory / "0002_two.up.sql").write_text("create table public.two (id bigint);\n")
    with pytest.raises(MigrationError, match=r"0002_two\.up\.sql was edited after it was applied: restore the file"):
        migrate(empty_database_url, find_migrations(directory))
    with pytest.raises(MigrationError, match=r"was edited.*development database.*`make clean`.*an empty database"):
        rollback(empty_database_url, migrations=find_migrations(directory))
    assert tables_in_public(empty_database_url) == ["one", "two"]


def test_other_line_endings_are_no_edit(empty_database_url: str, directory: Path):
    migrate(empty_database_url, find_migrations(directory))
    file = directory / "0002_two.up.sql"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert migrate(empty_database_url, find_migrations(directory)) == []


def test_a_database_that_is_newer_than_the_files_is_rejected(empty_database_url: str, directory: Path):
    migrations = find_migrations(directory)
    migrate(empty_database_url, migrations)
    with pytest.raises(MigrationError, match="0003_three, which is not among the files: check out a version") as caught:
        migrate(empty_database_url, migrations[:2])
    assert "If this is a development database, you may start over: `make clean`" in str(caught.value)
    assert names_in(empty_database_url) == ["0001_one", "0002_two", "0003_three"]


def test_a_migration_numbered_before_an_applied_one_is_rejected(empty_database_url: str, directory: Path):
    migrations = find_migrations(directory)
    migrate(empty_database_url, [migrations[0], migrations[2]])
    with pytest.raises(MigrationError, match="0002_two is not applied, but the newer 0003 is: give it a number after"):
        migrate(empty_database_url, migrations)
    assert tables_in_public(empty_database_url) == ["one", "three"]


def test_a_failed_migration_leaves_nothing_behind_and_earlier_ones_stay(empty_database_url: str, directory: Path):
    file = directory / "0002_two.up.sql"
    good = file.read_text()
    file.write_text("create table public.half (id integer);\ninsert into public.half\nvalues ('many');\n")
    with pytest.raises(MigrationError) as caught:
        migrate(empty_database_url, find_migrations(directory))
    assert str(caught.value) == (
        "0002_two.up.sql failed, and nothing of it stays: "
        'invalid input syntax for type integer: "many" (22P02) (line 3)'
    )
    assert tables_in_public(empty_database_url) == ["one"]
    assert names_in(empty_database_url) == ["0001_one"]
    file.write_text(good)
    assert [migration.name for migration in migrate(empty_database_url, find_migrations(directory))] == [
        "0002_two",
        "0003_three",
    ]


def test_a_failed_down_file_leaves_its_migration_applied(empty_database_url: str, directory: Path):
    (directory / "0003_three.down.sql").write_text("drop table public.three; drop table public.nowhere;\n")
    migrations = find_migrations(directory)
    migrate(empty_database_url, migrations)
    with pytest.raises(MigrationError, match=r'0003_three\.down\.sql failed.*table "nowhere" does not exist'):
        rollback(empty_database_url, migrations=migrations)
    assert tables_in_public(empty_database_url) == ["one", "three", "two"]
    assert len(names_in(empty_database_url)) == 3


def test_the_message_of_a_failure_does_not_quote_rows(empty_database_url: str, directory: Path):
    (directory / "0002_two.up.sql").write_text(
        "create table public.two (secret text check (secret <> 'hunter2')); insert into public.two values ('hunter2');"
    )
    with pytest.raises(MigrationError) as caught:
        migrate(empty_database_url, find_migrations(directory))
    assert "violates check constraint" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_percent_signs_and_colons_reach_postgresql_unchanged(empty_database_url: str, directory: Path):
    (directory / "0001_one.up.sql").write_text(
        "create table public.one (id text default '%s :name %(x)s 100%' check (id like '%:%'));"
    )
    migrate(empty_database_url, find_migrations(directory))
    assert names_in(empty_database_url, "insert into public.one default values returning id") == ["%s :name %(x)s 100%"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("0004_four.up.sql", r"0004_four\.up\.sql has no 0004_four\.down\.sql: write how to undo it"),
        ("0004_four.down.sql", r"0004_four\.down\.sql undoes nothing: there is no \.up\.sql of its name"),
        ("4_four.up.sql", r"4_four\.up\.sql is not named NNNN_room_what\.up\.sql"),
    ],
)
def test_files_without_their_counterpart_are_rejected(name: str, message: str, directory: Path):
    (directory / name).write_text("select 1;\n")
    with pytest.raises(MigrationError, match=message):
        find_migrations(directory)


def test_two_migrations_with_the_same_number_are_rejected(directory: Path):
    (directory / "0002_zwei.up.sql").write_text("select 1;\n")
    (directory / "0002_zwei.down.sql").write_text("select 1;\n")
    with pytest.raises(MigrationError, match="0002_two and 0002_zwei have the same number: renumber the newer one"):
        find_migrations(directory)


def test_the_rows_that_a_rollback_would_lose_are_counted_and_nothing_is_changed(
    empty_database_url: str, directory: Path
):
    (directory / "0002_two.up.sql").write_text(
        "create table public.two (id integer); insert into public.two values (1);"
    )
    (directory / "0003_three.up.sql").write_text("create table public.three (id integer);")
    (directory / "0003_three.down.sql").write_text("drop table public.three; delete from public.one where id > 1;")
    migrations = find_migrations(directory)
    migrate(empty_database_url, migrations)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("insert into public.one select generate_series(1, 4)")
        connection.execute("insert into public.two values (2), (3)")
        connection.execute("insert into public.three values (1)")
    before = catalogue_of(empty_database_url)
    lost = rows_lost_by_rollback(empty_database_url, steps=2, migrations=migrations)
    # The migration writes one row of `two` again.
    assert list(lost.items()) == [("public.one", 3), ("public.two", 2), ("public.three", 1)]
    assert catalogue_of(empty_database_url) == before
    assert rows_lost_by_rollback(empty_database_url, migrations=migrations) == {"public.one": 3, "public.three": 1}
    rollback(empty_database_url, migrations=migrations)
    assert rows_lost_by_rollback(empty_database_url, migrations=migrations) == {"public.two": 2}


def test_a_migration_that_refuses_to_be_undone_keeps_the_newer_ones_too(empty_database_url: str, directory: Path):
    (directory / "0002_two.down.sql").write_text(
        "do $$ begin raise exception 'it has proof' using errcode = 'restrict_violation', hint = 'Keep it.'; end $$;"
    )
    migrations = find_migrations(directory)
    migrate(empty_database_url, migrations)
    for refused in (rollback, rows_lost_by_rollback):
        with pytest.raises(MigrationError, match=r"it has proof \(23001\) Keep it\."):
            refused(empty_database_url, steps=2, migrations=migrations)
    assert tables_in_public(empty_database_url) == ["one", "three", "two"]
    assert len(names_in(empty_database_url)) == 3
