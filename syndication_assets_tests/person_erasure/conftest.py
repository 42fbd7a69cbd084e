import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets_tests.new_databases import filled_template, new_database
from syndication_assets_tests.person_erasure.neighbours import KEY, Neighbours
from syndication_assets_tests.servers import Server


@pytest.fixture(scope="session")
def loaded_neighbours(
    server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The name of a database and the directory of a landing zone with two people, which tests copy."""
    directory = tmp_path_factory.mktemp("neighbours")
    with filled_template(server, template_database, lambda url: Neighbours(url, directory).land_and_load()) as template:
        yield template, directory


@pytest.fixture
def neighbours(
    server: Server, loaded_neighbours: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Neighbours]:
    """Two people in a database, a landing zone and an empty archive."""
    monkeypatch.setenv("SYNDICATION_ERASURE_KEY", KEY)
    template, directory = loaded_neighbours
    shutil.copytree(directory, tmp_path, dirs_exist_ok=True)
    with new_database(server, template) as url:
        yield Neighbours(url, tmp_path)
