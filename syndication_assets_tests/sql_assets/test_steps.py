"""Steps: temporary tables that later statements of the same transaction read by name."""

from datetime import date

import pytest

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.sql_assets.steps import run_steps

pytestmark = pytest.mark.both_servers

FOLDER = "content/section_selections"
STEPS = ("waiting_channels", "published_documents")
DAY = {"selected_on": date(2025, 11, 3)}


def test_a_step_can_run_again_in_its_transaction(database_url: str):
    with transaction(database_url) as connection:
        for _ in range(2):
            run_steps(connection, FOLDER, STEPS, DAY)
            assert connection.execute("select count(*) from waiting_channels").fetchall() == [(0,)]


def test_the_planner_knows_the_size_of_a_step(database_url: str):
    with transaction(database_url) as connection:
        run_steps(connection, FOLDER, STEPS, DAY)
        sizes = connection.execute(
            "select relname, reltuples from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'"
        ).fetchall()
    assert dict(sizes) == dict.fromkeys(STEPS, 0), "-1 is a table without statistics"


def test_a_step_needs_the_steps_before_it(database_url: str):
    with pytest.raises(DatabaseError, match="waiting_channels"), transaction(database_url) as connection:
        run_steps(connection, FOLDER, STEPS[1:], DAY)


def test_steps_are_dropped_with_their_transaction(database_url: str):
    with transaction(database_url) as connection:
        run_steps(connection, FOLDER, STEPS, DAY)
    with transaction(database_url) as connection:
        found = connection.execute("select count(*) from pg_class where relname = 'published_documents'").fetchall()
    assert found == [(0,)]
