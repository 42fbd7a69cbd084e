"""A module's name says what is inside: no two modules share one and mean different things."""

from collections.abc import Iterable
from pathlib import Path

import syndication_assets

PACKAGE = Path(syndication_assets.__file__).parent
SAME_IN_EVERY_ROOM = {
    "__init__",
    "assets",
    "checks",
    "dataset_parser",
    "definitions",
    "errors",
    "fetch_assets",
    "listing",
    "outcomes",
    "registration",
    "run_metadata",
    "storing",
}
"""They mean the same wherever they are, for their room or source."""
NAMED_AFTER_WHAT_THEY_SHOW = ("cli/", "web/", "configuration/sections/")
"""Commands, pages and parts of a file have the name of the module that decides."""


def names_with_two_meanings(paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths below the package of each name that several modules have."""
    found: dict[str, list[str]] = {}
    for path in paths:
        name = Path(path).stem
        if name not in SAME_IN_EVERY_ROOM and not path.startswith(NAMED_AFTER_WHAT_THEY_SHOW):
            found.setdefault(name, []).append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_no_two_modules_have_one_name_for_different_things():
    paths = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    assert len(paths) > 500
    assert names_with_two_meanings(paths) == {}


def test_a_second_module_of_a_name_is_found():
    paths = ["content/facts.py", "catalogue/products/facts.py", "content/assets.py", "catalogue/assets.py"]
    assert names_with_two_meanings(paths) == {"facts": ["content/facts.py", "catalogue/products/facts.py"]}


def test_commands_pages_and_sections_may_have_the_name_of_what_they_show():
    assert names_with_two_meanings(["publishing/queue.py", "cli/queue.py", "web/api/queue.py"]) == {}
