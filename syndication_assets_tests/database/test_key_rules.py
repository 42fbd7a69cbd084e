"""The database holds the whole pattern of every id, and finds the rows behind every foreign key by an index."""

from collections.abc import Iterator

import psycopg
import pytest

from syndication_assets_tests.database.key_rules import (
    IDS_WITHOUT_CHECK,
    foreign_keys_without_index,
    ids_without_pattern,
)

pytestmark = pytest.mark.both_servers


@pytest.fixture(scope="module")
def url(shared_database: str) -> str:
    """The URL of a database with a month partition of each table."""
    with psycopg.connect(shared_database) as connection:
        connection.execute("select * from operations.ensure_upcoming_partitions()")
    return shared_database


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection]:
    """A transaction that is rolled back."""
    with psycopg.connect(url) as opened:
        yield opened
        opened.rollback()


def test_every_id_has_its_whole_pattern(connection: psycopg.Connection):
    assert ids_without_pattern(connection) == []


@pytest.mark.parametrize(
    "check",
    ["post_id like 'p-________'", "post_id ~ '^p-[0-9a-f]{8}'", "post_id ~ '^q-[0-9a-f]{8}$'", "post_id <> ''"],
)
def test_an_id_with_another_check_is_found(check: str, connection: psycopg.Connection):
    connection.execute("alter table scraping.post_records drop constraint post_records_post_id_check")
    connection.execute(f"alter table scraping.post_records add check ({check})")
    assert any("scraping.post_records.post_id" in found for found in ids_without_pattern(connection))


def test_every_id_without_a_check_is_still_one(connection: psycopg.Connection):
    for column in IDS_WITHOUT_CHECK:
        table, _, name = column.rpartition(".")
        connection.execute(f"alter table {table} alter column {name} drop default")
    assert ids_without_pattern(connection) == []
    assert len(IDS_WITHOUT_CHECK) == 2


@pytest.mark.parametrize(
    "wrong", ["p-0000000G", "p-0000000A", "p-00000001\n", "p-000000001", "p-0000001", "P-00000001"]
)
def test_an_id_that_is_no_public_id_is_rejected(wrong: str, connection: psycopg.Connection):
    [(organization_id,)] = connection.execute("select organization_id from tenancy.organizations").fetchall()
    with pytest.raises(psycopg.errors.CheckViolation, match="post_records_post_id_check"):
        connection.execute(
            "insert into scraping.post_records (organization_id, post_id, platform, urn, urn_kind, first_seen_at,"
            " last_seen_at) values (%s, %s, 'linkedin', '1', 'activity', now(), now())",
            [organization_id, wrong],
        )


def test_every_foreign_key_has_its_index_also_in_partitions(connection: psycopg.Connection):
    assert foreign_keys_without_index(connection) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("drop index scraping.post_records_profile", "scraping.post_records"),
        # The columns come second.
        (
            (
                "drop index scraping.post_records_profile;"
                "create index on scraping.post_records (posted_at, organization_id, profile_id)"
            ),
            "scraping.post_records",
        ),
        # An included column finds nothing.
        (
            (
                "drop index scraping.post_records_profile;"
                "create index on scraping.post_records (organization_id) include (profile_id)"
            ),
            "scraping.post_records",
        ),
        # Only some of the rows.
        (
            (
                "drop index scraping.post_records_profile;"
                "create index on scraping.post_records (organization_id, profile_id) where is_marked"
            ),
            "scraping.post_records",
        ),
        (
            "update pg_index set indisvalid = false where indexrelid = 'scraping.post_records_profile'::regclass",
            "scraping.post_records",
        ),
        ("drop index scraping.snapshots_file_and_run", "scraping.snapshots"),
        (
            (
                "drop index scraping.snapshots_file_and_run;"
                "create index on scraping.snapshots using brin (organization_id, run_id)"
            ),
            "scraping.snapshots",
        ),
    ],
)
def test_a_foreign_key_without_an_index_is_found(statement: str, table: str, connection: psycopg.Connection):
    connection.execute(statement)
    found = foreign_keys_without_index(connection)
    assert any(line.startswith(f"{table}: no index serves") for line in found), found


def test_a_month_partition_has_one_index_for_file_and_run(connection: psycopg.Connection):
    definitions = connection.execute(
        "select pg_get_indexdef(i.indexrelid) from pg_index i join pg_inherits p on p.inhrelid = i.indrelid"
        " where p.inhparent = 'scraping.snapshots'::regclass and pg_get_indexdef(i.indexrelid) like '%%bloom%%'"
    ).fetchall()
    partitions = connection.execute(
        "select count(*) from pg_inherits where inhparent = 'scraping.snapshots'::regclass"
    ).fetchall()
    assert [(len(definitions),)] == partitions
    assert all("n_distinct_per_range='256'" in line and "autosummarize" in line for (line,) in definitions)
