"""Processes of the web page, as `syndication web` runs them, and Debian's haproxy in front of two of them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.machines.services import free_port, require_program, wait_for_port

_SECONDS_TO_START = 120


@contextmanager
def web_process(
    directory: Path,
    url: str,
    public_url: str,
    *,
    sources: Path = PROJECT_DIRECTORY,
    variables: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The port and the process of the sources in a folder; it runs until the block ends."""
    port = free_port()
    environment = os.environ | {
        "SYNDICATION_DATABASE_URL": url,
        "SYNDICATION_LOCAL_DIR": str(directory),
        "SYNDICATION_WEB_URL": public_url,
        "PYTHONPATH": str(sources),
        **(variables or {}),
    }
    command = [sys.executable, "-m", "syndication_assets.cli.main", "web", "--port", str(port)]
    with (
        (directory / f"web{port}.log").open("wb") as log,
        subprocess.Popen(command, env=environment, cwd=sources, stdout=log, stderr=log) as process,
    ):
        try:
            try:
                wait_for_port(port, process)
            except AssertionError:
                raise AssertionError((directory / f"web{port}.log").read_text()) from None
            yield port, process
        finally:
            process.kill()


@contextmanager
def haproxy(directory: Path, port: int, host: str, servers: list[int]) -> Iterator[None]:
    """deploy/haproxy.cfg at a port of this machine, for web processes at the ports of `servers`."""
    program = require_program("haproxy")
    text = (PROJECT_DIRECTORY / "deploy" / "haproxy.cfg").read_text()
    template = "    server-template web 2 web:8080 resolvers names init-addr none\n"
    for written, meant in (
        ("bind :8080", f"bind 127.0.0.1:{port}"),
        (template, "".join(f"    server web{number} 127.0.0.1:{number}\n" for number in servers)),
    ):
        assert written in text
        text = text.replace(written, meant)
    file = directory / "haproxy.cfg"
    file.write_text(text)
    environment = os.environ | {"WEB_HOST": host}
    with (
        (directory / "haproxy.log").open("wb") as log,
        subprocess.Popen([program, "-db", "-f", file], env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for_port(port, process)
            wait_until_answered(f"http://{host}/sign-in")
            yield
        finally:
            process.kill()


def wait_until_answered(page: str, headers: Mapping[str, str] | None = None) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            if httpx2.get(page, headers=headers).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{page} is not answered")
