"""`syndication dev` and `stop`: one UI per local directory, on a port that is free."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli import development_server
from syndication_assets.cli.main import main

pytestmark = pytest.mark.one_server

# Stands for Dagster, with a child that outlives it and ignores what ends it.
CHILD = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('child', flush=True); time.sleep(60)"
DAGSTER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); time.sleep(60)"
# Stands for Dagster, which ends at once; its child works on, with the words of its command line.
WORKER = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
    " exec(sys.argv[1]); print('child', flush=True); time.sleep(60)"
)
RUN = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
START = """
import os, sys
from pathlib import Path
from syndication_assets.cli import development_server
development_server._hold_lock(Path(sys.argv[1]), int(sys.argv[2]))
os.execv(sys.executable, [sys.executable, "-c", sys.argv[3]])
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", "postgresql://localhost:1/never-reached")
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("Dagster started"))
    monkeypatch.setattr("syndication_assets.cli.development_server.migrated_database_url", lambda _: "not reached")
    monkeypatch.setattr("syndication_assets.cli.development_server._SECONDS_TO_END", 0.5)
    return tmp_path


@contextmanager
def started(directory: Path, program: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of the directory, as Dagster does."""
    command = [sys.executable, "-c", START, str(directory), "3000", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "child\n"
        yield process
        process.kill()


@pytest.fixture
def running(directory: Path) -> Iterator[subprocess.Popen[str]]:
    with started(directory, DAGSTER) as process:
        yield process


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moments that `stop` waited, one second each."""
    moments = [0.0]

    def wait(_: float) -> None:
        moments.append(moments[-1] + 1)
        time.sleep(0.1)

    monkeypatch.setattr(development_server, "_SECONDS_TO_END", 20.0)
    monkeypatch.setattr(development_server, "time", SimpleNamespace(monotonic=lambda: moments[-1], sleep=wait))
    return moments


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.usefixtures("directory")
def test_a_port_that_is_taken_is_named_with_a_free_one():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = _run("dev", "--port", port)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: Another program uses port {port}: run `make dev PORT=")


def test_a_second_ui_is_refused_and_the_first_is_named(running: subprocess.Popen[str]):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = _run("dev", "--port", port)
    assert result.exit_code == 1
    assert result.output == (
        f"Error: The UI already runs at http://127.0.0.1:3000 (process {running.pid}): use it, or run `make stop` "
        "first.\n"
    )


def test_stop_ends_the_ui_with_its_children(running: subprocess.Popen[str]):
    assert _run("stop").output.splitlines()[0] == "The UI has stopped."
    running.wait(10)
    assert running.stdout is not None
    assert running.stdout.read() == ""  # the child, which also had the pipe, is gone
    assert _run("stop").output.splitlines() == ["No embedded PostgreSQL server was running."]


@pytest.mark.parametrize(
    ("words", "work", "is_waited_for"),
    [
        ("-m dagster api grpc --heartbeat", "", False),
        ("-m dagster code-server start --heartbeat", "", False),
        ("-m dagster api grpc --heartbeat", RUN, True),
        ("-m dagster._daemon run", "", True),
    ],
)
def test_stop_waits_for_runs_in_progress_and_not_for_idle_code_servers(
    directory: Path, clock: list[float], words: str, work: str, is_waited_for: bool
):
    """Nor for Dagster itself, which has ended, while the test as its parent has not noticed."""
    worker = [sys.executable, "-c", WORKER, work, *words.split()]
    dagster = f"import subprocess, sys, time; subprocess.Popen({worker}); time.sleep(60)"
    with started(directory, dagster) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 1 + bool(work)
        assert _run("stop").output.splitlines()[0] == "The UI has stopped."
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert (clock[-1] >= 20) == is_waited_for
