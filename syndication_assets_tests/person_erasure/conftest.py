from pathlib import Path

import pytest

from syndication_assets_tests.person_erasure.neighbours import KEY, Neighbours


@pytest.fixture
def neighbours(new_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Neighbours:
    """Two people in a database, a landing zone and an empty archive."""
    monkeypatch.setenv("SYNDICATION_ERASURE_KEY", KEY)
    neighbours = Neighbours(new_database_url, tmp_path)
    neighbours.land_and_load()
    return neighbours
