"""The files in `deploy/` are what the page says: parsed here, and their steps run where no other machine is needed."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec
import psycopg
import pytest
import yaml

from syndication_assets.cli.main import main
from syndication_assets.settings import PROJECT_DIRECTORY, Settings

pytestmark = pytest.mark.one_server

DEPLOY = PROJECT_DIRECTORY / "deploy"
PAGE = (PROJECT_DIRECTORY / "docs" / "many-machines.md").read_text()
VARIABLES = {field.validation_alias for field in Settings.model_fields.values()}
BIN = Path(sys.executable).parent


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return found


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile with their arguments, in order."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for instruction in instructions():
        if instruction[0] == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def test_the_image_is_installed_from_the_lock_with_hashes():
    installs = [rest for name, rest in stages()[0] if name == "RUN" and " install " in rest]
    assert len(installs) == 3
    for install in installs:
        assert "--no-deps" in install
        assert "--require-hashes" in install or "--no-index" in install
    locks = [word for install in installs for word in install.split() if word.endswith(".lock")]
    assert all((PROJECT_DIRECTORY / lock).is_file() for lock in locks)


def test_the_last_layer_builds_nothing_and_runs_as_a_user_without_rights():
    build, _, last = stages()
    assert [name for name, _ in last if name == "RUN"] == []
    copied = [rest.split() for name, rest in last if name == "COPY" and "--from=" in rest]
    fonts = "/usr/share/fonts/truetype/noto"
    assert copied == [["--from=build", "/opt/syndication", "/opt/syndication"], ["--from=fonts", fonts, fonts]]
    assert "--without-pip /opt/syndication" in " ".join(rest for _, rest in build)
    assert [rest for name, rest in last if name == "USER"] == ["10001:10001"]
    [health] = [rest for name, rest in last if name == "HEALTHCHECK"]
    [command] = [rest for name, rest in last if name == "CMD"]
    assert "grpc-health-check" in health
    assert msgspec.json.decode(command)[:3] == ["dagster", "api", "grpc"]
    lock = (PROJECT_DIRECTORY / "requirements" / "workers.lock").read_text()
    assert re.search(r"^(hatchling|pip|setuptools|uv)==", lock, re.MULTILINE) is None


def copied_sources() -> list[str]:
    sources = []
    for name, rest in instructions():
        words = [word for word in rest.split() if not word.startswith("--")]
        if name == "COPY" and "--from" not in rest:
            sources += words[:-1]
    return sources


def test_everything_that_is_copied_exists_and_nothing_else_is_sent_to_the_builder():
    allowed = [line[1:] for line in (PROJECT_DIRECTORY / ".containerignore").read_text().splitlines() if line[0] == "!"]
    for source in copied_sources():
        assert (PROJECT_DIRECTORY / source).exists(), source
        assert any(fnmatch.fnmatch(source, pattern) or source.startswith(f"{pattern}/") for pattern in allowed), source
    assert (PROJECT_DIRECTORY / ".containerignore").read_text().startswith("*\n")


@pytest.mark.slow
def test_the_steps_of_the_build_make_a_wheel_that_needs_nothing_of_the_checkout(tmp_path: Path):
    """All steps but those that fetch locked packages, which are those of this environment."""
    root = tmp_path / "opt"
    tools, target = tmp_path / "tools", root / "syndication"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", tools], check=True)
    _see_packages_of_this_environment(tools)
    for name, rest in stages()[0]:
        words = shlex.split(rest.replace("/opt/syndication", str(target)))
        if name == "COPY":
            *sources, place = [word for word in words if not word.startswith("--")]
            for source in sources:
                _copy(
                    PROJECT_DIRECTORY / source, tmp_path / place, is_directory=len(sources) > 1 or place.endswith("/")
                )
        elif name == "RUN" and "--require-hashes" not in rest and "venv tools" not in rest:
            words[0] = sys.executable if words[0] == "python" else str(tmp_path / words[0])
            subprocess.run(words, check=True, cwd=tmp_path, capture_output=True)
    _see_packages_of_this_environment(target)
    assert not list(target.glob("bin/pip*"))
    environment = {"PATH": f"{target}/bin:/usr/bin:/bin", "HOME": str(tmp_path), "SYNDICATION_LOCAL_DIR": str(tmp_path)}
    script = "import syndication_assets.database.connection as c; print(c.SQL_DIRECTORY)"
    shown = subprocess.run(
        [target / "bin" / "python", "-c", script], check=True, cwd="/", env=environment, capture_output=True, text=True
    )
    assert shown.stdout.strip().startswith(str(target))
    assert (Path(shown.stdout.strip()) / "migrations").is_dir()
    helped = subprocess.run(
        [target / "bin" / "syndication", "--help"], check=True, cwd="/", env=environment, capture_output=True, text=True
    )
    assert "migrate" in helped.stdout


def _see_packages_of_this_environment(environment: Path) -> None:
    [packages] = environment.glob("lib/python3*/site-packages")
    own = [path for path in sys.path if path.endswith("site-packages")]
    # Not through .pth files of that directory, one of which names the checkout.
    (packages / "locked.pth").write_text("\n".join(own) + "\n")


def _copy(source: Path, place: Path, *, is_directory: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        return
    place = place / source.name if is_directory or place.is_dir() else place
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)


def test_the_instance_with_workers_differs_from_that_of_one_machine_in_how_runs_are_handed_over_only():
    single = yaml.safe_load((PROJECT_DIRECTORY / "syndication_assets" / "automation" / "dagster.yaml").read_text())
    many = read("dagster.yaml")
    assert {key for key in single.keys() | many.keys() if single.get(key) != many.get(key)} == {
        "run_launcher",
        "run_coordinator",
        "concurrency",
        "run_retries",
        "run_monitoring",
    }
    many["run_monitoring"].pop("start_timeout_seconds")
    assert many["run_monitoring"] == single["run_monitoring"]
    assert many["concurrency"]["pools"] == single["concurrency"]["pools"]
    assert many["run_retries"] == single["run_retries"] | {"max_retries": 3}


def services() -> dict[str, Any]:
    found: dict[str, Any] = read("compose.yaml")["services"]
    return found


def test_every_service_of_the_project_is_of_the_one_image_and_shares_its_environment():
    own = {name: service for name, service in services().items() if service["image"] == "syndication-assets"}
    assert own.keys() == {"migrate", "code-location", "webserver", "web", "daemon", "worker"}
    environments = [service["environment"] for service in own.values()]
    assert all(environment == environments[0] for environment in environments)
    assert set(environments[0]) <= VARIABLES
    others = services().keys() - own.keys()
    assert others == {"postgres", "redis", "pgbouncer"}


@pytest.mark.slow
def test_the_first_service_creates_the_schema_and_dagsters_database_once(empty_database_url: str, tmp_path: Path):
    shell, option, script = services()["migrate"]["command"]
    before, database, _ = script.partition("syndication migrate")
    assert "chown -R 10001:10001 shared" in before
    name = f"dagster_of_{urlsplit(empty_database_url).path[1:]}"
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "SYNDICATION_DATABASE_URL": empty_database_url,
        "SYNDICATION_LOCAL_DIR": str(tmp_path),
    }
    commands = "set -e\n" + script[len(before) :].replace("dagster", name)
    assert database
    try:
        for _ in range(2):
            subprocess.run([shell, option, commands], check=True, env=environment, capture_output=True)
        with psycopg.connect(empty_database_url) as connection:
            found = connection.execute("select count(*) from pg_database where datname = %s", [name]).fetchall()
            assert found == [(1,)]
            assert connection.execute("select count(*) from tenancy.organizations").fetchall() == [(1,)]
    finally:
        with psycopg.connect(empty_database_url, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name}")


def test_the_pipeline_goes_to_the_server_and_readers_through_the_pool():
    environment = services()["worker"]["environment"]
    assert "@postgres:5432/" in environment["SYNDICATION_DATABASE_URL"]
    assert environment["SYNDICATION_DAGSTER_STORAGE_URL"].startswith("postgresql+psycopg2://")
    assert "@pgbouncer:6432/" in environment["SYNDICATION_READING_URL"]
    assert services()["pgbouncer"]["environment"]["POOL_MODE"] == "transaction"


def test_there_are_as_many_workers_as_concurrent_runs():
    concurrency = read("dagster.yaml")["concurrency"]["runs"]
    assert services()["worker"]["deploy"]["replicas"] == concurrency["max_concurrent_runs"]
    assert "1" in services()["worker"]["command"]


def test_no_password_is_in_a_file():
    for name in ("compose.yaml", "values.yaml", "dagster.yaml"):
        text = (DEPLOY / name).read_text()
        assert re.findall(r"://[^@\s]*:(?!\$\{)[^@\s/]+@", text) == [], name
        assert re.findall(r"(?i)password: (?!\$\{).+", text) == [], name


def test_every_program_of_the_services_and_of_the_page_is_installed():
    commands = [
        service["command"]
        for service in services().values()
        if service["image"] == "syndication-assets" and "command" in service
    ]
    programs = {command[0] for command in commands}
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL):
        programs |= {line.split()[0] for line in block.splitlines()}
    outside = {".", "cp", "export", "haproxy", "helm", "make", "mkdir", "podman", "sh", "sudo"}
    assert [program for program in sorted(programs - outside) if not (BIN / program).exists()] == []
    modules = [command[command.index("-m") + 1] for command in commands if "-m" in command]
    assert modules == ["syndication_assets.automation.web.guarded_webserver"]
    assert all((PROJECT_DIRECTORY / f"{module.replace('.', '/')}.py").is_file() for module in modules)


def test_every_command_of_the_page_exists_with_its_arguments(tmp_path: Path):
    page = PAGE.replace("/transfer/acme", str(tmp_path))
    words = [shlex.split(line) for line in re.findall(r"^(syndication .*)$", page, flags=re.MULTILINE)]
    assert len(words) >= 6
    for _, *arguments in words:
        command: click.Command = main
        while isinstance(command, click.Group):
            found = command.commands.get(arguments.pop(0))
            assert found is not None, arguments
            command = found
        if command.name != "psql":
            command.make_context(str(command.name), arguments).close()


def test_the_location_has_its_name_everywhere():
    [loaded] = read("workspace.yaml")["load_from"]
    assert loaded["grpc_server"]["location_name"] == "syndication"
    assert loaded["grpc_server"]["host"] in services()
    [deployment] = read("values.yaml")["dagster-user-deployments"]["deployments"]
    assert deployment["name"] == "syndication"


def test_the_versions_in_the_files_are_the_locked_ones():
    lock = (PROJECT_DIRECTORY / "requirements" / "workers.lock").read_text()
    found = re.search(r"^dagster==(\S+)", lock, re.MULTILINE)
    assert found is not None
    for text in ((DEPLOY / "values.yaml").read_text(), PAGE):
        assert set(re.findall(r"--version (\S+)", text)) == {found[1]}
    assert re.search(r"^dagster-celery==0\.29\.27 ", lock, re.MULTILINE)


def test_ci_installs_what_these_tests_need():
    text = (PROJECT_DIRECTORY / ".ci" / "run").read_text()
    assert {"redis-server", "pgbouncer", "haproxy"} <= set(text.replace(")", " ").replace("(", " ").split())
    assert os.access(PROJECT_DIRECTORY / ".ci" / "run", os.R_OK)
