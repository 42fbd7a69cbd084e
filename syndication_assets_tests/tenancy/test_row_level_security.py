"""Which rows each kind of login can see and change, in every tenant table, partition and view."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import errors

from syndication_assets_tests.tenancy.conftest import TwoOrganizations, rolled_back
from syndication_assets_tests.tenancy.one_row_each import FILES_TO_ARCHIVE, add_file_to_archive

pytestmark = pytest.mark.both_servers

Connection = psycopg.Connection[Any]
CHANGES = [
    "insert into {} (organization_id) values ('org-00000000')",
    "update {} set organization_id = organization_id",
    "delete from {}",
    "truncate {} cascade",
]
IMMUTABLE_TABLES = {
    "tenancy.audit_log",
    "content.content_template_versions",
    *("brand.brand_profile_versions", "brand.brand_version_assets", "brand.visual_template_versions"),
    "studio.asset_variants",
}
# The errors of views that cannot be written at all.
NOT_WRITABLE = (errors.ObjectNotInPrerequisiteState, errors.WrongObjectType)


def rows_by_organization(connection: Connection, relation: str) -> dict[str, int]:
    return dict(connection.execute(f"select organization_id, count(*) from {relation} group by 1").fetchall())


def is_denied(connection: Connection, statement: str) -> bool:
    """Whether the statement is denied for lack of a privilege, or because the view is not writable; it is undone."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except (errors.InsufficientPrivilege, *NOT_WRITABLE):
        return True
    except errors.IntegrityError:
        return False
    return False


def leaks_of_a_reader(url: str, organization_id: str, relations: list[str]) -> list[str]:
    """The relations in which a reader of the organization does not see exactly the organization's rows."""
    with rolled_back(url, organization_id) as connection:
        seen = {relation: rows_by_organization(connection, relation) for relation in relations}
    return [f"{relation}: {rows}" for relation, rows in seen.items() if list(rows) != [organization_id]]


def test_both_organizations_have_a_row_in_every_table_and_view(organizations: TwoOrganizations):
    with rolled_back(organizations.pipeline_url) as connection:
        relations = [*organizations.tables, *organizations.views]
        found = {relation: rows_by_organization(connection, relation).keys() for relation in relations}
    both = {organizations.first, organizations.second}
    assert [relation for relation, seen in found.items() if not seen >= both] == []
    assert len(organizations.tables) > 15
    assert len(organizations.partitions) >= 3
    assert organizations.views


def test_a_reader_sees_the_rows_of_its_organization_and_no_other(organizations: TwoOrganizations):
    relations = [*organizations.tables, *organizations.views]
    assert leaks_of_a_reader(organizations.reader_url, organizations.first, relations) == []
    assert leaks_of_a_reader(organizations.reader_url, organizations.second, relations) == []


def test_a_reader_sees_the_files_to_archive_of_its_organization_and_no_other(organizations: TwoOrganizations):
    both = {organizations.first: 1, organizations.second: 1}
    for organization_id in both:
        with rolled_back(organizations.admin_url, organization_id) as connection:
            for organization in both:
                add_file_to_archive(connection, organization)
            assert rows_by_organization(connection, FILES_TO_ARCHIVE) == both
            connection.execute("set local role syndication_reader")
            assert rows_by_organization(connection, FILES_TO_ARCHIVE) == {organization_id: 1}


@pytest.mark.parametrize("setting", [None, "", "org-ffffffff", "%", "org-________"])
def test_a_reader_without_an_organization_sees_nothing(setting: str | None, organizations: TwoOrganizations):
    with rolled_back(organizations.reader_url, setting) as connection:
        for relation in [*organizations.tables, *organizations.views, "tenancy.users"]:
            assert connection.execute(f"select count(*) from {relation}").fetchone() == (0,), relation


def test_the_organization_of_an_ended_transaction_shows_nothing(organizations: TwoOrganizations):
    with psycopg.connect(organizations.reader_url) as connection:
        connection.execute("select set_config('app.organization_id', %s, true)", [organizations.first])
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (1,)
        connection.commit()
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (0,)


