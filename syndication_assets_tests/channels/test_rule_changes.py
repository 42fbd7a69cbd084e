"""The history of shared rules: the transaction of every change records it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import load_sql, transaction

SHARED_RULES = {
    "channels.platforms": "display_name = 'Other'",
    "channels.channel_types": "display_name = 'Other'",
    "channels.platform_channels": "notes = 'ours'",
    "channels.channel_requirements": "description = 'Other'",
    "channels.publisher_channels": "publisher = 'other_' || publisher",
    "publishing.content_processes": "is_active = not is_active",
    "operations.api_prices": "output_price = 7",
}
LENGTH = {"platform": "facebook", "channel_type": "feed_post", "requirement_category": "content"} | {
    "requirement_key": "text_length"
}
OF_LENGTH = " and ".join(f"{column} = '{value}'" for column, value in LENGTH.items())

Connection = psycopg.Connection[Any]


@pytest.fixture
def pipeline(reference_url: str) -> Iterator[Connection]:
    """A session with the role of the pipeline, after the first load; it is rolled back at the end."""
    with transaction(reference_url) as connection:
        connection.execute(load_sql("publishing/content_processes/merge.sql"))
        connection.execute("insert into operations.api_prices values ('x', 'small', 1, '2025-01-01', 'USD', 1, 1, 2)")
    with psycopg.connect(reference_url) as connection:
        connection.execute("set role syndication_pipeline")
        connection.commit()
        yield connection
        connection.rollback()


def newest(connection: Connection) -> tuple[Any, ...]:
    """Action, table, key, old and new values of the newest change."""
    return connection.execute(
        "select action, table_name, row_key, old_values, new_values from channels.rule_changes"
        " order by occurred_at desc, action desc limit 1"
    ).fetchall()[0]


def count(connection: Connection) -> int:
    return int(connection.execute("select count(*) from channels.rule_changes").fetchall()[0][0])


def test_an_edit_is_recorded_with_actor_time_and_both_values(pipeline: Connection):
    pipeline.execute("select set_config('app.actor', 'isla', true)")
    pipeline.execute(f"update channels.channel_requirements set maximum = 300 where {OF_LENGTH}")
    action, table, key, before, after = newest(pipeline)
    assert (action, table, key) == ("update", "channels.channel_requirements", LENGTH)
    assert (before["maximum"], after["maximum"]) == (400, 300)
    assert pipeline.execute(
        "select actor, occurred_at = now() from channels.rule_changes where action = 'update'"
    ).fetchall() == [("isla", True)]


def test_inserted_and_deleted_rows_are_recorded_in_full(pipeline: Connection):
    pipeline.execute("insert into channels.platforms (platform, display_name) values ('lemmy', 'Lemmy')")
    pipeline.commit()
    action, table, key, before, after = newest(pipeline)
    assert (action, table, key, before) == ("insert", "channels.platforms", {"platform": "lemmy"}, None)
    assert after["display_name"] == "Lemmy"
    pipeline.execute("delete from channels.platforms where platform = 'lemmy'")
    pipeline.commit()
    action, _, key, before, after = newest(pipeline)
    assert (action, key, before["display_name"], after) == ("delete", {"platform": "lemmy"}, "Lemmy", None)


@pytest.mark.parametrize("table", SHARED_RULES)
def test_every_table_of_shared_rules_has_a_history(table: str, pipeline: Connection):
    rows = pipeline.execute(f"select count(*) from {table}").fetchall()[0][0]
    written = "select count(*) from channels.rule_changes where table_name = %s and action = %s"
    assert pipeline.execute(written, [table, "insert"]).fetchall() == [(rows,)]
    pipeline.execute(f"update {table} set {SHARED_RULES[table]}")
    assert pipeline.execute(written, [table, "update"]).fetchall() == [(rows,)]
    assert rows > 0


def test_a_load_that_changes_nothing_writes_nothing(pipeline: Connection):
    before = count(pipeline)
    load_reference(pipeline, read_reference())
    pipeline.execute(load_sql("publishing/content_processes/merge.sql"))
    assert count(pipeline) == before
    pipeline.execute("update channels.platforms set display_name = display_name")
    assert count(pipeline) == before, "writing the existing value is not a change"
    pipeline.execute("delete from channels.channel_requirements where requirement_key = 'text_length'")
    load_reference(pipeline, read_reference())
    assert count(pipeline) > before


def test_a_change_that_is_rolled_back_leaves_no_row(pipeline: Connection):
    before = count(pipeline)
    pipeline.execute(f"update channels.channel_requirements set maximum = 300 where {OF_LENGTH}")
    assert count(pipeline) == before + 1
    pipeline.rollback()
    assert count(pipeline) == before


@pytest.mark.parametrize("role", ["syndication_pipeline", "syndication_owner", None])
@pytest.mark.parametrize(
    "change",
    [
        "update channels.rule_changes set actor = 'nobody'",
        "delete from channels.rule_changes",
        "truncate channels.rule_changes",
    ],
)
def test_no_role_can_change_the_log(change: str, role: str | None, pipeline: Connection):
    before = count(pipeline)
    pipeline.commit()
    pipeline.execute("reset role" if role is None else f"set local role {role}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pipeline.execute(change)
    pipeline.rollback()
    assert count(pipeline) == before > 0


def test_only_the_trigger_writes_the_log(pipeline: Connection):
    forged = "insert into channels.rule_changes (actor, action, table_name, row_key) values ('a', 'b', 'c', '{}')"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pipeline.execute(forged)


def test_a_reader_sees_the_changes_but_not_the_actors(pipeline: Connection):
    pipeline.execute("reset role")
    pipeline.execute("set local role syndication_reader")
    seen = pipeline.execute(
        "select count(*) from (select table_name, row_key, new_values from channels.rule_changes) r"
    )
    assert seen.fetchall()[0][0] > 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pipeline.execute("select actor from channels.rule_changes")
