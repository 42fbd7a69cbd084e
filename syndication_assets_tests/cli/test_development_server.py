"""`syndication dev` and `stop`: one UI per local directory, on a port that is free."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main

# Stands for Dagster, with a child that outlives it and ignores what ends it.
CHILD = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('child', flush=True); time.sleep(60)"
DAGSTER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); time.sleep(60)"
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


@pytest.fixture
def running(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of the directory, as Dagster does."""
    command = [sys.executable, "-c", START, str(directory), "3000", DAGSTER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "child\n"
        yield process
        process.kill()


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