def test_a_reader_sees_the_users_of_its_organization(organizations: TwoOrganizations):
    with rolled_back(organizations.reader_url, organizations.first) as connection:
        assert connection.execute("select email from tenancy.users").fetchall() == [
            (f"{organizations.first}@example.org",)
        ]


@pytest.mark.parametrize("setting", ["own", "none", "empty"])
def test_a_reader_cannot_change_anything(setting: str, organizations: TwoOrganizations):
    organization_id = {"own": organizations.first, "none": None, "empty": ""}[setting]
    with rolled_back(organizations.reader_url, organization_id) as connection:
        for relation in [*organizations.tables, *organizations.views]:
            for change in CHANGES:
                assert is_denied(connection, change.format(relation)), change.format(relation)


def test_a_reader_with_excessive_grants_still_cannot_change_anything(organizations: TwoOrganizations):
    with rolled_back(organizations.admin_url, organizations.first) as connection:
        for table in organizations.tables:
            connection.execute(f"grant insert, update, delete on {table} to syndication_reader")
        connection.execute("set local role syndication_reader")
        for table in organizations.tables:
            assert connection.execute(f"update {table} set organization_id = organization_id").rowcount == 0, table
            assert connection.execute(f"delete from {table}").rowcount == 0, table
            columns = connection.execute(
                "select string_agg(quote_ident(attname), ', ') from pg_attribute"
                " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
                [table],
            ).fetchall()[0][0]
            assert is_denied(connection, f"insert into {table} ({columns}) select {columns} from {table}"), table


@pytest.mark.parametrize("login_url", ["reader_url", "pipeline_url", "stranger_url"])
def test_nobody_can_access_the_partitions_of_a_table_directly(login_url: str, organizations: TwoOrganizations):
    with rolled_back(getattr(organizations, login_url), organizations.first) as connection:
        for partition in organizations.partitions:
            for statement in ["select * from {}", "copy {} to stdout", *CHANGES]:
                assert is_denied(connection, statement.format(partition)), (statement, partition)


def test_a_login_without_grants_has_no_access(organizations: TwoOrganizations):
    with rolled_back(organizations.stranger_url, organizations.first) as connection:
        for relation in [*organizations.tables, *organizations.views, "tenancy.users", "operations.partitioned_tables"]:
            for statement in ["select * from {}", *CHANGES]:
                assert is_denied(connection, statement.format(relation)), (statement, relation)


def test_the_owner_of_the_tables_sees_no_rows(organizations: TwoOrganizations):
    with rolled_back(organizations.admin_url, organizations.first) as connection:
        connection.execute("set local role syndication_owner")
        seen = {
            relation
            for relation in [*organizations.tables, *organizations.views, "tenancy.users"]
            if connection.execute(f"select count(*) from {relation}").fetchone() != (0,)
        }
    # Functions that search read them for readers as the owner, and say the organization themselves.
    assert seen == {"curation.post_documents", "studio.content_requests"}


@pytest.mark.parametrize("setting", ["own", "none", "empty"])
def test_the_pipeline_works_on_all_organizations(setting: str, organizations: TwoOrganizations):
    organization_id = {"own": organizations.first, "none": None, "empty": ""}[setting]
    with rolled_back(organizations.pipeline_url, organization_id) as connection:
        for relation in [*organizations.tables, *organizations.views]:
            both = {organizations.first, organizations.second}
            assert rows_by_organization(connection, relation).keys() >= both, relation
        for table in set(organizations.tables) - IMMUTABLE_TABLES:
            update = f"update {table} set organization_id = organization_id where organization_id = '{{}}'"
            for organization in (organizations.first, organizations.second):
                assert connection.execute(update.format(organization)).rowcount == 1, table
            assert not is_denied(connection, f"delete from {table}"), table
            assert is_denied(connection, f"truncate {table} cascade"), table


def test_a_copy_contains_only_the_rows_of_the_organization(organizations: TwoOrganizations):
    with rolled_back(organizations.reader_url, organizations.first) as connection:
        for table in organizations.tables:
            with connection.cursor().copy(f"copy (select organization_id from {table}) to stdout") as copy:
                assert {row[0] for row in copy.rows()} == {organizations.first}, table


