"""Indexes of tables in use are built while others write, and a build that failed is taken up again."""

import threading
import time
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database.migrating.migrations import Migration, find_migrations, migrate, rollback
from syndication_assets.database.migrating.online_indexes import OnlineIndexError

pytestmark = pytest.mark.both_servers

TABLE = """create schema shop authorization syndication_owner;
set local role syndication_owner;
create table shop.orders (id integer);
"""
ONLINE = """-- Online: an index of a large table.

-- Orders are looked up by it.
create index concurrently if not exists orders_id on shop.orders (id);
"""


@pytest.fixture
def url(empty_database_url: str, template_database: str) -> str:
    """A database without migrations, on a server that has the project's roles."""
    del template_database
    return empty_database_url


def migrations_of(directory: Path, index: str) -> list[Migration]:
    for name, up, down in (
        ("0001_shop_orders", TABLE, "drop schema shop cascade;"),
        ("0002_shop_index", index, "drop index shop.orders_id;"),
    ):
        (directory / f"{name}.up.sql").write_text(up)
        (directory / f"{name}.down.sql").write_text(down)
    return find_migrations(directory)


def is_valid(url: str) -> bool | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("select indisvalid from pg_index where indexrelid = to_regclass('shop.orders_id')")
        return next((valid for (valid,) in row), None)


def names(migrations: list[Migration]) -> list[str]:
    return [migration.name for migration in migrations]


IN_TRANSACTION = "create index orders_id on shop.orders (id);"
_WAITING = """
select from pg_stat_activity
where query ilike '%create index%orders_id%' and wait_event_type = 'Lock'
    and datname = current_database() and pid <> pg_backend_pid()
"""


@pytest.mark.parametrize(("index", "waits"), [(ONLINE, False), (IN_TRANSACTION, True)])
def test_others_write_while_an_index_is_built_online(url: str, tmp_path: Path, index: str, *, waits: bool):
    """An open transaction that has written keeps every build waiting; a plain one keeps new writers waiting with it."""
    migrations = migrations_of(tmp_path, index)
    migrate(url, migrations[:1])
    with psycopg.connect(url) as earlier, psycopg.connect(url, autocommit=True) as writer:
        earlier.execute("insert into shop.orders values (1)")
        building = threading.Thread(target=migrate, args=(url, migrations))
        building.start()
        while writer.execute(_WAITING).fetchone() is None:
            time.sleep(0.01)
        writer.execute("set lock_timeout = '200ms'")
        try:
            writer.execute("insert into shop.orders values (2)")
            has_waited = False
        except psycopg.errors.LockNotAvailable:
            has_waited = True
        earlier.commit()
        building.join()
    assert has_waited == waits
    assert is_valid(url)


def test_a_build_that_failed_is_taken_up_again(url: str, tmp_path: Path):
    migrations = migrations_of(tmp_path, ONLINE.replace("create index", "create unique index"))
    migrate(url, migrations[:1])
    with psycopg.connect(url) as connection:
        connection.execute("insert into shop.orders values (1), (1)")
    with pytest.raises(Exception, match="orders_id"):
        migrate(url, migrations)
    assert is_valid(url) is False

    with psycopg.connect(url) as connection:
        connection.execute("delete from shop.orders")
    assert names(migrate(url, migrations)) == ["0002_shop_index"]
    assert is_valid(url) is True
    assert migrate(url, migrations) == []


def test_an_index_that_was_built_before_its_row_is_kept(url: str, tmp_path: Path):
    migrations = migrations_of(tmp_path, ONLINE)
    migrate(url, migrations[:1])
    with psycopg.connect(url) as connection:
        connection.execute("create index orders_id on shop.orders (id)")
    assert names(migrate(url, migrations)) == ["0002_shop_index"]
    assert names(rollback(url, steps=2, migrations=migrations)) == ["0002_shop_index", "0001_shop_orders"]


@pytest.mark.parametrize("statement", ["update shop.orders set id = 1", "create index orders_id on shop.orders (id)"])
def test_nothing_else_runs_outside_of_a_transaction(url: str, tmp_path: Path, statement: str):
    migrations = migrations_of(tmp_path, f"{ONLINE}{statement};\n")
    with pytest.raises(OnlineIndexError, match="may hold `create index concurrently"):
        migrate(url, migrations)
    assert is_valid(url) is None
