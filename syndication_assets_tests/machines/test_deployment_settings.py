"""The files in `deploy/` set every place that is kept, and pass on every secret, of the model of the settings.

A new setting that is a place, or a secret, fails here until the files know it.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

import pytest
import yaml
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets.settings.environment import Directory, EnvironmentSettings, StoreUrl, below, setting

DEPLOY = PROJECT_DIRECTORY / "deploy"
_PLACES = (Directory, StoreUrl)
_OF_COMPOSE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}


def is_place(field: FieldInfo) -> bool:
    """Whether it says where files are kept: below the local directory by default, or a directory or a store."""
    validators = [get_args(kind)[1] for kind in _PLACES]
    return (
        field.default_factory is not None
        or any(kind in get_args(field.annotation) for kind in _PLACES)
        or any(validator in field.metadata for validator in validators)
    )


def places(model: type[EnvironmentSettings]) -> set[str]:
    """The variables of all places but the local directory, which is the container's own."""
    return {
        str(field.validation_alias)
        for name, field in model.model_fields.items()
        if is_place(field) and name != "local_directory"
    }


def outside(model: type[EnvironmentSettings], environment: Mapping[str, str], volume: str) -> set[str]:
    """The variables of places that the environment leaves in the container, and not on the volume."""
    return {place for place in places(model) if not environment.get(place, "").startswith(f"{volume}/")}


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def own_services() -> dict[str, dict[str, Any]]:
    return {
        name: service for name, service in compose()["services"].items() if service["image"] == "syndication-assets"
    }


def volume_of(service: Mapping[str, Any]) -> str:
    [path] = [mount.split(":")[1] for mount in service["volumes"] if mount.startswith("shared:")]
    return str(path)


def deployment() -> dict[str, Any]:
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text())
    [found] = values["dagster-user-deployments"]["deployments"]
    return dict(found)


class WithOneMore(Settings):
    """A version with one more place below the local directory, and one more store without a default."""

    pictures_url: StoreUrl = below("local_directory", "pictures", "SYNDICATION_PICTURES_URL", "A place.")
    cold_pictures_url: StoreUrl | None = setting("SYNDICATION_COLD_PICTURES_URL", None, "A place.")
    pictures_key: SecretStr | None = setting("SYNDICATION_PICTURES_KEY", None, "A secret.")


def test_every_place_of_every_service_is_on_the_shared_volume():
    assert {"SYNDICATION_ARCHIVE_URL", "SYNDICATION_COLD_LANDING_URL", "SYNDICATION_DAGSTER_LOGS"} < places(Settings)
    assert "SYNDICATION_LOCAL_DIR" not in places(Settings)
    for service in own_services().values():
        assert outside(Settings, service["environment"], volume_of(service)) == set()


def test_every_place_of_the_charts_pods_is_on_the_volume_that_they_share():
    found = deployment()
    [mount] = found["volumeMounts"]
    [volume] = found["volumes"]
    assert volume["name"] == mount["name"]
    assert found["includeConfigInLaunchedRuns"] == {"enabled": True}
    assert outside(Settings, found["env"], mount["mountPath"]) == set()


def test_a_new_place_is_missed_and_so_is_one_beside_the_volume():
    service = own_services()["worker"]
    environment, volume = service["environment"], volume_of(service)
    new = {"SYNDICATION_PICTURES_URL", "SYNDICATION_COLD_PICTURES_URL"}
    assert outside(WithOneMore, environment, volume) == new
    assert outside(WithOneMore, deployment()["env"], volume) == new
    beside = environment | {"SYNDICATION_ARCHIVE_URL": f"{volume}_of_this_container/archive"}
    assert outside(Settings, beside, volume) == {"SYNDICATION_ARCHIVE_URL"}


def test_each_place_is_one_of_its_own_and_the_first_service_makes_it():
    service = own_services()["migrate"]
    volume = volume_of(service)
    chosen = [service["environment"][place] for place in places(Settings)]
    assert len(set(chosen)) == len(chosen)
    [made] = re.findall(r"cd shared\n *mkdir -p (.+)", service["command"][-1])
    assert {f"{volume}/{name}" for name in made.split()} == set(chosen)


def to_fill_in(model: type[EnvironmentSettings]) -> set[str]:
    """The variables that only the people who deploy can know: without a default, and unset by compose.yaml.

    SYNDICATION_SECRET_KEYS is passed on by name, so that it may be in the environment of compose too.
    """
    environment = own_services()["worker"]["environment"]
    known = {name for name, value in environment.items() if not re.fullmatch(rf"\$\{{{name}:-\}}", value)}
    return {
        str(field.validation_alias)
        for field in model.model_fields.values()
        if field.default_factory is None and field.default is None
    } - known


def assignments() -> list[tuple[str, str]]:
    lines = [line for line in (DEPLOY / "example.env").read_text().splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def test_the_example_names_every_variable_to_fill_in_once_without_a_value():
    names = [name for name, _ in assignments()]
    assert len(names) == len(set(names))
    assert set(names) == to_fill_in(Settings) | _OF_COMPOSE
    assert {value for _, value in assignments()} == {""}
    assert "SYNDICATION_PICTURES_KEY" in to_fill_in(WithOneMore)


def test_every_secret_reaches_the_services():
    secrets = {
        str(field.validation_alias)
        for field in Settings.model_fields.values()
        if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
    }
    assert {"SYNDICATION_SMTP_URL", "SYNDICATION_ERASURE_KEY", "OPENAI_API_KEY"} < secrets
    for service in own_services().values():
        assert secrets <= service["environment"].keys() | {name for name, _ in assignments()}
        assert service["env_file"] == [{"path": ".env", "required": False}]


def test_a_copy_of_the_example_never_comes_into_a_commit_or_the_image():
    assert "/deploy/.env" in (PROJECT_DIRECTORY / ".gitignore").read_text().splitlines()
    allowed = (PROJECT_DIRECTORY / ".containerignore").read_text().splitlines()
    assert allowed[0] == "*"
    assert not [line for line in allowed if line in ("!deploy", "!deploy/.env", "!deploy/*")]


@pytest.mark.parametrize("name", sorted(_OF_COMPOSE))
def test_the_passwords_of_the_example_are_those_that_compose_asks_for(name: str):
    assert f"${{{name}:?set it}}" in (DEPLOY / "compose.yaml").read_text()
