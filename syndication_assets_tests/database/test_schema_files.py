"""`sql/<room>/schema.sql` equals the migrations: as text, and as a database created from the files."""

import difflib

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.database.connection import SQL_DIRECTORY, connect
from syndication_assets.database.schema import schema_files
from syndication_assets.database.schema.schema_files import committed_texts, main, schema_texts
from syndication_assets_tests.database.schema_statements import create_database
from syndication_assets_tests.system_catalogue import catalogue

pytestmark = pytest.mark.both_servers

CHANGES = [
    "alter table scraping.post_records alter column is_read set default true",
    "alter table scraping.post_records alter column platform drop not null",
    "alter table scraping.post_records alter column text_content set storage external",
    "alter table scraping.post_records add column extra text",
    "alter table scraping.post_records no force row level security",
    "alter table scraping.post_records disable row level security",
    "alter table scraping.post_records drop constraint post_records_check",
    "alter table scraping.post_records add constraint extra check (urn <> 'x')",
    "alter table scraping.post_records add unique (urn)",
    "alter table scraping.post_records reset (fillfactor)",
    "alter table scraping.post_records rename constraint post_records_check to other",
    "alter table landing.files drop constraint files_organization_id_fkey",
    "comment on column scraping.post_records.urn is 'other'",
    "comment on table scraping.post_records is 'other'",
    "comment on function tenancy.public_id is 'other'",
    "comment on type scraping.run_kind is 'other'",
    "comment on view engagement.time_series_metrics is 'other'",
    "comment on index scraping.post_records_profile is 'other'",
    "comment on schema scraping is 'other'",
    "drop index scraping.post_records_profile",
    "create index extra on scraping.post_records (urn)",
    "create policy extra on scraping.post_records for select to syndication_reader using (true)",
    "drop policy reader_own_organization on scraping.post_records",
    "alter policy reader_own_organization on scraping.post_records using (true)",
    "alter policy owner_appends on tenancy.audit_log with check (false)",
    "grant select on scraping.post_records to public",
    "grant select (urn) on scraping.post_records to public",
    "grant truncate on scraping.post_records to syndication_pipeline",
    "grant update on tenancy.audit_log to syndication_pipeline",
    "grant select on scraping.post_records to syndication_reader with grant option",
    "revoke select on scraping.post_records from syndication_reader",
    "grant execute on function tenancy.public_id to public",
    "revoke execute on function tenancy.public_id from syndication_reader",
    "grant usage on schema scraping to public",
    "grant select on sequence scraping.post_id_sequence to syndication_reader",
    "revoke usage on type scraping.run_kind from public",
    "alter table tenancy.audit_log disable trigger audit_log_is_append_only",
    "drop trigger posts_content_is_immutable on content.posts_content",
    "alter function tenancy.set_updated_at() reset search_path",
    """
    create or replace function tenancy.set_updated_at() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as 'begin return old; end'
    """,
    "alter function tenancy.public_id(text, bigint) volatile",
    "alter view engagement.time_series_metrics reset (security_invoker)",
    """
    create or replace view scraping.data_downloads with (security_invoker) as
    select * from scraping.data_downloads where false
    """,
    "alter sequence scraping.post_id_sequence maxvalue 5",
    "alter type scraping.run_kind add value 'other'",
    "alter domain channels.encrypted_secret drop constraint encrypted_secret_check",
    "alter table scraping.post_records owner to syndication_reader",
    "alter default privileges for role syndication_owner grant execute on functions to public",
    "create schema extra",
]
FACTS = [
    " not null default 0",
    "                                                   -- be read.",
    " default tenancy.public_id('fil', nextval('landing.landed_file_id_sequence'))",
    "    check (withdrawn_reason <> ''),\n",
    " on delete cascade",
    "-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select\n",
    "-- One row is one item (or one whole file, position NULL) that could not be loaded, with its raw bytes.\n",
    "  -- from the file name",
]


@pytest.fixture(scope="module")
def catalogue_and_texts(shared_database: str) -> tuple[list[str], dict[str, str]]:
    """What is found in a migrated database, unchanged."""
    with connect(shared_database) as connection:
        return catalogue(connection), schema_texts(connection)