@pytest.mark.parametrize("role", ["syndication_owner", "syndication_pipeline", "pg_read_all_data"])
def test_a_reader_cannot_assume_another_role(role: str, organizations: TwoOrganizations):
    with rolled_back(organizations.reader_url) as connection:
        assert is_denied(connection, f"set role {role}")
        assert is_denied(connection, f"set local session authorization {role}")
        assert not is_denied(connection, "set role syndication_reader")


def test_no_row_can_refer_to_a_row_of_another_organization(organizations: TwoOrganizations):
    with rolled_back(organizations.pipeline_url) as connection:
        references = connection.execute(
            "select k.conrelid::regclass::text, k.confrelid::regclass::text, a.attname, r.attname"
            " from pg_constraint k cross join unnest(k.conkey, k.confkey) f (own_column, other_column)"
            " join pg_attribute a on a.attrelid = k.conrelid and a.attnum = f.own_column"
            " join pg_attribute r on r.attrelid = k.confrelid and r.attnum = f.other_column"
            " where k.contype = 'f' and k.conparentid = 0 and a.attname <> 'organization_id'"
            " and k.confrelid::regclass::text = any (%s)",
            [organizations.tables],
        ).fetchall()
        assert len(references) > 10
        for table, other_table, column, other_column in references:
            values = connection.execute(
                f"select distinct {other_column} from {other_table} where organization_id = any (%s)",
                [[organizations.first, organizations.second]],
            ).fetchall()
            if table in IMMUTABLE_TABLES or len(values) < 2:
                continue  # both organizations have the same value, such as version 1
            target = f"(select {other_column} from {other_table} where organization_id = '{{0}}' order by 1 limit 1)"
            point = (
                f"update {table} set {column} = {target} where organization_id = '{organizations.first}'"
                # A trigger may redirect the reference.
                f" returning {column} is not distinct from {target}"
            )
            if other_table != table:  # a post cannot be its own original
                assert is_accepted(connection, point.format(organizations.first)) is not False, point
            assert not is_accepted(connection, point.format(organizations.second)), point


def is_accepted(connection: Connection, statement: str) -> bool | None:
    """Whether the row may refer to the target of the statement, which is undone; None if it may have no reference."""
    try:
        with connection.transaction(force_rollback=True):
            rows = connection.execute(statement).fetchall()
            assert len(rows) == 1
            return bool(rows[0][0])
    # A trigger that looks up the other row in its own organization finds none.
    except (errors.ForeignKeyViolation, errors.NotNullViolation):
        return False
    except (errors.IntegrityConstraintViolation, errors.CheckViolation):
        return None


def _unprotected(connection: Connection) -> None:
    connection.execute("alter table scraping.post_records disable row level security")


def _wrong_policy(connection: Connection) -> None:
    connection.execute("alter policy reader_own_organization on scraping.post_records using (true)")


def _no_policy(connection: Connection) -> None:
    connection.execute("drop policy reader_own_organization on scraping.post_records")


@pytest.mark.parametrize("remove_protection", [_unprotected, _wrong_policy, _no_policy])
def test_a_table_that_shows_too_much_or_too_little_is_found(
    remove_protection: Callable[[Connection], None], database_url: str
):
    with psycopg.connect(database_url, autocommit=True) as connection:
        ids = [
            connection.execute(
                "insert into tenancy.organizations (slug, name) values (%s, 'x') returning organization_id", [slug]
            ).fetchall()[0][0]
            for slug in ("one", "two")
        ]
        for organization_id in ids:
            connection.execute(
                "insert into scraping.post_records (organization_id, platform, urn, urn_kind, content_observed_at,"
                " first_seen_at, last_seen_at) values (%s, 'linkedin', '1', 'activity', now(), now(), now())",
                [organization_id],
            )
        as_reader = f"{database_url}&options=-crole%3Dsyndication_reader"
        assert leaks_of_a_reader(as_reader, ids[0], ["scraping.post_records"]) == []
        remove_protection(connection)
        assert leaks_of_a_reader(as_reader, ids[0], ["scraping.post_records"]) != []
