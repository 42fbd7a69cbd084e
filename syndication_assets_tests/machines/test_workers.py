"""Workers on several machines end in the tables of one machine, whatever dies in between.

Sixty days of two rooms, through Dagster's own queue, daemon and launcher, Redis and Celery's workers.
"""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterEventType, DagsterRun

from syndication_assets.automation.jobs import daily_job
from syndication_assets.automation.range_run import materialize_range
from syndication_assets.automation.run_process import PROCESS_TAG
from syndication_assets.automation.workers.execution import SECOND_DELIVERY
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.catalogue import shop
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.machines.deployment import Deployment, deployment
from syndication_assets_tests.machines.services import Redis
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.one_server]

FIRST_DAY = date(2025, 11, 3)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(60)]
DAYS_OF_A_RUN = 6
POSTS = ("scraping", "engagement")
CATALOGUE = ("catalogue",)
DIED = "The process of this run has ended without closing it"


def land(zone: LandingZone, url: str) -> None:
    """Posts and a shop's catalogue of all days."""
    land_samples(zone, first_day=FIRST_DAY, days=len(DAYS), profiles=2, channels=1)
    room = shop.CatalogueRoom(url, zone)
    for number, day in enumerate(DAYS):
        room.land(day, *(shop.product(f"S{sku}", f"{10 + (number + sku) % 7}.00") for sku in range(20)))


def backfill(room_keys: dict[str, list[str]]) -> list[tuple[str, dict[str, str], list[str]]]:
    """The runs: for each room, ranges of days, the newest first."""
    runs = []
    for number in reversed(range(0, len(DAYS), DAYS_OF_A_RUN)):
        tags = {
            "dagster/asset_partition_range_start": DAYS[number].isoformat(),
            "dagster/asset_partition_range_end": DAYS[number + DAYS_OF_A_RUN - 1].isoformat(),
        }
        runs += [("__ASSET_JOB", tags, keys) for keys in room_keys.values()]
    return runs


def keys_of(definitions: dg.Definitions, groups: tuple[str, ...]) -> list[str]:
    """The daily assets of the groups, as paths."""
    graph = definitions.resolve_asset_graph()
    daily = dg.AssetSelection.tag("cadence", "daily")
    wanted = (dg.AssetSelection.groups(*groups) & daily).resolve(graph)
    # A page depends on the rollups only, and takes longer than all of them.
    wanted -= {dg.AssetKey(["engagement", "engagement_report"])}
    return sorted("/".join(key.path) for key in wanted if graph.get(key).is_materializable)


@pytest.fixture(scope="module")
def sequential(
    server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict, dict]]:
    """The landing zone, and the tables after one process has loaded all days in their order."""
    from syndication_assets.definitions import defs  # noqa: PLC0415 - takes seconds

    if server.name.startswith("debian"):
        pytest.skip("what PostgreSQL 15 does differently is loaded by one process elsewhere")
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    with new_database(server, template_database) as url, pytest.MonkeyPatch.context() as patch:
        shop.add_vendor(url)
        land(zone, url)
        patch.setenv("SYNDICATION_DATABASE_URL", url)
        patch.setenv("SYNDICATION_LANDING_URL", zone.url)
        patch.setenv("SYNDICATION_REPORTS_DIR", str(tmp_path_factory.mktemp("reports")))
        with dg.DagsterInstance.ephemeral() as instance:
            run = materialize_range(
                defs, instance, str(DAYS[0]), str(DAYS[-1]), [f"key:{key}" for key in all_keys(defs)]
            )
        assert run.is_success, run.failure
        assert broken(url, Path(zone.url)) == []
        yield Path(zone.url), facts(url), shop.facts(url)


def broken(url: str, zone: Path) -> list[str]:
    """The invariants know the files of posts only; the catalogue is compared with that of one process."""
    return [problem for problem in broken_invariants(url, zone) if shop.SOURCE not in problem]


def all_keys(definitions: dg.Definitions) -> list[str]:
    return keys_of(definitions, POSTS) + keys_of(definitions, CATALOGUE)


@pytest.fixture
def machines(
    environment: str,
    broker: Redis,
    sequential: tuple[Path, dict, dict],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Deployment]:
    """A deployment whose code location and daemon run, without workers."""
    monkeypatch.setenv("SYNDICATION_LANDING_URL", str(sequential[0]))
    shop.add_vendor(environment)
    with deployment(tmp_path, broker) as made:
        made.code_location()
        made.daemon()
        yield made


def started(machines: Deployment) -> list[DagsterRun]:
    return [run for run in machines.instance.get_runs() if run.status.value == "STARTED"]


def finished(machines: Deployment) -> int:
    return sum(status in ("SUCCESS", "FAILURE", "CANCELED") for status in machines.statuses().values())


def all_succeeded(machines: Deployment, runs: list[str]) -> bool:
    """Whether each of these runs, or the newest of those that it was launched again as, has succeeded."""
    by_root = {}
    for run in reversed(machines.instance.get_runs()):  # the oldest first
        by_root[run.root_run_id or run.run_id] = run.status.value
    return all(by_root[run_id] == "SUCCESS" for run_id in runs)


