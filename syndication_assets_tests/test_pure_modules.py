"""A module that calls itself pure is held to it: the import contract of pure modules names it."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
CONTRACT = "Pure modules import neither Dagster nor a database driver"


def says_pure(source: str) -> bool:
    """Whether the docstring of a module has the sentence `Pure.`, or one that begins with `Pure: `."""
    return re.search(r"(?:^|[.:]\s+)Pure[.:]", ast.get_docstring(ast.parse(source)) or "") is not None


def pure_modules(root: Path) -> Iterator[str]:
    for path in sorted(root.rglob("*.py")):
        if says_pure(path.read_text(encoding="utf-8")):
            parts = path.relative_to(root.parent).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def held_modules() -> list[str]:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (contract for contract in contracts["contracts"] if contract["name"] == CONTRACT)
    return contract["source_modules"]


def test_the_contract_names_every_module_that_calls_itself_pure():
    held = held_modules()
    pure = list(pure_modules(PROJECT / "syndication_assets"))
    assert len(pure) > 10
    assert [name for name in pure if not any(f"{name}.".startswith(f"{of}.") for of in held)] == []


@pytest.mark.parametrize(
    "docstring", ["Adds. Pure.", "Adds. Pure: numbers in, numbers out.", "Adds.\n\nPure: as above."]
)
def test_a_pure_module_is_found(docstring: str, tmp_path: Path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "adding.py").write_text(f'"""{docstring}"""\n')
    (tmp_path / "package" / "other.py").write_text('"""Purely other. No pure module."""\n')
    assert list(pure_modules(tmp_path / "package")) == ["package.adding"]
