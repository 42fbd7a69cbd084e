"""What the tests of the sample data share with those of scraping."""

from syndication_assets_tests.scraping.conftest import desk

__all__ = ["desk"]
