"""A fixture that the engagement tests share with the scraping tests."""

from syndication_assets_tests.scraping.conftest import desk

__all__ = ["desk"]