def kill_in_the_middle(machines: Deployment, workers: "list[subprocess.Popen[bytes]]") -> str:
    """Kills a worker that is in the middle of a run; returns the run."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        for run in started(machines):
            process = run.tags.get(PROCESS_TAG, "").split("/")
            for worker in workers:
                if len(process) == 3 and int(process[1]) in machines.children(worker):
                    machines.kill(worker)
                    if machines.statuses()[run.run_id] == "STARTED":
                        return run.run_id
                    workers.remove(worker)
                    workers.append(machines.worker())
                    break
    raise AssertionError("no run was in progress")


def require_same_tables(machines: Deployment, url: str, sequential: tuple[Path, dict, dict]) -> None:
    zone, posts, catalogue = sequential
    assert differences(posts, facts(url)) == []
    assert shop.facts(url) == catalogue
    assert broken(url, zone) == []
    for run in machines.instance.get_runs():
        assert len(machines.instance.all_logs(run.run_id, of_type=DagsterEventType.RUN_START)) <= 1


def test_a_backfill_over_two_workers_of_which_one_is_killed_ends_like_one_process(
    machines: Deployment, environment: str, sequential: tuple[Path, dict, dict]
):
    from syndication_assets.definitions import defs  # noqa: PLC0415

    rooms = {"posts": keys_of(defs, POSTS), "catalogue": keys_of(defs, CATALOGUE)}
    workers = machines.workers(2)
    runs = machines.launch(backfill(rooms))
    assert len(runs) == 2 * len(DAYS) // DAYS_OF_A_RUN
    machines.wait_until(lambda: finished(machines) >= 2)
    lost = kill_in_the_middle(machines, workers)
    machines.worker()
    machines.wait_until(lambda: all_succeeded(machines, runs))
    statuses = machines.statuses()
    assert statuses[lost] == "FAILURE"
    assert any(DIED in record.message for record in machines.instance.all_logs(lost))
    [again] = [run for run in machines.instance.get_runs() if run.parent_run_id == lost]
    assert statuses[again.run_id] == "SUCCESS"
    assert Counter(statuses.values()) == {"SUCCESS": len(runs), "FAILURE": 1}
    processes = {run.tags[PROCESS_TAG] for run in machines.instance.get_runs()}
    assert len(processes) >= 3, "the work was spread"
    require_same_tables(machines, environment, sequential)


def test_runs_wait_while_redis_is_away_and_lost_ones_are_launched_again(
    machines: Deployment, broker: Redis, environment: str, sequential: tuple[Path, dict, dict]
):
    from syndication_assets.definitions import defs  # noqa: PLC0415

    rooms = {"posts": keys_of(defs, POSTS), "catalogue": keys_of(defs, CATALOGUE)}
    machines.workers(2)
    runs = machines.launch(backfill(rooms))
    machines.wait_until(lambda: finished(machines) >= 2)
    broker.kill()
    machines.wait_until(lambda: any(waits(machines, run_id) for run_id in runs))
    at_rest = finished(machines)
    assert at_rest < len(runs)
    assert not any(status == "FAILURE" for status in machines.statuses().values())
    broker.start()
    machines.wait_until(lambda: all_succeeded(machines, runs))
    require_same_tables(machines, environment, sequential)


def waits(machines: Deployment, run_id: str) -> bool:
    """Whether the run is in the queue, and says that it is Redis that it waits for."""
    return machines.statuses()[run_id] in ("QUEUED", "STARTING") and any(
        "does not answer" in record.message and "so the run waits in the queue" in record.message
        for record in machines.instance.all_logs(run_id, of_type=DagsterEventType.ENGINE_EVENT)
    )


def test_a_message_that_is_delivered_twice_runs_once(
    machines: Deployment, environment: str, monkeypatch: pytest.MonkeyPatch
):
    """The broker delivers again what a worker has not acknowledged in time: here, within a second."""
    from syndication_assets.definitions import defs  # noqa: PLC0415

    machines.workers(2)
    [run_id] = machines.launch([(daily_job.name, {"dagster/partition": str(DAYS[0])}, keys_of(defs, CATALOGUE))])
    machines.wait_until(lambda: machines.statuses()[run_id] != "QUEUED")
    machines.instance.run_launcher.launch_run(  # type: ignore[attr-defined]
        dg._core.launcher.LaunchRunContext(machines.instance.get_run_by_id(run_id), None)  # type: ignore[attr-defined]
    )
    machines.wait_until(lambda: machines.statuses()[run_id] == "SUCCESS")
    machines.wait_until(lambda: any(is_ignored(record.message) for record in machines.instance.all_logs(run_id)))
    assert len(machines.instance.all_logs(run_id, of_type=DagsterEventType.RUN_START)) == 1


def is_ignored(message: str) -> bool:
    return message == SECOND_DELIVERY or message.startswith("Ignoring a ")
