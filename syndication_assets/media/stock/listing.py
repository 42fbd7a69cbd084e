"""Stored stock images, as commands show them."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql


class ListedImage(NamedTuple):
    """One row of `media/stock/listed.sql`."""

    organization: str
    stock_image_id: str
    source: str
    source_image_id: str
    title: str | None
    author: str | None
    page_url: str | None
    licence: str | None
    licence_url: str | None
    attribution: str | None
    is_attribution_required: bool | None
    allows_commercial_use: bool | None
    allows_changes: bool | None
    is_made_by_ai: bool | None
    searched_for: str | None
    width: int | None
    height: int | None
    object_path: str
    last_used_at: datetime | None
    removed_at: datetime | None


def list_images(
    connection: Connection,
    *,
    organization: str | None = None,
    source: str | None = None,
    stock_image_id: str | None = None,
    has_removed: bool = False,
    maximum: int = 50,
) -> list[ListedImage]:
    """The newest first."""
    parameters = {
        "organization": organization,
        "source": source,
        "stock_image_id": stock_image_id,
        "has_removed": has_removed,
        "maximum": maximum,
    }
    return [ListedImage(*row) for row in connection.execute(load_sql("media/stock/listed.sql"), parameters)]
