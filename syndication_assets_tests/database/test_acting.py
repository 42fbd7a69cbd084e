"""Who acts in a transaction, in psql, and in a run of Dagster."""

import os
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.acting import acting_as, acting_as_service, user_who_acts
from syndication_assets.database.connection import connect, transaction
from syndication_assets.database.postgres_resource import PostgresResource


def test_transactions_and_sessions_tell_the_database_who_acts_and_a_block_ends_that(database_url: str):
    question = "select tenancy.current_actor(), nullif(current_setting('app.actor', true), '')"

    def told() -> list[tuple[str, str | None]]:
        with transaction(database_url) as connection, connect(database_url, autocommit=True) as session:
            return [*connection.execute(question).fetchall(), *session.execute(question).fetchall()]

    before = told()
    with acting_as("usr-00000001"):
        assert told() == [("usr-00000001", "usr-00000001")] * 2
        with acting_as_service():
            assert user_who_acts() is None
            assert told() == [("service:dagster", None)] * 2
        assert user_who_acts() == "usr-00000001"
    assert told() == before
    assert all(setting is None for _, setting in before)


@dg.asset
def changed_by_a_run(postgres: PostgresResource) -> None:
    with transaction(postgres.url()) as connection:
        connection.execute("update tenancy.organizations set name = 'changed by a run'")


def test_a_run_of_dagster_acts_as_the_service_and_not_as_who_started_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    with acting_as("usr-00000001"):
        assert dg.materialize([changed_by_a_run], resources={"postgres": PostgresResource()}).success
        assert user_who_acts() == "usr-00000001"
    with transaction(database_url) as connection:
        actors = connection.execute("select actor from tenancy.audit_log where action = 'update'").fetchall()
    assert actors == [("service:dagster",)]


def test_psql_acts_as_the_user_and_keeps_the_options_of_the_url(database_url: str, monkeypatch: pytest.MonkeyPatch):
    calls: list[list[str]] = []

    def execve(program: str, arguments: list[str], environment: Any) -> None:
        calls.append(arguments)

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv(
        "SYNDICATION_DATABASE_URL", f"{database_url}{'&' if '?' in database_url else '?'}options=-c%20work_mem%3D5MB"
    )
    with transaction(database_url) as connection:
        row = connection.execute("insert into tenancy.users (email) values ('a@b.c') returning user_id").fetchone()
    assert row is not None
    result = CliRunner().invoke(main, ["--as", "a@b.c", "psql"])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["psql"]).exit_code == 0
    assert f"options='-c work_mem=5MB -c app.actor={row[0]}'" in calls[0][1]
    assert "app.actor" not in calls[1][1]
