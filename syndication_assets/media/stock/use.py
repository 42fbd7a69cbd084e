"""Stored stock images: one is added with its licence, read for a visual, and marked as used."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.stock.candidate import Candidate


@dataclass(frozen=True, slots=True)
class StockImage:
    """A stored picture, as a visual shows it."""

    stock_image_id: str
    object_path: str
    title: str | None
    attribution: str | None
    """The words that its licence wants in caption or picture; None if it wants none."""


_COLUMNS = (
    "source",
    "source_image_id",
    "title",
    "page_url",
    "author",
    "licence",
    "licence_url",
    "attribution",
    "is_attribution_required",
    "allows_commercial_use",
    "allows_changes",
    "is_made_by_ai",
)


def add_image(
    connection: Connection, organization_id: str, candidate: Candidate, media_file_id: str, searched_for: str | None
) -> str:
    """The id of the stored picture; what the source says of it now replaces what it said before."""
    ((stock_image_id,),) = connection.execute(
        load_sql("media/stock/add.sql"),
        {
            "organization_id": organization_id,
            "media_file_id": media_file_id,
            "searched_for": searched_for,
            **{name: getattr(candidate, name) for name in _COLUMNS},
        },
    ).fetchall()
    return str(stock_image_id)


def read_image(connection: Connection, organization_id: str, stock_image_id: str) -> StockImage | None:
    """None if there is no such picture, or if it was removed."""
    rows = connection.execute(
        "select s.stock_image_id, f.object_path, s.title,"
        " case when s.is_attribution_required then s.attribution end"
        " from media.stock_images as s inner join media.media_files as f using (organization_id, media_file_id)"
        " where s.organization_id = %s and s.stock_image_id = %s and s.removed_at is null",
        [organization_id, stock_image_id],
    ).fetchall()
    return StockImage(*rows[0]) if rows else None


def mark_used(connection: Connection, organization_id: str, stock_image_id: str, moment: datetime | None) -> None:
    """A visual has shown it at that moment, None for never: searches leave it out for a while."""
    connection.execute(
        "update media.stock_images set last_used_at = %s where organization_id = %s and stock_image_id = %s",
        [moment, organization_id, stock_image_id],
    )


class Taken(NamedTuple):
    """A photo that a run has taken."""

    used_before: datetime | None


def take_image(
    connection: Connection, organization_id: str, stock_image_id: str, unused_since: datetime
) -> Taken | None:
    """Marks a photo as used now, unless a visual has shown it since then; None if one has."""
    rows = connection.execute(
        "with before as (select last_used_at from media.stock_images where organization_id = %(organization_id)s"
        " and stock_image_id = %(stock_image_id)s for update)"
        " update media.stock_images as s set last_used_at = now() from before as b"
        " where s.organization_id = %(organization_id)s and s.stock_image_id = %(stock_image_id)s"
        " and (b.last_used_at is null or b.last_used_at < %(unused_since)s) returning b.last_used_at",
        {"organization_id": organization_id, "stock_image_id": stock_image_id, "unused_since": unused_since},
    ).fetchall()
    return Taken(*rows[0]) if rows else None


def own_images(connection: Connection, organization_id: str, terms: str, unused_since: datetime) -> list[StockImage]:
    """The organization's own pictures that say a word of the terms, those with most of them first."""
    rows = connection.execute(
        load_sql("media/stock/own.sql"),
        {"organization_id": organization_id, "terms": terms, "unused_since": unused_since},
    )
    return [StockImage(*row) for row in rows]


def recently_used(connection: Connection, organization_id: str, source: str, unused_since: datetime) -> set[str]:
    """Ids, at the source, of the pictures that a visual has shown since then, or that were removed."""
    rows = connection.execute(
        "select source_image_id from media.stock_images"
        " where organization_id = %s and source = %s and (last_used_at >= %s or removed_at is not null)",
        [organization_id, source, unused_since],
    )
    return {source_image_id for (source_image_id,) in rows}
