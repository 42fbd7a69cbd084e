"""Adds, lists and removes the files of brands: logos, fonts and pictures, stored once by their content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from syndication_assets.brand.files.file_kinds import ReadFile, read_brand_file
from syndication_assets.brand.profiles.brand_versions import BrandError, VersionAsset, change_assets
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.file_rows import store_file
from syndication_assets.media.media_store import MediaStore

ASSET_TYPES = ("logo", "icon", "image", "pattern", "texture", "graphic", "font")
_DRAWN_WITH = {"logo", "font"}
"""Types that a version of the brand names: a change of them is a version of its own."""


@dataclass(frozen=True)
class BrandFile:
    """A file of a brand, for people."""

    organization: str
    brand: str
    name: str
    asset_id: str
    asset_type: str
    mime_type: str
    width: int | None
    height: int | None
    size_bytes: int
    font_families: list[str]
    description: str | None
    tags: list[str]
    is_active: bool
    versions: int
    is_in_use: bool
    pictures: int
    """Pictures of the studio that were made with it."""
    last_pictured_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class AddedFile:
    """What became of a new file; `version` is the new version of the brand, None for a file that none is drawn with."""

    asset_id: str
    font_families: list[str]
    version: int | None


def add_file(
    connection: Connection,
    store: MediaStore,
    organization_id: str,
    brand_id: str,
    *,
    name: str,
    asset_type: str,
    content: bytes,
    description: str | None = None,
    tags: Sequence[str] = (),
    read: Callable[[bytes, str], ReadFile] = read_brand_file,
) -> AddedFile:
    """Stores a file. A logo replaces the brand's logo, a font is added to its fonts, in a new version of the brand.

    BrandError if the brand has a file of this name, or the file is damaged or of another kind.
    """
    taken = connection.execute(
        "select from brand.brand_assets where organization_id = %s and brand_id = %s and asset_name = %s",
        [organization_id, brand_id, name],
    ).fetchall()
    if taken:
        raise BrandError(f"The brand has a file {name!r}, and files never change: give the new one another name.")
    known = read(content, asset_type)
    stored = store_file(connection, store, organization_id, content, known.mime_type, known.preview)
    ((asset_id,),) = connection.execute(
        "insert into brand.brand_assets (organization_id, brand_id, asset_name, asset_type, media_file_id,"
        " font_families, description, tags) values (%s, %s, %s, %s, %s, %s, %s, %s) returning asset_id",
        [
            organization_id,
            brand_id,
            name,
            asset_type,
            stored.media_file_id,
            known.font_families,
            description,
            list(tags),
        ],
    ).fetchall()
    version = None
    if asset_type in _DRAWN_WITH:
        version = change_assets(connection, organization_id, brand_id, added=VersionAsset(asset_id, asset_type))
    return AddedFile(asset_id, known.font_families, version)


def use_file(connection: Connection, organization_id: str, brand_id: str, name: str) -> int | None:
    """Draws the brand with a logo or font that it has; returns the new version, None if it is drawn with it already."""
    file = _file(connection, organization_id, brand_id, name)
    if file.asset_type not in _DRAWN_WITH:
        raise BrandError(f"{name} is of type {file.asset_type}: only a logo or a font is part of the brand's look.")
    _set_active(connection, organization_id, file.asset_id, is_active=True)
    added = VersionAsset(file.asset_id, file.asset_type)
    return change_assets(connection, organization_id, brand_id, added=added)


def remove_file(connection: Connection, organization_id: str, brand_id: str, name: str) -> int | None:
    """Removes a file; the new version of the brand without it, None if the current one is not drawn with it.

    A file that versions were drawn with is kept for them, and no longer listed.
    """
    file = _file(connection, organization_id, brand_id, name)
    version = change_assets(connection, organization_id, brand_id, removed_asset_id=file.asset_id)
    if file.versions:
        _set_active(connection, organization_id, file.asset_id, is_active=False)
    else:
        connection.execute(
            "delete from brand.brand_assets where organization_id = %s and asset_id = %s",
            [organization_id, file.asset_id],
        )
    return version


def list_files(
    connection: Connection,
    organization_id: str | None = None,
    brand_id: str | None = None,
    *,
    has_removed: bool = False,
) -> list[BrandFile]:
    """The files of all brands, of one organization or of one brand, by name."""
    return (
        connection.cursor(row_factory=class_row(BrandFile))
        .execute(
            load_sql("brand/brand_files.sql"),
            {"organization_id": organization_id, "brand_id": brand_id, "has_removed": has_removed},
        )
        .fetchall()
    )


def _file(connection: Connection, organization_id: str, brand_id: str, name: str) -> BrandFile:
    files = {each.name: each for each in list_files(connection, organization_id, brand_id, has_removed=True)}
    if name not in files:
        there_are = ", ".join(files) or "none: add one with `syndication brand asset add`"
        raise BrandError(f"The brand has no file {name!r}; there are {there_are}.")
    return files[name]


def _set_active(connection: Connection, organization_id: str, asset_id: str, *, is_active: bool) -> None:
    connection.execute(
        "update brand.brand_assets set is_active = %s where organization_id = %s and asset_id = %s and is_active <> %s",
        [is_active, organization_id, asset_id, is_active],
    )
