"""`sql/schema.sql` equals the migrations: as text, and as a database created from it."""

import difflib
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.database import schema_file
from syndication_assets.database.schema_file import SCHEMA_FILE, main, schema_text
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.system_catalogue import catalogue

pytestmark = pytest.mark.both_servers

_HOW = "run `python -m syndication_assets.database.schema_file`"


@pytest.fixture(scope="module")
def shared_database_url(server: Server, template_database: str) -> Iterator[str]:
    """A migrated database for tests that change nothing."""
    with new_database(server, template_database) as url:
        yield url


def catalogue_of(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return catalogue(connection)


def test_the_file_is_the_text_of_the_migrated_schema(database_url: str):
    expected = schema_text(database_url).splitlines()
    difference = list(difflib.unified_diff(SCHEMA_FILE.read_text().splitlines(), expected, lineterm="", n=1))
    assert difference == [], _HOW


def test_a_database_created_from_the_file_has_the_catalogue_of_a_migrated_one(
    server: Server, database_url: str, empty_database_url: str
):
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(SCHEMA_FILE.read_bytes())
    assert catalogue_of(empty_database_url) == catalogue_of(database_url)
    assert len(catalogue_of(database_url)) > 500


@pytest.mark.parametrize(
    "change",
    [
        "alter table scraping.posts alter column is_read set default true",
        "alter table scraping.posts alter column platform drop not null",
        "alter table scraping.posts add column extra text",
        "alter table scraping.posts no force row level security",
        "alter table scraping.posts drop constraint posts_check",
        "alter table scraping.posts reset (toast_tuple_target)",
        "comment on column scraping.posts.urn is 'other'",
        "comment on table scraping.posts is 'other'",
        "drop index scraping.posts_profile",
        "drop policy reader_own_organization on scraping.posts",
        "alter policy reader_own_organization on scraping.posts using (true)",
        "grant select on scraping.posts to public",
        "grant select (urn) on scraping.posts to public",
        "grant execute on function tenancy.public_id to public",
        "grant usage on schema scraping to public",
        "alter table tenancy.audit_log disable trigger audit_log_is_append_only",
        "alter function tenancy.set_updated_at() reset search_path",
        "alter view engagement.time_series_metrics reset (security_invoker)",
        "alter sequence scraping.post_id_sequence maxvalue 5",
        "alter type scraping.run_kind add value 'other'",
        "alter table scraping.posts owner to syndication_reader",
        "alter default privileges for role syndication_owner grant execute on functions to public",
    ],
)
def test_the_catalogue_detects(change: str, shared_database_url: str):
    with psycopg.connect(shared_database_url) as connection:
        before = catalogue(connection)
        connection.execute(change)
        assert catalogue(connection) != before
        connection.rollback()


def test_month_partitions_are_left_out_of_the_text(database_url: str):
    before = schema_text(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("select * from operations.ensure_upcoming_partitions()")
    assert schema_text(database_url) == before


def test_the_text_depends_neither_on_the_time_zone_nor_on_the_moment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    before = schema_text(database_url)
    monkeypatch.setenv("PGTZ", "Pacific/Kiritimati")
    assert schema_text(database_url) == before
    assert "restrict" not in before
    assert "Dumped" not in before


def test_a_policy_follows_every_table_that_it_refers_to(server: Server):
    with new_database(server, "template0") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "create schema a; create table a.first (id int); create table a.second (id int);"
                "create policy p on a.first using (exists (select from a.second));"
                "create function a.f(int) returns int language sql return $1;"
                "create function a.f(text) returns text language sql return $1;"
                "grant execute on function a.f(text) to syndication_reader;"
            )
        text = schema_text(url)
    assert text.index("CREATE TABLE a.second") < text.index("CREATE POLICY p")
    assert text.index("FUNCTION a.f(text)") < text.index("GRANT ALL ON FUNCTION a.f(text)")


def test_check_fails_on_an_old_file_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path):
    file = tmp_path / "schema.sql"
    monkeypatch.setattr(schema_file, "SCHEMA_FILE", file)
    monkeypatch.setattr(schema_file, "schema_of_the_migrations", lambda: "new\n")
    file.write_text("old\n")
    result = CliRunner().invoke(main, ["--check"])
    assert result.exit_code == 1
    assert "run `python -m syndication_assets.database.schema_file`" in result.output
    assert file.read_text() == "old\n"
    assert CliRunner().invoke(main).exit_code == 0
    assert file.read_text() == "new\n"
    assert CliRunner().invoke(main, ["--check"]).exit_code == 0
