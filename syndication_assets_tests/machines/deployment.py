"""A deployment on this machine with the processes of many: code location, daemon, and workers over Redis.

The instance is that of `deploy/dagster.yaml`, but it looks at its runs every second instead of every minute.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import yaml
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import GrpcServerTarget
from dagster_graphql.cli import execute_query
from dagster_graphql.client.query import LAUNCH_MULTIPLE_RUNS_MUTATION

from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.machines.services import Redis, free_port, wait_for_port

LOCATION = "syndication"
_REPOSITORY = "__repository__"
_BIN = Path(sys.executable).parent
_WORKER = "syndication_assets.cli.worker"


def configuration(*, workers: int, start_timeout: int) -> dict[str, Any]:
    """`deploy/dagster.yaml` for so many workers, with short intervals."""
    read: dict[str, Any] = yaml.safe_load((PROJECT_DIRECTORY / "deploy" / "dagster.yaml").read_text())
    read["concurrency"]["runs"]["max_concurrent_runs"] = workers
    read["run_coordinator"]["config"]["user_code_failure_retry_delay"] = 1
    read["run_monitoring"] |= {"poll_interval_seconds": 1, "start_timeout_seconds": start_timeout}
    return read


@dataclass
class Deployment:
    """The processes share the environment of the test, in which the databases and places are set."""

    directory: Path
    redis: Redis
    instance: dg.DagsterInstance
    port: int
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def worker(self) -> "subprocess.Popen[bytes]":
        """Starts a worker, as a machine of its own would have it."""
        number = len(self.processes)
        return self._start(
            [
                str(_BIN / "celery"),
                "--app",
                _WORKER,
                "worker",
                "--concurrency",
                "1",
                "--hostname",
                f"worker{number}@%h",
            ],
            f"worker{number}",
        )

    def workers(self, count: int) -> "list[subprocess.Popen[bytes]]":
        """Starts workers, and waits until they answer."""
        started = [self.worker() for _ in range(count)]
        launcher: Any = self.instance.run_launcher
        self.wait_until(lambda: len(launcher.celery.control.ping(timeout=1.0)) >= count)
        return started

    def daemon(self) -> "subprocess.Popen[bytes]":
        workspace = self.directory / "workspace.yaml"
        server = {"host": "127.0.0.1", "port": self.port, "location_name": LOCATION}
        workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
        return self._start([str(_BIN / "dagster-daemon"), "run", "--workspace", str(workspace)], "daemon")

    def code_location(self) -> "subprocess.Popen[bytes]":
        arguments = ["--host", "127.0.0.1", "--port", str(self.port), "--module-name", "syndication_assets.definitions"]
        process = self._start([str(_BIN / "dagster"), "api", "grpc", *arguments], "code")
        wait_for_port(self.port, process)
        return process

    def launch(self, runs: Sequence[tuple[str, Mapping[str, str], Sequence[str]]]) -> list[str]:
        """Puts runs into Dagster's queue, as the UI does: (job, tags, asset keys; none for all). Returns their ids."""
        parameters = [
            {
                "selector": {
                    "repositoryLocationName": LOCATION,
                    "repositoryName": _REPOSITORY,
                    "jobName": job,
                    "assetSelection": [{"path": key.split("/")} for key in keys] or None,
                },
                "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
            }
            for job, tags, keys in runs
        ]
        target = GrpcServerTarget(host="127.0.0.1", port=self.port, socket=None, location_name=LOCATION)
        with WorkspaceProcessContext(self.instance, target) as workspace:
            answer = execute_query(workspace, LAUNCH_MULTIPLE_RUNS_MUTATION, {"executionParamsList": parameters})
        launched = answer["data"]["launchMultipleRuns"]["launchMultipleRunsResult"]
        return [run["run"]["runId"] for run in launched]

    def statuses(self) -> dict[str, str]:
        """The status of every run by its id."""
        return {run.run_id: run.status.value for run in self.instance.get_runs()}

    def wait_until(self, condition: Callable[[], bool], seconds: float = 1200) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{self.statuses()}\n{self.logs()}"
            time.sleep(0.2)

    def logs(self) -> str:
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in self.directory.glob("*.log"))

    def children(self, process: "subprocess.Popen[bytes]") -> set[int]:
        """The ids of the processes that it has started; none if it has ended."""
        if process.poll() is not None:
            return set()
        return {child.pid for child in psutil.Process(process.pid).children(recursive=True)}

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """The machine is gone: the process and its children are killed at once."""
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for member in family:
            member.send_signal(signal.SIGKILL)
        process.wait()

    def _start(self, command: list[str], name: str) -> "subprocess.Popen[bytes]":
        with (self.directory / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=PROJECT_DIRECTORY, env=os.environ)
        self.processes.append(process)
        return process


@contextmanager
def deployment(directory: Path, redis: Redis, *, workers: int = 2, start_timeout: int = 90) -> Iterator[Deployment]:
    """An instance without processes, which end with the block; DAGSTER_HOME and the rest are in the environment."""
    home = Path(os.environ["DAGSTER_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(yaml.safe_dump(configuration(workers=workers, start_timeout=start_timeout)))
    with dg.DagsterInstance.get() as instance:
        made = Deployment(directory, redis, instance, free_port())
        try:
            yield made
        finally:
            for process in made.processes:
                if process.poll() is None:
                    made.kill(process)
