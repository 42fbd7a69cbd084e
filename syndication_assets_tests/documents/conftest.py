"""What the tests of documents share with those of content."""

from syndication_assets_tests.content.conftest import blog, shop

__all__ = ["blog", "shop"]
