"""What the tests of the catalogue use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets_tests.catalogue.shop import ShopDesk, add_vendor, cleared
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.servers import Server


@pytest.fixture(scope="module")
def shared_database(server: Server, template_database: str) -> Iterator[str]:
    """The URL of a migrated database for the tests of a module, one after the other."""
    with new_database(server, template_database) as url:
        yield url


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> Iterator[ShopDesk]:
    """An empty landing zone, and a database with the vendor `heritage` and no other row of the room."""
    with cleared(shared_database):
        add_vendor(shared_database)
        yield ShopDesk(shared_database, LandingZone(str(tmp_path / "landing")))
