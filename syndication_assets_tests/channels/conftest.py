"""A database with the reference loaded, and a key to encrypt with."""

import pytest

from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import new_key


@pytest.fixture
def reference_url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with the reference; the environment names it."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    with transaction(database_url) as connection:
        load_reference(connection, read_reference())
    return database_url


@pytest.fixture
def secret_keys(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key, which the environment holds."""
    keys = new_key()
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", keys)
    return keys
