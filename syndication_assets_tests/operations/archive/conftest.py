from pathlib import Path

import pytest

from syndication_assets_tests.operations.archive.archived_history import ArchivedHistory, three_months


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> ArchivedHistory:
    """Three months of posts, and an empty archive."""
    archive = ArchivedHistory(database_url, tmp_path / "archive")
    three_months(archive.history)
    return archive