def catalogue_of(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return catalogue(connection)


def test_the_files_are_the_texts_of_the_migrated_schema(catalogue_and_texts: tuple[list[str], dict[str, str]]):
    committed, texts = committed_texts(SQL_DIRECTORY), catalogue_and_texts[1]
    assert committed.keys() == texts.keys(), "run `make schema`"
    for room, text in texts.items():
        difference = list(difflib.unified_diff(committed[room].splitlines(), text.splitlines(), lineterm="", n=1))
        assert difference == [], "run `make schema`"


def test_a_database_created_from_the_files_has_the_catalogue_of_a_migrated_one(
    catalogue_and_texts: tuple[list[str], dict[str, str]], empty_database_url: str
):
    with psycopg.connect(empty_database_url) as connection:
        create_database(connection, committed_texts(SQL_DIRECTORY).values())
    created, migrated = catalogue_of(empty_database_url), catalogue_and_texts[0]
    assert list(difflib.unified_diff(created, migrated, lineterm="", n=0)) == []
    assert len(migrated) > 2500


@pytest.mark.parametrize(
    "fact",
    # Each makes a whole schema: the quick tests take every fourth.
    [pytest.param(fact, marks=[] if number % 4 == 0 else pytest.mark.slow) for number, fact in enumerate(FACTS)],
)
def test_the_created_database_lacks_a_fact_that_a_file_lacks(
    fact: str, catalogue_and_texts: tuple[list[str], dict[str, str]], empty_database_url: str
):
    texts = committed_texts(SQL_DIRECTORY)
    assert fact in texts["landing"]
    without = texts["landing"].replace(fact, "")
    with psycopg.connect(empty_database_url) as connection:
        create_database(connection, {**texts, "landing": without}.values())
    assert catalogue_of(empty_database_url) != catalogue_and_texts[0]


@pytest.mark.parametrize(
    "change",
    # Each reads the whole schema twice: the quick tests take every fourth.
    [pytest.param(change, marks=[] if number % 4 == 0 else pytest.mark.slow) for number, change in enumerate(CHANGES)],
)
def test_a_change_of_the_schema_changes_the_catalogue_and_a_text(
    change: str, shared_database: str, catalogue_and_texts: tuple[list[str], dict[str, str]]
):
    with connect(shared_database) as connection:
        connection.execute(change)
        changed_catalogue, changed_texts = catalogue(connection), schema_texts(connection)
        connection.rollback()
    assert changed_catalogue != catalogue_and_texts[0]
    assert changed_texts != catalogue_and_texts[1]


@pytest.mark.both_servers(False)
def test_month_partitions_are_left_out_of_the_texts(database_url: str):
    with connect(database_url) as connection:
        before = schema_texts(connection)
        connection.execute("select * from operations.ensure_upcoming_partitions()")
        assert schema_texts(connection) == before


@pytest.mark.both_servers(False)
def test_the_texts_do_not_depend_on_the_time_zone(shared_database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGTZ", "Pacific/Kiritimati")
    with connect(shared_database) as connection:
        assert schema_texts(connection) == committed_texts(SQL_DIRECTORY)


def test_no_line_is_longer_than_120_characters():
    texts = committed_texts(SQL_DIRECTORY)
    assert [line for text in texts.values() for line in text.splitlines() if len(line) > 120] == []


def test_check_fails_on_an_old_a_missing_and_a_needless_file_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.setattr(schema_files, "SQL_DIRECTORY", tmp_path)
    monkeypatch.setattr(schema_files, "texts_of_the_migrations", lambda: {"old": "new\n", "missing": "text\n"})
    for room in ("old", "needless"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "schema.sql").write_text("old\n")
    before = committed_texts(tmp_path)
    result = CliRunner().invoke(main, ["--check"])
    assert result.exit_code == 1
    assert "sql/missing/schema.sql, sql/needless/schema.sql, sql/old/schema.sql" in result.output
    assert "Run `make schema`" in result.output
    assert committed_texts(tmp_path) == before
    assert CliRunner().invoke(main).exit_code == 0
    assert committed_texts(tmp_path) == {"old": "new\n", "missing": "text\n"}
    assert CliRunner().invoke(main, ["--check"]).exit_code == 0
