"""`syndication dev` as a whole: it listens on this machine only, answers its own pages only, ends with its terminal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.one_server

SECONDS = 120


@dataclass(frozen=True)
class Ui:
    process: subprocess.Popen[bytes]
    port: int

    def ask(self, path: str, headers: dict[str, str], body: bytes | None = None) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def family(self) -> list[psutil.Process]:
        dagster = psutil.Process(self.process.pid)
        return [dagster, *dagster.children(recursive=True)]


@pytest.fixture
def ui(server: Server, database_url: str, tmp_path: Path) -> Iterator[Ui]:
    if server.name.startswith("debian"):
        pytest.skip("the UI is the same on every server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with new_database(server, "template0") as storage, (tmp_path / "dev.log").open("w") as log:
        environment = os.environ | {
            "SYNDICATION_DATABASE_URL": database_url,
            "SYNDICATION_DAGSTER_STORAGE_URL": storage,
            "SYNDICATION_LOCAL_DIR": str(tmp_path / "local"),
        }
        command = [Path(sys.executable).with_name("syndication"), "dev", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        opened = Ui(process, port)
        try:
            deadline = time.monotonic() + SECONDS
            while True:
                with suppress(OSError):
                    if opened.ask("/server_info", {}) == 200:
                        break
                has_ended = process.poll() is not None or time.monotonic() > deadline
                assert not has_ended, (tmp_path / "dev.log").read_text()
                time.sleep(0.5)
            yield opened
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
def test_dev_listens_on_this_machine_answers_its_own_pages_and_ends_with_its_terminal(ui: Ui):
    listening = [
        connection.laddr.ip
        for process in ui.family()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}

    mutation = json.dumps({"query": "mutation { setNuxSeen }"}).encode()
    own = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{ui.port}"}
    assert ui.ask("/graphql", own, mutation) == 200
    assert ui.ask("/graphql?query=mutation%20%7BsetNuxSeen%7D", {}) == 403
    assert ui.ask("/graphql", own | {"Origin": "http://evil.example"}, mutation) == 403
    assert ui.ask("/graphql", own | {"Content-Type": "text/plain"}, mutation) == 403
    assert ui.ask("/", {"Host": "evil.example"}) == 403

    family = ui.family()
    ui.process.send_signal(signal.SIGHUP)
    _, alive = psutil.wait_procs(family, 60)
    assert alive == []
