"""Our event log stores the same events as Dagster's own, and survives a restart of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
import sqlalchemy
import yaml

from syndication_assets.automation.run_tags import range_tags
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server

OURS = "syndication_assets.automation.dagster_event_log", "PooledPostgresEventLogStorage"
DAGSTERS = "dagster_postgres", "PostgresEventLogStorage"
DAYS = dg.DailyPartitionsDefinition("2025-11-01", end_date="2025-12-01")


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run(), tags={"kind": "upstream"})
def upstream() -> None: ...


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run(), deps=[upstream])
def downstream(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"days": len(context.partition_keys)})


@dg.asset_check(asset=downstream)
def is_there() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


definitions = dg.Definitions(
    assets=[upstream, downstream], asset_checks=[is_there], jobs=[dg.define_asset_job("graph", selection="*")]
)


@pytest.fixture(autouse=True)
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets the batch size of the command line."""
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")


@pytest.fixture
def storage_url(server: Server, dagster_template: str) -> Iterator[str]:
    with new_database(server, dagster_template) as url:
        yield url


def make_instance(directory: Path, url: str, event_log: tuple[str, str]) -> dg.DagsterInstance:
    driver_url = url.replace("postgresql://", "postgresql+psycopg2://")

    def storage(module: str, name: str) -> dict[str, Any]:
        return {"module": module, "class": name, "config": {"postgres_url": driver_url}}

    directory.mkdir()
    configuration = {
        "run_storage": storage("dagster_postgres", "PostgresRunStorage"),
        "event_log_storage": storage(*event_log),
        "schedule_storage": storage("dagster_postgres", "PostgresScheduleStorage"),
        "telemetry": {"enabled": False},
    }
    (directory / "dagster.yaml").write_text(yaml.safe_dump(configuration))
    return dg.DagsterInstance.from_config(str(directory))


def run_three_days(instance: dg.DagsterInstance) -> None:
    result = definitions.resolve_job_def("graph").execute_in_process(
        instance=instance, tags=range_tags("2025-11-03", "2025-11-05")
    )
    assert result.success


def stored(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The contents of the event log's tables, without ids and times."""
    statements = {
        "events": "select dagster_event_type, asset_key, partition, step_key, count(*) from event_logs"
        " where dagster_event_type like 'ASSET%' group by 1, 2, 3, 4 order by 1, 2, 3, 4",
        "assets": "select asset_key, last_run_id is not null, last_materialization is not null, tags"
        " from asset_keys order by 1",
        "tags": "select asset_key, key, value, count(*) from asset_event_tags where key not like '%%/%%'"
        " group by 1, 2, 3 order by 1, 2, 3",
        "checks": "select asset_key, check_name, execution_status, evaluation_event_storage_id is not null,"
        " materialization_event_storage_id is not null, partition, abs(extract(epoch from"
        " evaluation_event_timestamp - (now() at time zone 'utc'))) < 300 from asset_check_executions order by 1, 2, 6",
        "times": "select distinct abs(extract(epoch from timestamp - (now() at time zone 'utc'))) < 300"
        " from event_logs",
    }
    with psycopg.connect(url) as connection:
        return {name: connection.execute(statement).fetchall() for name, statement in statements.items()}


def test_a_range_run_stores_the_same_rows_as_dagsters_own_event_log(
    server: Server, dagster_template: str, storage_url: str, tmp_path: Path
):
    with make_instance(tmp_path / "ours", storage_url, OURS) as instance:
        run_three_days(instance)
    ours = stored(storage_url)
    with new_database(server, dagster_template) as other_url:
        with make_instance(tmp_path / "dagsters", other_url, DAGSTERS) as instance:
            run_three_days(instance)
        assert ours == stored(other_url)
    planned = [row for row in ours["events"] if row[0] == "ASSET_MATERIALIZATION_PLANNED"]
    assert {(asset, day) for _, asset, day, _, _ in planned} == {
        (asset, f"2025-11-0{day}") for asset in ('["upstream"]', '["downstream"]') for day in (3, 4, 5)
    }
    assert ('["downstream"]', "is_there", "SUCCEEDED", True, True, None, True) in ours["checks"]


def test_the_planned_events_of_a_run_are_stored_before_its_first_step(storage_url: str, tmp_path: Path):
    with make_instance(tmp_path / "ours", storage_url, OURS) as instance:
        run = instance.create_run_for_job(
            definitions.resolve_job_def("graph"), tags=range_tags("2025-11-03", "2025-11-05")
        )
        planned = instance.get_records_for_run(
            run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
        ).records
        assert len(planned) == 6
        assert [str(record.partition_key) for record in planned[:3]] == ["2025-11-03", "2025-11-04", "2025-11-05"]
        # The UI lists planned assets, too.
        assert {key.to_user_string() for key in instance.all_asset_keys()} == {"upstream", "downstream"}


def test_connections_closed_by_the_server_are_replaced(storage_url: str, tmp_path: Path):
    with make_instance(tmp_path / "ours", storage_url, OURS) as instance:
        run_three_days(instance)
        with psycopg.connect(storage_url, autocommit=True) as connection:
            ended = connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            ).fetchall()
        assert ended != []
        run_three_days(instance)


class Cost:
    """The connections and the statements of all SQLAlchemy engines, counted while `counted` runs."""

    def __init__(self) -> None:
        self.connections = 0
        self.inserts = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        listeners = [
            (sqlalchemy.pool.Pool, "connect", self._on_connect),
            (sqlalchemy.engine.Engine, "before_cursor_execute", self._on_execute),
        ]
        for target, name, listener in listeners:
            sqlalchemy.event.listen(target, name, listener)
        try:
            yield
        finally:
            for target, name, listener in listeners:
                sqlalchemy.event.remove(target, name, listener)

    def _on_connect(self, *_: Any) -> None:
        self.connections += 1

    def _on_execute(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.inserts += statement.lower().lstrip().startswith("insert into event_logs")


def cost_of_planning(directory: Path, url: str, event_log: tuple[str, str]) -> Cost:
    """What it costs to create a run of all days, which stores two planned events a day."""
    cost = Cost()
    with make_instance(directory, url, event_log) as instance:
        job = definitions.resolve_job_def("graph")
        with cost.counted():
            instance.create_run_for_job(job, tags=range_tags("2025-11-01", "2025-11-30"))
    return cost


def test_dagsters_own_event_log_still_stores_planned_events_singly(
    server: Server, dagster_template: str, storage_url: str, tmp_path: Path
):
    """If this fails, upstream has caught up: remove `PooledPostgresEventLogStorage`, and name Dagster's own class."""
    dagsters = cost_of_planning(tmp_path / "dagsters", storage_url, DAGSTERS)
    with new_database(server, dagster_template) as other_url:
        ours = cost_of_planning(tmp_path / "ours", other_url, OURS)
    assert dagsters.inserts >= 60
    assert dagsters.connections >= 60
    assert ours.inserts <= 3
    assert ours.connections <= 10


def test_the_projects_instance_uses_this_event_log():
    from syndication_assets.settings import PROJECT_DIRECTORY  # noqa: PLC0415

    configuration = yaml.safe_load((PROJECT_DIRECTORY / "syndication_assets/automation/dagster.yaml").read_text())[
        "event_log_storage"
    ]
    assert (configuration["module"], configuration["class"]) == OURS
