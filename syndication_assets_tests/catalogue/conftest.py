"""Fixtures of the catalogue room's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets_tests.catalogue.shop import CatalogueRoom, add_vendor, cleared


@pytest.fixture
def room(shared_database: str, tmp_path: Path) -> Iterator[CatalogueRoom]:
    """An empty landing zone, and a database whose only row of the room is the vendor `heritage`."""
    with cleared(shared_database):
        add_vendor(shared_database)
        yield CatalogueRoom(shared_database, LandingZone(str(tmp_path / "landing")))
