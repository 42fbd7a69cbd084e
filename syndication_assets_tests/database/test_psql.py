"""`syndication psql` keeps the password out of the process list."""

import os
from typing import Any

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main


class ReplacedProcessError(Exception):
    """Raised in place of replacing the process by psql."""


def test_the_password_is_passed_in_the_environment_not_in_the_arguments(monkeypatch: pytest.MonkeyPatch):
    calls: list[tuple[list[str], dict[str, str]]] = []

    def execve(program: str, arguments: list[str], environment: Any) -> None:
        calls.append((arguments, dict(environment)))
        raise ReplacedProcessError

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", "postgresql://someone:opensesame@localhost:1/somewhere")
    result = CliRunner().invoke(main, ["psql", "-c", "select 1"])
    assert isinstance(result.exception, ReplacedProcessError)
    ((arguments, environment),) = calls
    assert "opensesame" not in " ".join(arguments)
    assert environment["PGPASSWORD"] == "opensesame"
    assert sorted(arguments[1].split()) == ["dbname=somewhere", "host=localhost", "port=1", "user=someone"]
    assert arguments[2:] == ["-c", "select 1"]
