"""A database that tests use again has the template's rows, schema and rights, whatever a test did in it."""

from collections.abc import Iterator

import psycopg
import pytest

from syndication_assets_tests.kept_sessions import DATABASE_PREFIX, are_kept, end_sessions
from syndication_assets_tests.reset_databases import DatabasesOfTests
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers
ADD_ORGANIZATION = "insert into tenancy.organizations (slug, name) values ('acme', 'Acme')"
SLUGS = "select slug from tenancy.organizations"


@pytest.fixture(autouse=True)
def where_sessions_are_kept(server: Server) -> None:
    if not are_kept(server.url(DATABASE_PREFIX)):
        pytest.skip("with --everything, sessions of further servers are not kept")


@pytest.fixture(scope="module")
def databases() -> Iterator[DatabasesOfTests]:
    """Of all tests of this module: the template with its months is made once for each server."""
    databases = DatabasesOfTests()
    yield databases
    databases.drop()


def run(url: str, *statements: str) -> list[tuple]:
    """The rows of the last statement, without a session that stays."""
    with psycopg.connect(url) as connection:
        cursor = None
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor is not None and cursor.description else []


def test_added_rows_are_gone_and_the_database_is_used_again(
    databases: DatabasesOfTests, server: Server, template_database: str
):
    sequences = "select sequencename::text, last_value from pg_sequences order by 1"
    with databases.lend(server, template_database) as url:
        first_values = run(url, sequences)
        run(
            url,
            ADD_ORGANIZATION,
            "savepoint inner_one",
            "insert into tenancy.users (email) values ('isla@acme.example')",
        )
        assert run(url, sequences) != first_values
    with databases.lend(server, template_database) as again:
        assert again == url
        assert run(url, SLUGS) == [("default",)]
        assert run(url, "select count(*) from tenancy.users") == [(0,)]
        assert run(url, "select new_values ->> 'slug' from tenancy.audit_log") == [("default",)]
        assert run(url, sequences) == first_values


@pytest.mark.parametrize(
    "statement",
    [
        "update tenancy.organizations set name = 'Other'",
        "delete from engagement.cohort_ages",
        "create table public.mine (number integer)",
        "create function public.mine() returns integer language sql return 1",
        "create index on tenancy.users (created_at)",
        "alter table tenancy.users alter column email set default 'nobody'",
        "alter table tenancy.users disable trigger user",
        "alter table tenancy.users disable row level security",
        "alter table tenancy.users drop column email cascade",
        "grant delete on tenancy.audit_log to syndication_reader",
        "alter default privileges in schema tenancy grant select on tables to syndication_reader",
        "drop table content.compliance_checks cascade",
        "create schema mine",
        "drop table scraping.snapshots_2025_11",
        "alter table scraping.snapshots detach partition scraping.snapshots_2025_11",
        "grant select on scraping.snapshots_2025_11 to syndication_reader",
        "create rule mine as on insert to tenancy.users do instead nothing",
    ],
)
def test_a_database_whose_schema_rights_or_own_rows_changed_is_dropped(
    databases: DatabasesOfTests, server: Server, template_database: str, statement: str
):
    with databases.lend(server, template_database) as url:
        run(url, statement)
    with databases.lend(server, template_database) as other:
        assert other != url
        assert run(other, SLUGS) == [("default",)]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        run(url, SLUGS)


def test_a_database_with_a_setting_of_its_own_is_dropped(
    databases: DatabasesOfTests, server: Server, template_database: str
):
    with databases.lend(server, template_database) as url:
        server.administer("alter database {} set timezone = 'Asia/Tokyo'", url.split("?")[0].rpartition("/")[2])
    with databases.lend(server, template_database) as other:
        assert other != url


def test_a_database_with_a_session_that_was_left_is_dropped(
    databases: DatabasesOfTests, server: Server, template_database: str
):
    with databases.lend(server, template_database) as url:
        left = psycopg.connect(url)
    with databases.lend(server, template_database) as other:
        assert other != url
    with pytest.raises(psycopg.OperationalError):
        left.execute("select 1")
    left.close()


def test_new_partitions_stay_without_rows(databases: DatabasesOfTests, server: Server, template_database: str):
    parts = "select count(*) from pg_class where relispartition and relkind = 'r'"
    with databases.lend(server, template_database) as url:
        before = run(url, parts)
        run(url, "select operations.ensure_month_partitions('scraping.snapshots', '2020-02-29', '2020-02-29')")
    with databases.lend(server, template_database) as again:
        assert again == url
        assert run(again, parts) == [(before[0][0] + 1,)]


def test_a_dropped_database_has_no_session(databases: DatabasesOfTests, server: Server, template_database: str):
    with databases.lend(server, template_database) as url:
        run(url, SLUGS)
    end_sessions()
    databases.drop()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        run(url, SLUGS)
