"""Fixtures of the engagement tests; `desk` they share with the scraping tests."""

import pytest

from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.scraping.conftest import desk

__all__ = ["desk"]


@pytest.fixture
def rows(database_url: str) -> ReportDatabase:
    """What a report shows; empty."""
    return ReportDatabase(database_url)
