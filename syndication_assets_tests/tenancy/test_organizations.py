"""Organizations, their members, and the audit log of their changes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.tenancy.conftest import TwoOrganizations

pytestmark = pytest.mark.both_servers

Connection = psycopg.Connection[Any]
ROLES = ["viewer", "member", "editor", "manager", "admin", "owner"]


@pytest.fixture
def pipeline(database_url: str) -> Iterator[Connection]:
    """A session that works as the pipeline."""
    with psycopg.connect(database_url) as connection:
        connection.execute("set role syndication_pipeline")
        connection.commit()
        yield connection


def new_organization(connection: Connection, slug: str) -> str:
    statement = "insert into tenancy.organizations (slug, name) values (%s, 'New') returning organization_id"
    return str(connection.execute(statement, [slug]).fetchall()[0][0])


def log(connection: Connection, organization_id: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select action, table_name, old_values, new_values from tenancy.audit_log"
        " where organization_id = %s order by occurred_at",
        [organization_id],
    ).fetchall()


def test_there_is_a_default_organization_and_its_creation_is_logged(pipeline: Connection):
    [(organization_id, slug)] = pipeline.execute("select organization_id, slug from tenancy.organizations").fetchall()
    assert slug == "default"
    [(action, table_name, old_values, new_values)] = log(pipeline, organization_id)
    assert (action, table_name, old_values) == ("insert", "tenancy.organizations", None)
    assert new_values["slug"] == "default"


def test_each_change_is_logged_with_the_old_and_the_new_row(pipeline: Connection):
    organization_id = new_organization(pipeline, "new")
    pipeline.commit()
    pipeline.execute("update tenancy.organizations set name = 'Newer' where slug = 'new'")
    pipeline.commit()
    pipeline.execute("delete from tenancy.organizations where slug = 'new'")
    pipeline.commit()
    entries = log(pipeline, organization_id)
    assert [(action, old and old["name"], new and new["name"]) for action, _, old, new in entries] == [
        ("insert", None, "New"),
        ("update", "New", "Newer"),
        ("delete", "Newer", None),
    ]


def test_a_change_that_is_rolled_back_leaves_no_entry(pipeline: Connection):
    organization_id = new_organization(pipeline, "new")
    assert len(log(pipeline, organization_id)) == 1
    pipeline.rollback()
    assert log(pipeline, organization_id) == []


def test_an_update_that_changes_nothing_is_not_logged(pipeline: Connection):
    organization_id = new_organization(pipeline, "new")
    pipeline.commit()
    pipeline.execute("update tenancy.organizations set name = name where slug = 'new'")
    assert len(log(pipeline, organization_id)) == 1


def test_members_are_logged_even_when_their_organization_is_deleted(pipeline: Connection):
    organization_id = new_organization(pipeline, "new")
    (user_id,) = pipeline.execute("insert into tenancy.users (email) values ('a@b.c') returning user_id").fetchall()[0]
    pipeline.execute("insert into tenancy.organization_members values (%s, %s, 'editor')", [organization_id, user_id])
    pipeline.execute("delete from tenancy.organizations where organization_id = %s", [organization_id])
    rows = pipeline.execute(
        "select action, row_key ->> 'user_id' from tenancy.audit_log"
        " where organization_id = %s and table_name = 'tenancy.organization_members' order by action desc",
        [organization_id],
    ).fetchall()
    assert rows == [("insert", user_id), ("delete", user_id)]


@pytest.mark.parametrize("setting", [None, ""])
def test_the_actor_is_the_login_if_the_application_names_no_actor(setting: str | None, pipeline: Connection):
    if setting is not None:
        pipeline.execute("select set_config('app.actor', %s, true)", [setting])
    organization_id = new_organization(pipeline, "new")
    actor = pipeline.execute("select actor from tenancy.audit_log where organization_id = %s", [organization_id])
    assert actor.fetchone() == pipeline.execute("select session_user").fetchone()


def test_the_actor_is_the_user_named_by_the_application(pipeline: Connection):
    pipeline.execute("select set_config('app.actor', 'usr-00000001', true)")
    organization_id = new_organization(pipeline, "new")
    actor = pipeline.execute("select actor from tenancy.audit_log where organization_id = %s", [organization_id])
    assert actor.fetchone() == ("usr-00000001",)


@pytest.mark.parametrize("role", ["syndication_pipeline", "syndication_reader", "syndication_owner", "none"])
@pytest.mark.parametrize("table", ["tenancy.audit_log", "tenancy.audit_log_{month}"])
@pytest.mark.parametrize("change", ["update {} set actor = 'nobody'", "delete from {}", "truncate {}"])
def test_nobody_can_change_the_log(change: str, table: str, role: str, organizations: TwoOrganizations):
    with psycopg.connect(organizations.admin_url, autocommit=True) as connection:
        (month, entries) = connection.execute(
            "select to_char(now() at time zone 'utc', 'YYYY_MM'), count(*) from tenancy.audit_log"
        ).fetchall()[0]
        assert entries > 0
        connection.execute(f"set role {role}")
        statement = change.format(table.format(month=month))
        if role == "syndication_owner" and not change.startswith("truncate"):
            # Forced row-level security hides all rows from the owner.
            assert connection.execute(statement).rowcount == 0
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
        connection.execute("reset role")
        kept = connection.execute("select count(*) from tenancy.audit_log where actor <> 'nobody'")
        assert kept.fetchone() == (entries,)


def test_the_pipeline_cannot_write_to_the_log_directly(pipeline: Connection):
    with pytest.raises(errors.InsufficientPrivilege):
        pipeline.execute(
            "insert into tenancy.audit_log (organization_id, actor, action, table_name, row_key)"
            " select organization_id, 'somebody', 'delete', 'tenancy.users', '{}' from tenancy.organizations"
        )


@pytest.mark.parametrize("role", ["syndication_reader", "syndication_pipeline"])
def test_nobody_can_forge_an_entry_through_a_table_of_their_own(role: str, database_url: str):
    with (
        login(database_url, member_of=role) as name,
        psycopg.connect(url_as(name, database_url)) as connection,
    ):
        connection.execute("create temporary table organizations (organization_id text)")
        with pytest.raises(errors.InsufficientPrivilege, match="write_audit_log"):
            connection.execute(
                "create trigger forge after insert on organizations"
                " for each row execute function tenancy.write_audit_log()"
            )


def test_roles_are_ordered_from_the_least_to_the_most_powerful(pipeline: Connection):
    organization_id = new_organization(pipeline, "new")
    for role in reversed(ROLES):
        pipeline.execute(
            "with new_user as (insert into tenancy.users (email) values (%s) returning user_id)"
            " insert into tenancy.organization_members (organization_id, user_id, role)"
            " select %s, user_id, %s::tenancy.member_role from new_user",
            [f"{role}@example.org", organization_id, role],
        )
    ordered = pipeline.execute("select role::text as name from tenancy.organization_members order by role").fetchall()
    assert [role for (role,) in ordered] == ROLES
    may_edit = pipeline.execute("select role::text from tenancy.organization_members where role >= 'editor'").fetchall()
    assert {role for (role,) in may_edit} == {"editor", "manager", "admin", "owner"}


@pytest.mark.parametrize("slug", ["", "Upper", "-first", "last-", "with space", "a" * 64, "a/b", "..", "a\n"])
def test_a_slug_that_is_not_a_folder_name_is_rejected(slug: str, pipeline: Connection):
    with pytest.raises(errors.CheckViolation):
        new_organization(pipeline, slug)


def test_an_email_address_identifies_one_user_regardless_of_case(pipeline: Connection):
    pipeline.execute("insert into tenancy.users (email) values ('Someone@Example.org')")
    with pytest.raises(errors.UniqueViolation):
        pipeline.execute("insert into tenancy.users (email) values ('someone@example.org')")


def test_updated_at_is_the_time_of_the_change(pipeline: Connection):
    new_organization(pipeline, "new")
    pipeline.commit()
    rows = pipeline.execute(
        "update tenancy.organizations set updated_at = '2001-01-01', name = 'N' where slug = 'new'"
        " returning updated_at = now(), created_at < now()"
    ).fetchall()
    assert rows == [(True, True)]
