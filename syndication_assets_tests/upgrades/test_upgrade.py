"""A filled database of each release is upgraded with the newest migrations, and rolled back, without losing a row.

Until a release has newer migrations, and beside them, an invented one adds a column and a table.
"""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql

from syndication_assets.cli.main import main
from syndication_assets.database.connection import SQL_DIRECTORY, connect
from syndication_assets.database.migrating import migrations
from syndication_assets.database.migrating.migrations import (
    Migration,
    MigrationError,
    find_migrations,
    migrate,
    rollback,
)
from syndication_assets.database.schema.schema_rights import missing_rights
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.database.key_rules import foreign_keys_without_index, ids_without_pattern
from syndication_assets_tests.servers import Server
from syndication_assets_tests.system_catalogue import catalogue
from syndication_assets_tests.tenancy.tenant_rules import broken_rules
from syndication_assets_tests.upgrades.released_database import DAYS, land_day, load_and_roll_up, migrations_of, restore

pytestmark = pytest.mark.both_servers

RELEASE = "0.1.0"
LATER_NETWORKS = ["mastodon", "bluesky"]
LATER_METRICS = [*LATER_NETWORKS, "linkedin", "instagram"]
"""Platforms without metrics in 0.1.0; of some there was a sampling gap."""
LATER_DEFINITIONS = ["followers", "engagement_rate_by_followers"]
LATER_PARTITIONED = ["operations.api_usage", "operations.execution_history"]
UP = """
set local role syndication_owner;

alter table scraping.post_records add column mood text not null default 'calm';

create table scraping.notes (
    organization_id text not null,
    post_id text not null,
    note text not null,
    primary key (organization_id, post_id),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
);

select tenancy.protect_tenant_table('scraping.notes');
"""
DOWN = """
set local role syndication_owner;

drop table scraping.notes;

alter table scraping.post_records drop column mood;
"""


@pytest.fixture(scope="module")
def restored_template(server: Server, template_database: str) -> Iterator[str]:
    """The name of a database with the restored dump. The roles exist, because a template was migrated."""
    with new_database(server, "template0") as url:
        restore(url, RELEASE)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def restored(server: Server, restored_template: str) -> Iterator[str]:
    with new_database(server, restored_template) as url:
        yield url


@pytest.fixture
def newest(tmp_path: Path) -> list[Migration]:
    """All migrations, and after them the invented one."""
    directory = tmp_path / "migrations"
    shutil.copytree(SQL_DIRECTORY / "migrations", directory)
    (directory / "9999_scraping_notes.up.sql").write_text(UP)
    (directory / "9999_scraping_notes.down.sql").write_text(DOWN)
    return find_migrations(directory)


