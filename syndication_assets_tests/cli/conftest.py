"""Fixtures of the rooms that the tests of the command line use, and people who run commands."""

from pathlib import Path

import pytest

from syndication_assets_tests.cli.acting_people import OWNER, People
from syndication_assets_tests.content.conftest import blog, shop
from syndication_assets_tests.publishing.conftest import queue

__all__ = ["blog", "queue", "shop"]


@pytest.fixture
def people(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """Without a user: open to whoever runs commands."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    return People(database_url)


@pytest.fixture
def team(people: People) -> People:
    """With an owner, so that every change needs an actor."""
    people.ok("user", "add", OWNER, "--name", "Olga")
    people.ok("member", "add", OWNER, "--role", "owner")
    return people
