from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets_tests.engagement.snapshots import History
from syndication_assets_tests.new_databases import filled_template, new_database
from syndication_assets_tests.operations.archive.archived_history import ArchivedHistory, three_months
from syndication_assets_tests.servers import Server


@pytest.fixture(scope="session")
def template_of_three_months(server: Server, template_database: str) -> Iterator[str]:
    """The name of a database with three months of posts, which tests copy."""
    with filled_template(server, template_database, lambda url: three_months(History(url))) as name:
        yield name


@pytest.fixture
def archive(server: Server, template_of_three_months: str, tmp_path: Path) -> Iterator[ArchivedHistory]:
    """Three months of posts, and an empty archive."""
    with new_database(server, template_of_three_months) as url:
        yield ArchivedHistory(url, tmp_path / "archive")
