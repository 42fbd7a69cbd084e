"""Fixtures of the load tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets_tests.scraping.fake_apis import FakeApify, serve
from syndication_assets_tests.scraping.linkedin_dataset import Desk, cleared
from syndication_assets_tests.scraping.linkedin_fetching import ADA


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> Iterator[Desk]:
    """An empty landing zone, and a database without scraped rows."""
    with cleared(shared_database), run_session(shared_database, "test") as session:
        yield Desk(shared_database, LandingZone(str(tmp_path / "landing")), session)


@pytest.fixture
def apify() -> Iterator[FakeApify]:
    """The posts of one profile."""
    api = FakeApify(posts={"ada": ADA})
    with serve(api):
        yield api
