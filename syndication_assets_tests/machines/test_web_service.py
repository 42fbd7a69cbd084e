"""The web page as a service: its command, its health check and its place on Kubernetes, tried without a builder."""

import getpass
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from syndication_assets.cli.people.acting import person_who_acts
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.machines.test_deployment_files import BIN, DEPLOY, instructions, services
from syndication_assets_tests.machines.test_deployment_settings import deployment

pytestmark = pytest.mark.one_server
ADDRESS = "https://desk.example.org"


def manifest() -> tuple[dict[str, Any], dict[str, Any]]:
    deployed, service = yaml.safe_load_all((DEPLOY / "web.yaml").read_text())
    return deployed, service


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[int]:
    """The port of the service, run by the command of compose.yaml."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(port) if word == "8080" else word for word in services()["web"]["command"]]
    assert command[:2] == ["syndication", "web"]
    environment = os.environ | {
        "SYNDICATION_DATABASE_URL": database_url,
        "SYNDICATION_LOCAL_DIR": str(tmp_path),
        "SYNDICATION_WEB_URL": ADDRESS,
    }
    with subprocess.Popen(
        [BIN / command[0], *command[1:]], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as server:
        yield port
        server.terminate()


def health(port: int, address: str) -> bool:
    """Whether the health check of compose.yaml calls the service healthy."""
    _, _, _, script = services()["web"]["healthcheck"]["test"]
    environment = os.environ | {"SYNDICATION_WEB_URL": address}
    asked = [sys.executable, "-c", script.replace("127.0.0.1:8080", f"127.0.0.1:{port}")]
    return subprocess.run(asked, env=environment, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_the_health_check_asks_for_the_page_by_the_name_that_people_use(running: int):
    deadline = time.monotonic() + 60
    while not health(running, ADDRESS) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert health(running, ADDRESS)
    assert not health(running, "https://another.example.org"), "it answers to no other name"


def test_without_a_server_the_health_check_fails():
    assert not health(1, ADDRESS)


def test_it_answers_this_machine_alone_until_an_address_is_given():
    service = services()["web"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert service["environment"]["SYNDICATION_WEB_URL"] == "${SYNDICATION_WEB_URL:-http://127.0.0.1:8080}"


def test_in_the_image_who_acts_has_a_name_though_the_system_knows_none(monkeypatch: pytest.MonkeyPatch):
    def unknown(_: int) -> Any:
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises((KeyError, OSError)):
        getpass.getuser()
    variables = " ".join(rest for name, rest in instructions() if name == "ENV").split()
    monkeypatch.setenv("USER", dict(variable.split("=", 1) for variable in variables)["USER"])
    assert person_who_acts() == "syndication"


def test_on_kubernetes_it_runs_from_the_image_secret_and_volume_of_the_chart():
    deployed, service = manifest()
    pod = deployed["spec"]["template"]["spec"]
    [container] = pod["containers"]
    chart = deployment()
    assert container["image"] == f"{chart['image']['repository']}:{chart['image']['tag']}"
    assert container["command"] == services()["web"]["command"]
    assert [each["secretRef"] for each in container["envFrom"]] == chart["envSecrets"]
    assert (container["volumeMounts"], pod["volumes"]) == (chart["volumeMounts"], chart["volumes"])
    environment = {each["name"]: each["value"] for each in container["env"]}
    places = {name: value for name, value in chart["env"].items() if value.startswith("/")}
    assert {name: environment.get(name) for name in places} == places
    probe = container["readinessProbe"]["httpGet"]
    assert probe["httpHeaders"] == [{"name": "Host", "value": urlsplit(environment["SYNDICATION_WEB_URL"]).netloc}]
    [port] = service["spec"]["ports"]
    assert port["targetPort"] == container["ports"][0]["containerPort"] == probe["port"]
    labels = deployed["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == deployed["spec"]["selector"]["matchLabels"] == labels


def test_the_manual_names_the_service_and_its_files():
    page = (PROJECT_DIRECTORY / "docs" / "many-machines.md").read_text()
    assert "`web.yaml`" in page
    assert "http://127.0.0.1:8080" in page
