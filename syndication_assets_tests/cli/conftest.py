"""Fixtures of the rooms that the tests of the command line use."""

from syndication_assets_tests.content.conftest import blog, shop
from syndication_assets_tests.publishing.conftest import queue

__all__ = ["blog", "queue", "shop"]
