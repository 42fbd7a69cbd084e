"""The fixtures of the studio tests."""

from pathlib import Path

import pytest

from syndication_assets_tests.emptied_tables import delete_rows_of_rooms
from syndication_assets_tests.studio.studio_desk import StudioDesk

_SHIPPED = (
    "brand.enforcement_levels",
    "media.stock_sources",
    "media.host_limits",
    "studio.compliance_rules",
    "studio.compliance_categories",
)
"""Tables whose rows come with the project."""


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> StudioDesk:
    delete_rows_of_rooms(shared_database, ["studio", "brand", "media"], kept=_SHIPPED)
    return StudioDesk(shared_database, directory=tmp_path)
