"""The commands of docs/many-machines.md for a machine without containers say all that each process needs."""

import re
import shlex

import dagster as dg
import yaml

from syndication_assets.settings import PROJECT_DIRECTORY

_PAGE = (PROJECT_DIRECTORY / "docs" / "many-machines.md").read_text()
SECTION = _PAGE[_PAGE.index("### Without containers") : _PAGE.index("## Workers")]


def required_variables() -> set[str]:
    """The variables without which the instance of deploy/dagster.yaml does not load."""
    return set(re.findall(r"env: (SYNDICATION_\w+)", (PROJECT_DIRECTORY / "deploy" / "dagster.yaml").read_text()))


def unset_variables(section: str) -> set[str]:
    exported = set(re.findall(r"^export (\w+)=", section, flags=re.MULTILINE))
    return (required_variables() | {"DAGSTER_HOME", "SYNDICATION_DATABASE_URL"}) - exported


def processes(section: str) -> list[list[str]]:
    started = r"^((?:dagster|dagster-daemon|python|celery) .+)$"
    return [shlex.split(line) for line in re.findall(started, section, flags=re.MULTILINE)]


def after(command: list[str], option: str) -> str | None:
    return command[command.index(option) + 1] if option in command else None


def test_every_variable_that_the_instance_reads_is_set():
    assert {"SYNDICATION_BROKER_URL", "SYNDICATION_DAGSTER_LOGS"} < required_variables()
    assert unset_variables(SECTION) == set()
    without = re.sub(r"^export SYNDICATION_BROKER_URL=.*\n", "", SECTION, flags=re.MULTILINE)
    assert unset_variables(without) == {"SYNDICATION_BROKER_URL"}


def test_redis_the_daemon_the_web_server_and_as_many_workers_as_runs_are_started():
    assert "redis-server" in SECTION
    commands = processes(SECTION)
    assert [command[0] for command in commands if command[0] != "celery"] == ["dagster-daemon", "python"]
    workers = [command for command in commands if command[0] == "celery"]
    instance = yaml.safe_load((PROJECT_DIRECTORY / "deploy" / "dagster.yaml").read_text())
    assert len(workers) == instance["concurrency"]["runs"]["max_concurrent_runs"]
    names = {after(command, "--hostname") for command in workers}
    assert None not in names
    assert len(names) == len(workers)


def test_the_code_is_loaded_without_a_host_that_only_containers_resolve():
    named = {workspace for command in processes(SECTION) if (workspace := after(command, "--workspace"))}
    assert named == {"workspace.yaml"}
    [loaded] = yaml.safe_load((PROJECT_DIRECTORY / "workspace.yaml").read_text())["load_from"]
    assert loaded["python_module"]["location_name"] == "syndication"


def test_the_packages_of_workers_are_installed_with_what_builds_the_project():
    """On a fresh checkout; what the image is made from leaves it out."""
    makefile = (PROJECT_DIRECTORY / "Makefile").read_text()
    assert "make .venv/workers" in SECTION
    assert ".venv/workers: | .venv/runtime\n" in makefile
    assert re.search(r"^hatchling==", (PROJECT_DIRECTORY / "requirements" / "runtime.lock").read_text(), re.MULTILINE)


def test_a_backfill_in_the_ui_is_one_run_for_each_range_of_days():
    from syndication_assets.definitions import defs  # noqa: PLC0415 - takes seconds

    assert "| in the UI, of a job or of assets | one for each range of days without a gap" in _PAGE
    graph = defs.resolve_asset_graph()
    keys = graph.materializable_asset_keys
    policies = {graph.get(key).backfill_policy for key in keys if graph.get(key).is_partitioned}
    assert policies == {dg.BackfillPolicy.single_run()}