def contents(url: str, columns_of: dict[str, list[str]] | None = None) -> dict[str, tuple[int, str]]:
    """The number of rows and their hash by table; of the given tables and columns, else of all."""
    with psycopg.connect(url) as connection:
        connection.execute("set timezone = 'UTC'")
        found = {}
        for table, columns in (columns_of or columns_by_table(url)).items():
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            statement = sql.SQL("select row({})::text from {} order by 1").format(
                listed, sql.Identifier(*table.split("."))
            )
            rows = [row for (row,) in connection.execute(statement)]
            found[table] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def columns_by_table(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        return dict(
            connection.execute(
                "select n.nspname || '.' || c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c"
                " join pg_namespace n on n.oid = c.relnamespace"
                " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
                " where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')"
                " group by 1 order by 1"
            ).fetchall()
        )


@pytest.mark.both_servers(False)
def test_the_dump_has_rows_in_every_tenant_table(restored: str):
    with psycopg.connect(restored) as connection:
        partitioned = connection.execute(
            "select inhrelid::regclass::text, inhparent::regclass::text from pg_inherits i"
            " join pg_class c on c.oid = inhrelid and c.relkind = 'r'"
        ).fetchall()
    whole = dict(partitioned)
    rows: dict[str, int] = {}
    for table, (count, _) in contents(restored).items():
        rows[whole.get(table, table)] = rows.get(whole.get(table, table), 0) + count
    assert rows["scraping.snapshots"] > 50
    empty = {table for table, count in rows.items() if not count}
    # Shared tables that the assets fill, and the list of the erased.
    assert empty <= {
        "channels.channel_requirements",
        "channels.publisher_channels",
        "tenancy.erased_organizations",
        "publishing.home_server",
        "engagement.stale_days",
        "engagement.weeks",
        "operations.api_prices",
    }


def test_the_released_migrations_are_those_that_the_dump_knows(restored: str):
    applied = [entry.migration.name for entry in migrations.status(restored) if entry.applied_at]
    assert applied == [migration.name for migration in migrations_of(RELEASE)]


def test_an_upgrade_keeps_every_row_and_gives_the_schema_of_a_new_database(
    restored: str, empty_database_url: str, newest: list[Migration]
):
    columns = columns_by_table(restored)
    before = contents(restored, columns)
    migrate(restored, newest)
    with psycopg.connect(restored) as connection:
        # Later networks come with rows of their own in tables of 0.1.0. No trigger logs that they go here.
        connection.execute("set session_replication_role = replica")
        for table, platforms in (
            ("engagement.platform_metrics", LATER_METRICS),
            ("engagement.sampling_gaps", LATER_NETWORKS),
        ):
            statement = sql.SQL("delete from {} where platform = any(%s)").format(sql.Identifier(*table.split(".")))
            connection.execute(statement, [platforms])
        # So do later metrics.
        connection.execute("delete from engagement.metric_definitions where metric_name = any(%s)", [LATER_DEFINITIONS])
        # Later migrations partition more tables.
        connection.execute("delete from operations.partitioned_tables where table_name = any(%s)", [LATER_PARTITIONED])
        # The state of a process had no effect: what ran is in production, and the rest of its row stays.
        states = connection.execute("select distinct development_status::text from publishing.content_processes")
        assert states.fetchall() == [("production",)]
        connection.execute("update publishing.content_processes set development_status = 'draft'")
    assert contents(restored, columns) == before
    migrate(empty_database_url, newest)
    with connect(restored) as connection, connect(empty_database_url) as new:
        assert catalogue(connection) == catalogue(new)
        # Rows that were written before are judged by every constraint, too.
        assert connection.execute("select count(*) from pg_constraint where not convalidated").fetchone() == (0,)
        assert foreign_keys_without_index(connection) == ids_without_pattern(connection) == []
        assert broken_rules(connection) == []
        assert missing_rights(connection) == []


@pytest.mark.both_servers(False)
def test_a_schema_that_differs_after_an_upgrade_is_found(
    restored: str, empty_database_url: str, newest: list[Migration]
):
    """The negative control: a migration that has an effect on filled tables only."""
    up = newest[-1].up_path
    up.write_text(
        UP + "do $$ begin if to_regclass('scraping.snapshots_2025_11') is not null then"
        " alter table scraping.notes alter column note drop not null; end if; end $$;"
    )
    migrate(restored, newest)
    migrate(empty_database_url, newest)
    with connect(restored) as connection, connect(empty_database_url) as new:
        assert catalogue(connection) != catalogue(new)


def test_an_upgraded_database_loads_the_next_day_and_a_second_load_changes_nothing(
    restored: str, newest: list[Migration], tmp_path: Path
):
    migrate(restored, newest)
    zone = LandingZone(str(tmp_path / "landing"))
    before = contents(restored)
    day = land_day(zone, DAYS)
    load_and_roll_up(restored, zone, day)
    loaded = contents(restored)
    for table in ("scraping.snapshots_2025_11", "engagement.post_engagement_daily"):
        assert loaded[table][0] > before[table][0]
    load_and_roll_up(restored, zone, day)
    again = contents(restored)
    # Each load is a run, and the ledger names the last one.
    changed = {table for table in again if again[table] != loaded[table]}
    assert changed <= {"scraping.download_runs", "landing.files"}
    assert again["landing.files"][0] == loaded["landing.files"][0]


@pytest.mark.both_servers(False)
def test_rolling_back_to_the_release_leaves_its_rows_as_they_were(restored: str, newest: list[Migration]):
    before, schema = contents(restored), _schema(restored)
    migrate(restored, newest)
    assert contents(restored) != before
    rollback(restored, steps=len(newest) - len(migrations_of(RELEASE)), migrations=newest)
    assert contents(restored) == before
    assert _schema(restored) == schema
    with connect(restored) as connection:
        assert broken_rules(connection) == []


def _schema(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return catalogue(connection)


def _rollback(url: str, monkeypatch: pytest.MonkeyPatch, known: list[Migration], *arguments: str) -> Result:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    monkeypatch.setattr(migrations, "find_migrations", lambda: known)
    return CliRunner().invoke(main, ["rollback", *arguments], input="n\n")


@pytest.mark.both_servers(False)
def test_rollback_on_a_filled_database_shows_the_rows_that_go_and_asks(
    restored: str, newest: list[Migration], monkeypatch: pytest.MonkeyPatch
):
    migrate(restored, newest)
    with psycopg.connect(restored) as connection:
        added = connection.execute(
            "insert into scraping.notes (organization_id, post_id, note)"
            " select organization_id, post_id, 'by a person' from scraping.post_records"
        ).rowcount
    before = contents(restored)
    result = _rollback(restored, monkeypatch, newest)
    assert result.exit_code == 1
    assert f"{added:>12,} rows of scraping.notes will be lost\n" in result.output
    assert contents(restored) == before

    result = _rollback(restored, monkeypatch, newest, "--yes")
    assert result.exit_code == 0, result.output
    assert f"{added:>12,} rows of scraping.notes will be lost\n" in result.output
    assert "rolled back 9999_scraping_notes" in result.output
    assert "scraping.notes" not in contents(restored)


@pytest.mark.both_servers(False)
def test_a_rollback_that_would_lose_the_proof_of_publication_is_refused_also_with_yes(
    restored: str, newest: list[Migration], monkeypatch: pytest.MonkeyPatch
):
    migrate(restored, newest)
    before = contents(restored)
    steps = sum(migration.revision >= "0011" for migration in newest)
    result = _rollback(restored, monkeypatch, newest, "--steps", str(steps), "--yes")
    assert result.exit_code == 1
    assert "calls that sent posts, or may have, would be lost" in result.output
    assert contents(restored) == before
    with pytest.raises(MigrationError, match="would be lost"):
        rollback(restored, steps=steps, migrations=newest)
