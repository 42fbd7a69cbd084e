"""The rights to migrate: no superuser is needed, and a missing right is reported with the statements that grant it."""

import re
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from syndication_assets.database.migrating.migrations import MigrationError, find_migrations, migrate, rollback
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server
from syndication_assets_tests.system_catalogue import catalogue

pytestmark = pytest.mark.both_servers


def execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def own(url: str, login_name: str) -> None:
    execute(url, "alter database {} owner to {}", urlsplit(url).path[1:], login_name)


def what_to_run(error: MigrationError) -> str:
    """The statements in the message for an administrator."""
    found = re.search(r"Let an administrator run: (.*;) then migrate again\.", str(error))
    assert found is not None, str(error)
    return found[1]


def test_a_login_with_createrole_that_owns_the_database_migrates_a_new_server(server_without_roles: Server):
    with (
        login(server_without_roles.url("postgres"), "createrole") as name,
        new_database(server_without_roles, "template0") as url,
    ):
        own(url, name)
        assert migrate(url_as(name, url)) == find_migrations()
        with psycopg.connect(url_as(name, url)) as connection:
            lines = catalogue(connection)
        # The objects belong to the role, not to the login.
        assert not [line for line in lines if name in line]
        rollback(url_as(name, url), steps=len(find_migrations()))
        migrate(url_as(name, url))


def test_a_login_without_createrole_is_told_which_roles_to_ask_for_and_then_migrates(server_without_roles: Server):
    with login(server_without_roles.url("postgres")) as name, new_database(server_without_roles, "template0") as url:
        own(url, name)
        with pytest.raises(MigrationError, match=f"{name} may not create the role syndication_owner") as caught:
            migrate(url_as(name, url))
        execute(url, what_to_run(caught.value))
        assert migrate(url_as(name, url)) == find_migrations()


@pytest.mark.usefixtures("template_database")
def test_a_login_without_the_roles_is_told_to_ask_for_them_and_then_migrates(server: Server):
    with login(server.url("postgres")) as name, new_database(server, "template0") as url:
        own(url, name)
        with pytest.raises(MigrationError, match=f"{name} may not act as the role syndication_owner") as caught:
            migrate(url_as(name, url))
        assert "create role" not in what_to_run(caught.value)
        execute(url, what_to_run(caught.value))
        assert migrate(url_as(name, url)) == find_migrations()
        migrations = find_migrations()
        assert rollback(url_as(name, url), steps=len(migrations) - 1) == migrations[:0:-1]


@pytest.mark.both_servers(False)
@pytest.mark.usefixtures("template_database")
def test_a_login_that_does_not_own_the_database_is_told_to_ask_for_it_and_then_migrates(server: Server):
    with login(server.url("postgres")) as name, new_database(server, "template0") as url:
        execute(url, "grant syndication_owner, syndication_pipeline, syndication_reader to {}", name)
        with pytest.raises(MigrationError, match=f"{name} may not make tables in the database") as caught:
            migrate(url_as(name, url))
        execute(url, what_to_run(caught.value))
        assert migrate(url_as(name, url)) == find_migrations()


@pytest.mark.both_servers(False)
@pytest.mark.usefixtures("template_database")
def test_a_login_that_may_only_make_tables_is_told_to_ask_for_schemas_too(server: Server):
    with login(server.url("postgres")) as name, new_database(server, "template0") as url:
        execute(url, "grant create on schema public to {}", name)
        execute(url, "grant syndication_owner, syndication_pipeline, syndication_reader to {}", name)
        with pytest.raises(MigrationError, match=f"{name} may not create schemas in the database") as caught:
            migrate(url_as(name, url))
        execute(url, what_to_run(caught.value))
        assert migrate(url_as(name, url)) == find_migrations()


@pytest.mark.usefixtures("template_database")
def test_a_public_schema_that_everyone_may_write_to_is_closed(server: Server):
    with login(server.url("postgres")) as name, new_database(server, "template0") as url:
        execute(url, "grant create on schema public to public")
        execute(url_as(name, url), "create table public.before (id integer)")
        migrate(url)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(url_as(name, url), "create table public.after (id integer)")
