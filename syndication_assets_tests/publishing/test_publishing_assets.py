"""The publishing assets as Dagster runs them, and no trace of a token after a run full of errors."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from syndication_assets.automation.run_tags import range_tags
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.publishing import assets, checks
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error, serve
from syndication_assets_tests.publishing.publishing_queue import DAY, KEYS, TOKEN, PublishingQueue

pytestmark = pytest.mark.one_server

JOB = dg.define_asset_job("everything", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
DEFINITIONS = dg.Definitions(
    assets=[assets.publishing_schedules, assets.content_processes, assets.post_targets, assets.publish_due_targets],
    asset_checks=[checks.publishing_checks],
    jobs=[JOB],
    resources={"postgres": PostgresResource()},
    executor=dg.in_process_executor,
)


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with serve() as served:
        yield served


@pytest.fixture
def instance(
    shared_database: str, graph: FakeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_FACEBOOK_URL", graph.url)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)
    monkeypatch.setenv("SYNDICATION_SENT_URL", str(tmp_path / "sent"))
    with dg.DagsterInstance.local_temp(str(tmp_path), {"telemetry": {"enabled": False}}) as local:
        yield local


def run(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return DEFINITIONS.resolve_job_def(JOB.name).execute_in_process(
        instance=instance, tags=range_tags(DAY.isoformat(), "2025-11-04"), raise_on_error=False
    )


def test_a_range_is_planned_and_published_in_one_run_and_its_checks_pass(
    queue: PublishingQueue, instance: dg.DagsterInstance
):
    queue.schedule(queue.page())
    queue.approved()
    queue.approved()
    result = run(instance)
    assert result.success
    assert queue.states() == ["published", "published"]
    assert {e.check_name for e in result.get_asset_check_evaluations() if not e.passed} == set()
    (planned,) = result.asset_materializations_for_node("publishing__post_targets")[-1:]
    assert planned.metadata["targets_written"].value == 2
    (published,) = result.asset_materializations_for_node("publishing__publish_due_targets")
    assert (published.metadata["calls"].value, published.metadata["published"].value) == (2, 2)
    assert queue.value("select dagster_run_id from publishing.execution_history") == result.run_id
    recorded = queue.records(
        "select execution_id, process, step, status::text, rows_in, rows_out, triggered_by::text"
        " from operations.execution_history order by process"
    )
    ids = [row.pop("execution_id") for row in recorded]
    both = {"status": "success", "rows_in": 2, "rows_out": 2, "triggered_by": "person"}
    assert recorded == [
        {"process": "planning", "step": "publishing/post_targets", **both},
        {"process": "publishing", "step": "publishing/publish_due_targets", **both},
    ]
    assert [planned.metadata["executions"].value, published.metadata["executions"].value] == ids
    assert queue.value("select count(*) from publishing.content_processes") == 8


def test_an_account_that_cannot_be_served_is_a_failed_check_that_says_why(
    queue: PublishingQueue, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    queue.due(queue.page(publisher="facebook_graph"))
    monkeypatch.delenv("SYNDICATION_SECRET_KEYS")
    result = run(instance)
    assert result.success
    (failed,) = [e for e in result.get_asset_check_evaluations() if e.check_name == assets.SERVED_CHECK]
    assert not failed.passed
    assert "SYNDICATION_SECRET_KEYS" in (failed.description or "")


def test_the_token_is_found_nowhere_after_a_run_in_which_everything_failed(
    queue: PublishingQueue,
    instance: dg.DagsterInstance,
    graph: FakeGraph,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(0)
    for number in range(6):
        queue.due(queue.page(f"page{number}", "facebook_graph"))
    graph.responses.extend(
        [
            Response(400, error(190, f"Cannot parse {TOKEN}")),
            Response(400, error(100, f"Invalid parameter {TOKEN}")),
            Response(500, TOKEN.encode()),
            Response(200, f"<html>{TOKEN}".encode()),
            Response(body=None),
            Response(400, error(32, TOKEN), {"Retry-After": "60"}),
        ]
    )
    result = run(instance)
    assert result.success
    assert len(graph.requests) >= 6
    assert all(request["form"].get("access_token", TOKEN) == TOKEN for request in graph.requests)
    with psycopg.connect(queue.url) as connection:
        tables = [
            table
            for (table,) in connection.execute(
                "select c.oid::regclass::text from pg_class c where c.relkind = 'r' and c.relnamespace::regnamespace"
                " not in ('pg_catalog', 'information_schema')"
            )
        ]
        in_database = "".join(
            str(connection.execute(f"select to_jsonb(t)::text from {table} t").fetchall()) for table in tables
        )
    in_files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    events = repr(list(instance.all_logs(result.run_id)))
    output = capfd.readouterr()
    for place in (in_database, in_files.decode(errors="replace"), events, caplog.text, output.out, output.err):
        assert "canary" not in place
    assert "[token]" in in_database
    assert len(in_files) > 10_000
