"""Takes a picture out of the stock: no brief takes it any more."""

from typing import NamedTuple

from syndication_assets.database.connection import Connection, run_file


class Removal(NamedTuple):
    """What became of a removed picture."""

    is_deleted: bool
    """Whether nothing is left of it; False if visuals show it, for which it stays."""
    request_ids: list[str]
    """The briefs whose visuals show it, or that name it."""


def remove_image(connection: Connection, organization_id: str, stock_image_id: str) -> Removal | None:
    """None if there is no such picture, or if it was removed before. The file goes with `syndication media clean`."""
    rows = run_file(
        connection,
        "media/stock/remove.sql",
        {"organization_id": organization_id, "stock_image_id": stock_image_id},
    ).fetchall()
    return Removal(rows[0]["is_deleted"], rows[0]["request_ids"]) if rows else None
