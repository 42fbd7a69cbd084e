"""Fixtures that the tests of documents share with the tests of content."""

from syndication_assets_tests.content.conftest import blog, shop

__all__ = ["blog", "shop"]
