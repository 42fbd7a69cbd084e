"""Fixtures of the curation tests."""

import pytest

from syndication_assets_tests.curation.curated_posts import CuratedPosts


@pytest.fixture
def curated(database_url: str) -> CuratedPosts:
    """The tables of the default organization; empty."""
    return CuratedPosts(database_url)
