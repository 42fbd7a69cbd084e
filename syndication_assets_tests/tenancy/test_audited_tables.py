"""Every change of a person is in a log: no table that people maintain is without a trigger that writes one."""

import re
from pathlib import Path

import psycopg
import pytest

from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server

MANUAL = Path(__file__).resolve().parent.parent.parent / "docs"
# What commands write. Tables whose comments call them user-maintained, and those that the manual writes, are found.
WRITTEN_BY_COMMANDS = {
    *("catalogue.vendors", "channels.credentials", "channels.social_accounts", "content.approvals"),
    *("content.posts_content", "content.section_channels", "landing.files", "landing.quarantine"),
    *("publishing.lost_calls", "publishing.post_targets", "publishing.publishing_schedules"),
    *("tenancy.api_keys", "tenancy.invitations", "tenancy.organization_members", "tenancy.organizations"),
    *("tenancy.database_logins", "tenancy.passwords", "tenancy.role_permissions", "tenancy.users"),
}
_MAINTAINED = """
select distinct c.oid::regclass::text
from pg_class as c
inner join pg_description as d on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
where c.relkind in ('r', 'p') and d.description ilike '%user-maintained%'
"""
_LOGGED = """
select distinct t.tgrelid::regclass::text
from pg_trigger as t
where
    t.tgfoid::regproc::text in (
        'tenancy.write_audit_log', 'tenancy.write_account_change', 'channels.write_rule_change',
        'channels.write_credential_audit_log'
    )
"""


def written_by_sql(page: str) -> set[str]:
    """The tables that the SQL of a page of the manual writes."""
    return {
        table
        for block in re.findall(r"^```sql\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
        for table in re.findall(r"(?:insert into|update|delete from) ([a-z]+\.[a-z_]+)", block)
    }


def tables_without_a_log(connection: psycopg.Connection) -> set[str]:
    """The tables that people maintain and whose changes no trigger logs."""
    in_manual = {table for page in MANUAL.glob("*.md") for table in written_by_sql(page.read_text())}
    maintained = {table for (table,) in connection.execute(_MAINTAINED)}
    assert "publishing.publishing_schedules" in maintained
    logged = {table for (table,) in connection.execute(_LOGGED)}
    return (maintained | in_manual | WRITTEN_BY_COMMANDS) - logged


def test_a_table_that_the_manual_writes_is_found():
    page = "```sql\ninsert into tenancy.role_permissions (role) values ('editor');\n```\n```sh\nupdate a.b\n```\n"
    assert written_by_sql(page) == {"tenancy.role_permissions"}


def test_every_table_that_people_maintain_has_a_log_and_a_missing_one_is_found(database_url: str):
    with psycopg.connect(database_url) as connection:
        assert tables_without_a_log(connection) == set()
        connection.execute("drop trigger vendors_audit on catalogue.vendors")
        assert tables_without_a_log(connection) == {"catalogue.vendors"}


def test_the_log_holds_neither_addresses_nor_hashes_nor_scraped_people(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into tenancy.users (email, display_name) values ('isla@bakery.example', 'Isla Crumb')"
        )
        connection.execute(
            "insert into tenancy.passwords select user_id, '$argon2id$secret', 1, null, now() from tenancy.users"
        )
        connection.execute("update tenancy.passwords set password_hash = '$argon2id$other'")
        connection.execute("update tenancy.users set is_active = false")
        connection.execute(
            "insert into scraping.profiles (organization_id, platform, username, name, is_tracked)"
            " select organization_id, 'linkedin', 'isla-crumb', 'Isla Crumb', true from tenancy.organizations"
        )
        logged = connection.execute(
            "select table_name, new_values::text from tenancy.account_changes union all"
            " select table_name, row_key::text || new_values from tenancy.audit_log order by 1"
        ).fetchall()
    tables = [table for table, _ in logged]
    assert tables.count("tenancy.users") == tables.count("tenancy.passwords") == 2
    assert tables.count("scraping.profiles") == 1
    assert not any(re.search("isla|crumb|argon", text, re.IGNORECASE) for _, text in logged)


@pytest.mark.both_servers
def test_a_login_that_belongs_to_a_user_always_acts_as_the_user(server: Server, database_url: str):
    with login(server.url("postgres"), member_of="syndication_pipeline") as name:
        with psycopg.connect(database_url) as connection:
            (user_id,) = connection.execute(
                "insert into tenancy.users (email) values ('a@b.c') returning user_id"
            ).fetchall()[0]
            connection.execute("insert into tenancy.database_logins values (%s, %s)", [user_id, name])
        with psycopg.connect(url_as(name, database_url)) as connection:
            connection.execute("set role syndication_pipeline")
            connection.execute("set app.actor = 'somebody else'")
            connection.execute("update tenancy.organizations set name = 'Mine'")
            connection.execute("update channels.platforms set display_name = 'Mine'")
        with psycopg.connect(database_url) as connection:
            actor = "select actor from tenancy.audit_log where new_values ->> 'name' = 'Mine'"
            assert connection.execute(actor).fetchall() == [(user_id,)]
            assert connection.execute("select tenancy.actor_name(%s)", [user_id]).fetchone() == ("a@b.c",)
