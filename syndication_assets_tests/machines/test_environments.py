"""The files of the three environments are additions to compose.yaml, and differ in what docs/environments.md says."""

import re
from typing import Any

import psycopg
import pytest
import yaml

from syndication_assets.database.connection import transaction
from syndication_assets.publishing.publishers import open_publishers
from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets_tests.machines.replica import streaming_replica
from syndication_assets_tests.machines.test_deployment_files import BIN, DEPLOY, services
from syndication_assets_tests.servers import Server

PAGE = (PROJECT_DIRECTORY / "docs" / "environments.md").read_text()
FILES = ("development.yaml", "staging.yaml", "production.yaml")


class _Compose(yaml.SafeLoader):
    """Knows compose's tag for what an addition takes away."""


_Compose.add_constructor("!reset", lambda *_: None)


def addition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((DEPLOY / name).read_text(), _Compose)  # noqa: S506 - a safe loader
    return found


def own_services() -> set[str]:
    return {name for name, service in services().items() if service["image"] == "syndication-assets"}


@pytest.mark.parametrize("name", FILES)
def test_each_file_adds_to_services_that_exist_or_brings_whole_ones(name: str):
    for service, content in addition(name)["services"].items():
        assert service in services() or {"image", "extends"} & content.keys(), service
        mounted = [mount.split(":")[0] for mount in content.get("volumes", []) if mount.startswith("./")]
        assert all((DEPLOY / file).is_file() for file in mounted), service
    assert f"--file deploy/{name} up" in PAGE
    assert f"--file deploy/{name} up" in (DEPLOY / name).read_text()


def test_each_environment_has_volumes_of_its_own():
    names = [addition(name)["name"] for name in FILES]
    assert len(set(names)) == len(names)


def test_no_password_is_in_a_file():
    for name in (*FILES, "haproxy.cfg", "pg_hba.conf"):
        assert re.findall(r"://[^@\s]*:(?!\$\{)[^@\s/]+@", (DEPLOY / name).read_text()) == [], name


def test_staging_and_development_send_nothing():
    staging = addition("staging.yaml")["services"]
    assert staging.keys() == own_services()
    assert {service["environment"]["SYNDICATION_SENDING"] for service in staging.values()} == {"off"}
    development = addition("development.yaml")["services"]["sample-data"]
    assert development["environment"]["SYNDICATION_SENDING"] == "off"
    assert (BIN / development["command"][0]).exists()
    assert all("SYNDICATION_SENDING" not in each.get("environment", {}) for each in services().values())


def test_where_sending_is_off_there_is_no_publisher_but_the_one_that_simulates(monkeypatch: pytest.MonkeyPatch):
    with open_publishers(Settings.from_environment()) as publishers:
        assert {"dry_run", "facebook_graph"} < publishers.keys()
    monkeypatch.setenv("SYNDICATION_SENDING", "off")
    with open_publishers(Settings.from_environment()) as publishers:
        assert publishers.keys() == {"dry_run"}


def test_production_has_a_standby_and_two_web_processes_behind_the_proxy():
    production = addition("production.yaml")["services"]
    assert production["web"]["deploy"]["replicas"] == 2
    assert production["web"]["ports"] is None
    assert production["proxy"]["ports"] == services()["web"]["ports"]
    assert "server-template web 2 web:8080 " in (DEPLOY / "haproxy.cfg").read_text()
    assert production["standby"]["image"] == services()["postgres"]["image"]
    for name in own_services():
        environment = production[name]["environment"]
        assert "@postgres:5432,standby:5432/" in environment["SYNDICATION_DATABASE_URL"], name
        assert environment["SYNDICATION_DATABASE_URL"].endswith("target_session_attrs=read-write")
        assert "@standby:5432/" in environment["SYNDICATION_READING_URL"]


@pytest.mark.slow
def test_of_two_servers_in_a_url_the_one_that_takes_writes_is_found(server: Server, database_url: str):
    with streaming_replica(server) as replica:
        sockets = re.search(r"host=([^&]+)", database_url)
        assert sockets is not None
        for hosts in (f"{replica.directory},{sockets[1]}", f"{sockets[1]},{replica.directory}"):
            url = database_url.replace(sockets[1], hosts) + "&target_session_attrs=read-write"
            with transaction(url) as connection:
                connection.execute("update tenancy.organizations set name = name || '!'")
                connection.rollback()
        with psycopg.connect(replica.url(database_url)) as connection:
            assert connection.execute("select pg_is_in_recovery()").fetchone() == (True,)
