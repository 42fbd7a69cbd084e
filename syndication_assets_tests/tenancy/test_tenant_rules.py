"""Every table, view and function follows the tenancy rules, and every kind of violation is found."""

import psycopg
import pytest

from syndication_assets_tests.tenancy.conftest import TwoOrganizations, rolled_back
from syndication_assets_tests.tenancy.tenant_rules import broken_rules

pytestmark = pytest.mark.both_servers


def test_nothing_breaks_a_rule(organizations: TwoOrganizations):
    with rolled_back(organizations.admin_url) as connection:
        connection.execute("select * from operations.ensure_upcoming_partitions()")
        assert broken_rules(connection) == []


_NEW_TABLE = (
    "set role syndication_owner;"
    "create table scraping.notes (organization_id text not null, id int, primary key (organization_id, id));"
)
_PARTITION = "select operations.ensure_month_partitions('scraping.raw_payloads', '2025-11-01', '2025-11-01');"


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "alter table scraping.post_records disable row level security",
            "scraping.post_records: row-level security is off",
        ),
        (
            "alter table scraping.post_records no force row level security",
            "scraping.post_records: row-level security is not forced",
        ),
        ("alter table tenancy.users no force row level security", "tenancy.users: row-level security is off or not"),
        ("drop policy pipeline_all on scraping.post_records", "scraping.post_records has no policy pipeline_all"),
        (
            "alter policy reader_own_organization on scraping.post_records using (true)",
            "has no policy reader_own_organization",
        ),
        (
            "alter policy reader_own_organization on scraping.post_records to public",
            "has no policy reader_own_organization",
        ),
        ("create policy more on scraping.post_records to public using (true)", "has an unexpected policy more"),
        (_NEW_TABLE, "scraping.notes: row-level security is off"),
        (_NEW_TABLE, "scraping.notes has no policy reader_own_organization"),
        ("create table scraping.notes (id integer)", "scraping.notes has no organization_id"),
        ("create table scraping.notes (organization_id text)", "scraping.notes.organization_id may be NULL"),
        (
            "create table scraping.notes (organization_id text, id int primary key)",
            "scraping.notes: the primary key does not begin with organization_id",
        ),
        (
            "create unique index on scraping.post_records (post_id)",
            "the unique key scraping.post_records_post_id_idx does not begin with",
        ),
        (
            "create table scraping.notes (organization_id text, slug text references tenancy.organizations (slug))",
            "scraping.notes: the foreign key notes_slug_fkey does not include the organization",
        ),
        (
            "create view scraping.all_posts as select * from scraping.posts",
            "scraping.all_posts is a view that reads with the rights of its owner",
        ),
        (
            "alter view engagement.time_series_metrics set (security_invoker = false)",
            "engagement.time_series_metrics is a view that reads with the rights of its owner",
        ),
        (
            "create materialized view scraping.all_posts as select * from scraping.posts",
            "scraping.all_posts is a materialized view",
        ),
        (
            "alter table scraping.post_records owner to syndication_reader",
            "scraping.post_records belongs to syndication_reader",
        ),
        (
            _PARTITION + "grant select on scraping.raw_payloads_2025_11 to syndication_reader",
            "scraping.raw_payloads_2025_11 may be read past its parent: syndication_reader has SELECT",
        ),
        (
            _PARTITION + "alter table scraping.raw_payloads_2025_11 disable row level security",
            "scraping.raw_payloads_2025_11: row-level security is off",
        ),
        ("grant select on scraping.post_records to public", "scraping.post_records: everybody has SELECT"),
        (
            "grant insert on scraping.post_records to syndication_reader",
            "scraping.post_records: syndication_reader has INSERT",
        ),
        ("grant truncate on scraping.post_records to syndication_pipeline", "syndication_pipeline has TRUNCATE"),
        ("grant execute on function scraping.merge_posts to public", "may be executed by everybody"),
        (
            "alter function operations.ensure_upcoming_partitions() set search_path = pg_catalog",
            "operations.ensure_upcoming_partitions() runs as its owner without a fixed search_path",
        ),
        (
            "grant execute on function operations.ensure_upcoming_partitions to syndication_reader",
            "syndication_reader may execute operations.ensure_upcoming_partitions()",
        ),
    ],
)
def test_a_broken_rule_is_found(statement: str, finding: str, organizations: TwoOrganizations):
    with rolled_back(organizations.admin_url) as connection:
        connection.execute(statement)
        connection.execute("reset role")
        assert any(finding in found for found in broken_rules(connection)), broken_rules(connection)


def test_a_function_added_by_a_migration_cannot_be_executed_until_it_is_granted(organizations: TwoOrganizations):
    with rolled_back(organizations.admin_url) as connection:
        connection.execute("set role syndication_owner")
        connection.execute("create function scraping.added() returns int language sql return 1")
        connection.execute("set role syndication_reader")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select scraping.added()")
