"""What the tests of commands share with those of the rooms."""

from syndication_assets_tests.content.conftest import blog, shop
from syndication_assets_tests.publishing.conftest import desk

__all__ = ["blog", "desk", "shop"]
