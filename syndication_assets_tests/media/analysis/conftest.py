"""Fixtures of the tests of analysis."""

from pathlib import Path

import pytest

from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> AnalysisDesk:
    return AnalysisDesk(database_url, tmp_path / "media")
