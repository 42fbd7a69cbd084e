"""Stops the PostgreSQL servers below a directory and removes it, when whoever holds the other end of stdin is gone."""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_SECONDS_TO_STOP = 10.0


def stop_servers(directory: Path) -> None:
    """Ends each server at once: its data is thrown away."""
    processes = []
    for pid_file in directory.rglob("postmaster.pid"):
        with suppress(ValueError, IndexError, ProcessLookupError):
            process_id = int(pid_file.read_text().splitlines()[0])
            os.kill(process_id, signal.SIGQUIT)
            processes.append(process_id)
    deadline = time.monotonic() + _SECONDS_TO_STOP
    while any(_is_alive(process_id) for process_id in processes) and time.monotonic() < deadline:
        time.sleep(0.05)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    directory = Path(sys.argv[1])
    sys.stdin.buffer.read()
    stop_servers(directory)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
