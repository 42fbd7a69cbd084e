"""The look of a stored version of a brand: its colours and families, with the files that it is drawn with."""

from syndication_assets.brand.profiles.brand_versions import BrandError
from syndication_assets.database.connection import Connection
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.brand_look import BrandLook


def current_look(connection: Connection, store: MediaStore, organization_id: str, brand_id: str) -> BrandLook:
    """The look of the current version. MediaStoreError if one of its files cannot be read."""
    row = connection.execute(
        "select colours, heading_family, text_family, logo_path, font_paths, version from brand.brand_versions"
        " where organization_id = %s and brand_id = %s and is_current",
        [organization_id, brand_id],
    ).fetchone()
    if row is None:
        raise BrandError(f"The brand {brand_id} has no version: add one with `syndication brand edit`.")
    colours, heading_family, text_family, logo_path, font_paths, version = row
    return BrandLook(
        colours=colours,
        font_files=tuple(store.content(path) for path in font_paths),
        heading_family=heading_family,
        text_family=text_family,
        logo=None if logo_path is None else store.content(logo_path),
        version=f"{brand_id}/{version}",
    )
