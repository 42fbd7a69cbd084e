"""Fixtures of the catalogue room's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.catalogue.fake_shop import FakeShop
from syndication_assets_tests.catalogue.shop import CatalogueRoom, add_vendor, cleared, product
from syndication_assets_tests.scraping.fake_apis import serve


@pytest.fixture
def room(shared_database: str, tmp_path: Path) -> Iterator[CatalogueRoom]:
    """An empty landing zone, and a database whose only row of the room is the vendor `heritage`."""
    with cleared(shared_database):
        add_vendor(shared_database)
        yield CatalogueRoom(shared_database, LandingZone(str(tmp_path / "landing")))


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    """A clan shop with three products."""
    fake = FakeShop(
        products=[product("S1"), ["Tie", "S2", "https://shop.example/s2.html", "Silk", "", 3], product("S3")]
    )
    with serve(fake):
        yield fake
