"""`syndication dev` and `syndication stop`: the Dagster UI on this machine, one per local directory."""

import fcntl
import os
import re
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import click
import psutil

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database import embedded_postgres
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import PROJECT_DIRECTORY, Settings

_HOST = "127.0.0.1"
_SECONDS_TO_END = 20.0
"""Runs in progress, and a daemon and a web server that wait for each other, are killed after this time."""
_SECONDS_BETWEEN_LOOKS = 0.1
_CODE_SERVER = re.compile(r"\bdagster (code-server start|api grpc)\b")
_TRIED_PORTS = 20


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
@command
def dev(port: int) -> None:
    """Runs the Dagster UI with schedules and sensors on 127.0.0.1."""
    from syndication_assets.automation.dagster_instance import (  # noqa: PLC0415
        begin_partitions_with_samples,
        prepare_environment,
    )

    settings = Settings.from_environment()
    lock = _hold_lock(settings.local_directory, port)
    try:
        url = migrated_database_url(settings)
        _require_free(port)
        prepare_environment(settings, url)
        begin_partitions_with_samples(url)
    except BaseException:
        os.close(lock)
        raise
    # Dagster's own command would greet with the advice to use another program, which is not installed.
    quietly = ["-W", "ignore:Function `dev_command` is superseded"]
    workspace = PROJECT_DIRECTORY / "workspace.yaml"
    dagster = [sys.executable, *quietly, "-m", "syndication_assets.automation.web.guarded_dev"]
    command = [*dagster, "-w", str(workspace), "-h", _HOST, "-p", str(port)]
    click.echo(f"Starting the UI at http://{_HOST}:{port}; press Ctrl-C to stop it.")
    os.execv(command[0], command)  # noqa: S606 - a fixed program, no shell


@click.command()
@command
def stop() -> None:
    """Stops the UI (`syndication dev`) and the embedded PostgreSQL server. Its data is kept."""
    directory = Settings.from_environment().local_directory
    if _stop_user_interface(directory):
        click.echo("The UI has stopped.")
    stopped = embedded_postgres.stop(directory)
    click.echo(
        "The embedded PostgreSQL server has stopped." if stopped else "No embedded PostgreSQL server was running."
    )


def _require_free(port: int) -> None:
    if _is_free(port):
        return
    other = next((number for number in range(port + 1, min(port + _TRIED_PORTS, 65536)) if _is_free(number)), None)
    advice = "choose another with --port" if other is None else f"run `make dev PORT={other}`"
    raise SyndicationError(f"Another program uses port {port}: {advice}.")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            listener.bind((_HOST, port))
            return True
    return False


def _lock_file(local_directory: Path) -> Path:
    return local_directory / "dev.lock"


def _hold_lock(local_directory: Path, port: int) -> int:
    """Locks a file with this process's id and port, until the process ends: Dagster, which replaces it, keeps the lock.
    Returns the file's descriptor.

    SyndicationError if another process holds the lock.
    """
    local_directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock_file(local_directory), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process_id, of_port = _read_lock(descriptor)
        raise SyndicationError(
            f"The UI already runs at http://{_HOST}:{of_port} (process {process_id}): use it, or run `make stop` first."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {port}".encode(), 0)
    os.set_inheritable(descriptor, True)
    return descriptor


def _read_lock(descriptor: int) -> tuple[int, int]:
    process_id, port = os.pread(descriptor, 100, 0).split()
    return int(process_id), int(port)


def _stop_user_interface(local_directory: Path) -> bool:
    """Ends the process that holds the lock, and its children; False if there is none."""
    try:
        descriptor = os.open(_lock_file(local_directory), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if _is_unlocked(descriptor):
            return False
        process_id, _ = _read_lock(descriptor)
        _end(process_id)
    finally:
        os.close(descriptor)
    return True


def _end(process_id: int) -> None:
    """Interrupts Dagster, which ends its own processes; what still runs after that is killed."""
    try:
        dagster = psutil.Process(process_id)
        family = {dagster, *dagster.children(recursive=True)}
        dagster.send_signal(signal.SIGINT)
    except psutil.NoSuchProcess:
        return
    deadline = time.monotonic() + _SECONDS_TO_END
    while any(_is_busy(process) for process in family) and time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        family |= {child for process in family for child in _children(process)}
    for process in family:
        if _is_alive(process):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _is_busy(process: psutil.Process) -> bool:
    """Whether it has something to finish. A code server has not, unless it executes a run: it keeps nothing, and takes
    seconds to take itself apart.
    """
    if not _is_alive(process):
        return False
    with suppress(psutil.NoSuchProcess):
        return not _is_code_server(process) or any(_is_busy(child) for child in _children(process))
    return False


def _is_code_server(process: psutil.Process) -> bool:
    return _CODE_SERVER.search(" ".join(process.cmdline())) is not None


def _is_alive(process: psutil.Process) -> bool:
    """False also if only its parent has not noticed its end: some shells and containers never do."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        children: list[psutil.Process] = process.children()
        return children
    return []


def _is_unlocked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True
