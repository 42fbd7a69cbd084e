"""A migration that damages a database in use is taken back, with those that were applied before it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database.migrating.migrations import MigrationError, find_migrations, migrate, rollback, status
from syndication_assets_tests.database.test_migrations import catalogue_of, names_in

pytestmark = pytest.mark.both_servers

FIRST = """
create table public.notes (id integer primary key, note text, constraint note_is_short check (length(note) < 9));
create table public.months (id integer, month date) partition by list (month);
create table public.january partition of public.months for values in ('2026-01-01');
create table public.february partition of public.months for values in ('2026-02-01');
create table public.empty (id integer);
"""
GOOD = "create table public.good (id integer);"
DISABLED = """
create function public.nothing() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger kept before insert on public.notes for each row execute function public.nothing();
alter table public.notes disable trigger kept;
"""
DAMAGE = {
    "rows": ("delete from public.notes where id > 2;", "public.notes has lost 3 rows"),
    "all rows": ("truncate public.notes;", "public.notes has lost all rows"),
    "a table": ("drop table public.notes;", "the table public.notes is gone with its rows"),
    "a partition": ("drop table public.january;", "public.months has lost all rows"),
    "a constraint": (
        "alter table public.notes add constraint later check (id > 0) not valid;",
        "the constraint later of public.notes is not validated",
    ),
    "a trigger": (
        DISABLED,
        "a trigger of public.notes is disabled: kept",
    ),
    "row-level security": (
        "create policy own on public.notes using (true);",
        "row-level security of public.notes is off, or not for its owner",
    ),
}
HARMLESS = {
    "an empty table": "drop table public.empty;",
    "another name": "alter table public.notes rename to remarks;",
    "changed rows": "update public.notes set note = 'new';",
    "as many rows as before": "delete from public.notes where id = 5; insert into public.notes values (6, 'six');",
    "another partition": "update public.months set month = '2026-02-01';",
    "what it names": "-- Moves notes.\n-- Removes rows of public.notes, public.empty.\ntruncate public.notes;",
    "a new column": "alter table public.notes add column mood text not null default 'calm';",
}


_IS_WAITING = (
    "select from pg_stat_activity where query like '%pg_sleep(0.05)%' and state = 'active' and pid <> pg_backend_pid()"
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A migration that is applied and has rows, and a good one that is pending."""
    write(tmp_path, "0001_first", FIRST, "drop table public.notes, public.months, public.empty;")
    write(tmp_path, "0002_good", GOOD, "drop table public.good;")
    return tmp_path


def write(directory: Path, name: str, up: str, down: str = "select 1;") -> None:
    (directory / f"{name}.up.sql").write_text(up)
    (directory / f"{name}.down.sql").write_text(down)


@pytest.fixture
def filled(empty_database_url: str, directory: Path) -> str:
    migrate(empty_database_url, find_migrations(directory)[:1])
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("insert into public.notes select i, 'note' from generate_series(1, 5) as i")
        connection.execute("insert into public.months values (1, '2026-01-01')")
    return empty_database_url


@pytest.mark.parametrize(("statement", "reason"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_takes_the_database_back_to_the_revision_before_and_is_named(
    statement: str, reason: str, filled: str, directory: Path
):
    before = catalogue_of(filled)
    write(directory, "0003_damages", statement)
    with pytest.raises(MigrationError) as caught:
        migrate(filled, find_migrations(directory))
    assert str(caught.value) == (
        f"0003_damages damages the database, so nothing of it stays: {reason}. Rolled back, too: 0002_good. "
        "The database is at 0001, as before: keep using the version of the project that you had."
    )
    assert names_in(filled) == ["0001_first"]
    assert catalogue_of(filled) == before
    assert names_in(filled, "select count(*)::text from public.notes") == ["5"]


@pytest.mark.parametrize("statement", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_loses_no_rows_or_names_their_table_is_applied(statement: str, filled: str, directory: Path):
    write(directory, "0003_harmless", statement)
    assert [migration.name for migration in migrate(filled, find_migrations(directory))] == [
        "0002_good",
        "0003_harmless",
    ]


def test_what_was_wrong_before_takes_nothing_back(filled: str, directory: Path):
    with psycopg.connect(filled) as connection:
        connection.execute("alter table public.notes add constraint older check (id > 0) not valid")
    assert [migration.name for migration in migrate(filled, find_migrations(directory))] == ["0002_good"]


def test_rows_that_others_delete_meanwhile_are_not_the_migrations(filled: str, directory: Path):
    write(
        directory,
        "0003_waits",
        "do $$ begin for i in 1..200 loop perform pg_sleep(0.05);"
        " exit when not exists (select from public.notes where id > 2); end loop; end $$;",
    )
    with ThreadPoolExecutor(1) as pool, psycopg.connect(filled, autocommit=True) as connection:
        migrated = pool.submit(migrate, filled, find_migrations(directory))
        while not migrated.done() and connection.execute(_IS_WAITING).fetchone() is None:
            time.sleep(0.02)
        assert not migrated.done()
        connection.execute("delete from public.notes where id > 2")
        assert [migration.name for migration in migrated.result()] == ["0002_good", "0003_waits"]


def test_a_migration_that_is_killed_half_way_leaves_whole_ones_and_is_applied_again(filled: str, directory: Path):
    write(directory, "0003_later", "create table public.later (id integer);", "drop table public.later;")
    code = (
        "import sys; from pathlib import Path; from syndication_assets.database.migrating.migrations import *;"
        " migrate(sys.argv[1], find_migrations(Path(sys.argv[2])))"
    )
    environment = os.environ | {"SYNDICATION_FAULT_POINT": "migrations.0003_later"}
    done = subprocess.run([sys.executable, "-c", code, filled, str(directory)], env=environment, check=False)
    assert done.returncode == -9
    migrations = find_migrations(directory)
    assert names_in(filled) == ["0001_first", "0002_good"]
    assert [entry.applied_at is None for entry in status(filled, migrations)] == [False, False, True]
    with psycopg.connect(filled) as connection:
        assert connection.execute("select to_regclass('public.later')").fetchone() == (None,)
    rollback(filled, migrations=migrations)
    assert names_in(filled) == ["0001_first"]
    assert len(migrate(filled, migrations)) == 2


def test_an_older_version_works_with_an_expanded_database_and_not_with_a_contracted_one(filled: str, directory: Path):
    older = find_migrations(directory)
    write(directory, "0003_room_new", "create table public.new (id integer);")
    migrate(filled, find_migrations(directory))
    assert all(entry.applied_at is not None for entry in status(filled, older))
    with pytest.raises(MigrationError, match="0003_room_new, which is not among the files"):
        migrate(filled, older)
    with pytest.raises(MigrationError, match="0003_room_new, which is not among the files"):
        rollback(filled, migrations=older)
    write(directory, "0004_room_contract_good", "drop table public.good;")
    migrate(filled, find_migrations(directory))
    with pytest.raises(MigrationError, match="0004_room_contract_good, which is not among the files"):
        status(filled, older)
