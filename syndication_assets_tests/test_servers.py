"""The servers of a test run end with it, also when it is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLED_RUN = """
import sys, time
from pathlib import Path
from syndication_assets_tests.servers import start_servers
start_servers(None, Path(sys.argv[1]))
print("started", flush=True)
time.sleep(600)
"""


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process_id}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True


@pytest.mark.slow
def test_a_killed_run_leaves_no_server_and_no_file(tmp_path_factory: pytest.TempPathFactory):
    directory = tmp_path_factory.mktemp("s")
    run = subprocess.Popen([sys.executable, "-c", KILLED_RUN, str(directory)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "started\n"
    servers = [int(path.read_text().splitlines()[0]) for path in directory.rglob("postmaster.pid")]
    assert servers
    assert all(map(is_alive, servers))
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 30
    while (any(map(is_alive, servers)) or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(is_alive, servers))
    assert not directory.exists()
