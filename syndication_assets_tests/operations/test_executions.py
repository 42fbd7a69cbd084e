"""Executions are recorded whatever becomes of their process, and those that do nothing are one row a day."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.executions.execution_recording import Execution, close_dead_executions, executing
from syndication_assets.operations.executions.history import ListedExecution, list_executions
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.executions.tally import Channel
from syndication_assets_tests.rows import DatabaseRows

STEP = "scraping/linkedin_apify_files"
FEED = Channel("facebook", "feed_post", "product_post")
_WORK = """
import sys
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.executions.execution_recording import executing
with executing(sys.argv[1], {"fetching": "scraping/linkedin_apify_files"}, Origin("schedule", "fetch_schedule")):
    pass
"""


class History(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")

    @contextmanager
    def at_work(self, step: str = STEP, origin: Origin | None = None) -> Iterator[Execution]:
        with executing(self.url, {"fetching": step}, origin or Origin()) as executions:
            yield executions["fetching"]

    def end(self, *, rejected: int = 0, went_out: int = 0, channel: Channel = FEED) -> None:
        """One execution with these counts."""
        with self.at_work() as execution:
            execution.tally.add(
                self.organization_id, channel, came_in=rejected + went_out, went_out=went_out, rejected=rejected
            )

    def listed(self, **filters: object) -> list[ListedExecution]:
        with transaction(self.url) as connection:
            return list_executions(
                connection,
                since=datetime.now(UTC) - timedelta(days=1),
                with_idle=True,
                **filters,  # type: ignore[arg-type]
            )

    def statuses(self) -> list[str]:
        return [row.status for row in self.listed()]

    def failing(self) -> list[tuple[str, int]]:
        with transaction(self.url) as connection:
            found = find_conditions(connection, {})
        return [(c.severity, int(c.value or 0)) for c in found.conditions if c.kind == "process_fails"]


@pytest.fixture
def history(database_url: str) -> History:
    return History(database_url)


@pytest.mark.both_servers
def test_an_execution_is_a_row_with_its_origin_and_its_counts(database_url: str):
    history = History(database_url)
    with history.at_work(origin=Origin("schedule", "fetch_schedule", "run-1")) as execution:
        assert history.statuses() == ["running"]
        execution.tally.add(
            "default", came_in=3, went_out=2, rejected=1, reason="One is private.", outcomes={"files_landed": 2}
        )
        execution.tally.charge("default", 0.25, "USD")
    (row,) = history.listed()
    assert row._replace(started_at=None, finished_at=None) == (
        execution.execution_ids[0], "default", "fetching", STEP, None, None, None, "partial", "schedule",
        "fetch_schedule", "run-1", None, None, 3, 2, 1, {"files_landed": 2}, row.cost, "USD", 1,
        "1 of 3 were rejected. One is private.",
    )  # fmt: skip
    assert float(row.cost or 0) == 0.25
    assert execution.started_at <= (row.finished_at or execution.started_at)
    assert execution.metadata == {"executions": row.execution_id}


def test_executions_without_anything_to_do_are_one_row_a_day(history: History):
    for _ in range(3):
        with history.at_work() as execution:
            pass
        assert execution.metadata == {}
    assert [(row.status, row.times) for row in history.listed()] == [("idle", 3)]
    with transaction(history.url) as connection:
        assert list_executions(connection, since=datetime.now(UTC) - timedelta(days=1)) == []


def test_an_error_is_recorded_without_what_is_not_our_own_words(history: History):
    with pytest.raises(SyndicationError), history.at_work():
        raise SyndicationError("The shop is away: https://shop.example/?access_token=EAABcanary123456")
    with pytest.raises(KeyError), history.at_work():
        raise KeyError("canary")
    assert [row.error_message for row in history.listed()] == [
        "It failed with KeyError: see its run in Dagster.",
        "The shop is away: https://shop.example/?access_token=[secret]",
    ]


def test_what_was_counted_before_an_error_stays(history: History):
    def fail(execution: Execution) -> None:
        execution.tally.add("default", FEED, came_in=1, went_out=1)
        raise SyndicationError("The second channel failed.")

    with pytest.raises(SyndicationError), history.at_work() as execution:
        fail(execution)
    assert sorted((row.status, row.platform) for row in history.listed()) == [("failed", None), ("success", "facebook")]


def test_every_organization_has_its_own_row_and_a_paused_one_has_none(history: History):
    history.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme')")
    history.execute("insert into tenancy.organizations (slug, name, is_active) values ('gone', 'Gone', false)")
    with history.at_work() as execution:
        execution.tally.add("acme", came_in=1, went_out=1)
    assert sorted((row.organization, row.status) for row in history.listed()) == [
        ("acme", "success"),
        ("default", "idle"),
    ]
    assert [row.status for row in history.listed(organization="acme")] == ["success"]


@pytest.mark.parametrize(("fault_point", "statuses"), [("", ["idle"]), ("executions.open", ["killed"])])
def test_a_killed_process_leaves_a_row_that_says_so(fault_point: str, statuses: list[str], history: History):
    environment = os.environ | {"SYNDICATION_FAULT_POINT": fault_point}
    subprocess.run([sys.executable, "-c", _WORK, history.url], env=environment, check=False, timeout=60)
    for _ in range(50):
        with transaction(history.url) as connection:
            close_dead_executions(connection)
        if history.statuses() == statuses:
            break
    (row,) = history.listed()
    assert [row.status] == statuses
    assert (row.triggered_by, row.actor) == ("schedule", "fetch_schedule")
    if fault_point:
        assert "Its process died" in (row.error_message or "")
        assert row.finished_at is not None


def test_a_living_process_is_not_closed(history: History):
    with history.at_work():
        with transaction(history.url) as connection:
            assert close_dead_executions(connection) == 0
        assert history.statuses() == ["running"]


def test_a_process_that_was_taken_for_dead_replaces_its_row(history: History):
    with history.at_work() as execution:
        history.execute(
            "update operations.execution_history set status = 'killed', finished_at = now(), error_message = 'Dead.'"
        )
        execution.tally.add("default", came_in=1, went_out=1)
    assert history.statuses() == ["success"]


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("f", []),
        ("ff", [("warning", 2)]),
        ("fff", [("error", 3)]),
        ("ffs", []),
        ("sff", [("warning", 2)]),
        ("ffi", [("warning", 2)]),
        ("ffo", [("warning", 2)]),
    ],
)
def test_failures_in_a_row_are_a_problem_until_the_same_channel_succeeds(
    ends: str, found: list[tuple[str, int]], history: History
):
    for end in ends:
        if end == "i":
            with history.at_work():
                pass
        else:
            channel = Channel("facebook", "story_post", "product_post") if end == "o" else FEED
            history.end(rejected=int(end == "f"), went_out=int(end in "so"), channel=channel)
    assert history.failing() == found


@pytest.mark.parametrize("better", ["", "idle", "success"])
def test_a_step_that_stopped_with_an_error_is_a_problem_until_it_ends_well(better: str, history: History):
    for _ in range(3):
        with pytest.raises(SyndicationError), history.at_work():
            raise SyndicationError("No.")
    if better == "idle":
        with history.at_work():
            pass
    if better == "success":
        history.end(went_out=1)
    assert history.failing() == ([] if better else [("error", 3)])


def test_readers_see_only_their_organization(history: History):
    history.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme')")
    with history.at_work() as execution:
        execution.tally.add("acme", came_in=1, went_out=1)
    with transaction(history.url, role="syndication_reader") as connection:
        connection.execute("select set_config('app.organization_id', %s, true)", [history.organization_id])
        rows = connection.execute("select status::text from operations.execution_history").fetchall()
    assert rows == [("idle",)]
