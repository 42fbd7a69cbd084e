"""What the next run of the cache would fetch. Nothing is fetched or written."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.media.cache.cache_queue import queue_found_media


class CachePlan(NamedTuple):
    """What one organization has in the next run; one row of `media/cached_media/plan.sql`."""

    organization: str
    media: int
    """Media that the run would take, those whose URL has expired included."""
    later: int
    """Media that wait for a later run."""
    expired: int
    """Media whose URL has expired: they are not fetched."""
    would_expire: int | None
    """Media whose URL expires before their turn at the pace of the last 24 hours; None without a pace."""
    expected_bytes: int | None
    """As stored files of their kind have on average; None if none is stored."""
    of_unknown_size: int
    """Media of the run whose kind has no stored file."""


def plan_cache(url: str, moment: datetime, limit: int | None) -> list[CachePlan]:
    """One line for each organization with media that wait, those included that a run would find first."""
    with transaction(url) as connection, connection.transaction(force_rollback=True):
        queue_found_media(connection, moment)
        rows = connection.execute(load_sql("media/cached_media/plan.sql"), {"moment": moment, "maximum": limit})
        return [CachePlan(*row) for row in rows]
