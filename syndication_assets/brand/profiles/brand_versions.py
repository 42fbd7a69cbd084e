"""Writes and reads the versions of brands. A version never changes: an edit and a roll-back add one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from syndication_assets.brand.profiles.brand_content import BrandContent
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError


class BrandError(SyndicationError):
    """A brand, or one of its versions, is not there."""


class VersionAsset(NamedTuple):
    """A file that a version is drawn with."""

    asset_id: str
    role: str
    """logo or font."""


@dataclass(frozen=True)
class BrandVersion:
    """One version with its files."""

    brand_id: str
    version: int
    content: BrandContent
    assets: tuple[VersionAsset, ...]
    repeats_version: int | None
    changed_by: str
    created_at: datetime


def brand_id_of(connection: Connection, organization_id: str, name: str) -> str:
    """The id of a brand. BrandError names the brands that there are."""
    rows = connection.execute(
        "select brand_name, brand_id from brand.brand_profiles where organization_id = %s order by brand_name",
        [organization_id],
    ).fetchall()
    brands: dict[str, str] = dict(rows)
    if name not in brands:
        there_are = (
            ", ".join(brands) or "none in this organization: name another, or add one with `syndication brand add`"
        )
        raise BrandError(f"There is no brand {name!r}; there are {there_are}.")
    return brands[name]


def versions_of(connection: Connection, organization_id: str, brand_id: str) -> list[BrandVersion]:
    """The versions of a brand, the newest first."""
    cursor = connection.cursor(row_factory=dict_row).execute(
        load_sql("brand/versions_of_brand.sql"), {"organization_id": organization_id, "brand_id": brand_id}
    )
    versions = []
    for row in cursor:
        assets = tuple(VersionAsset(*each) for each in row.pop("assets"))
        head = {name: row.pop(name) for name in ("brand_id", "version", "repeats_version", "changed_by", "created_at")}
        versions.append(BrandVersion(**head, content=BrandContent(**row), assets=assets))
    return versions


def write_brand(
    connection: Connection, organization_id: str, name: str, content: BrandContent, *, is_active: bool
) -> None:
    """Adds the brand, or a version of it if it says something new; its files stay."""
    ((brand_id,),) = connection.execute(
        "insert into brand.brand_profiles as p (organization_id, brand_name, is_active) values (%s, %s, %s)"
        " on conflict (organization_id, brand_name) do update set is_active = excluded.is_active returning p.brand_id",
        [organization_id, name, is_active],
    ).fetchall()
    newest = next(iter(versions_of(connection, organization_id, brand_id)), None)
    if newest is None or newest.content.differences(content):
        add_version(connection, organization_id, brand_id, content, newest.assets if newest else ())


def roll_back(connection: Connection, organization_id: str, brand_id: str, version: int) -> int:
    """Adds a version that says and looks as an earlier one; returns its number."""
    _lock(connection, organization_id, brand_id)
    versions = versions_of(connection, organization_id, brand_id)
    earlier = next((each for each in versions if each.version == version), None)
    if earlier is None:
        known = ", ".join(str(each.version) for each in reversed(versions))
        raise BrandError(f"There is no version {version}: choose from {known}.")
    if earlier is versions[0]:
        raise BrandError(f"Version {version} is the current one: choose an earlier version.")
    return add_version(
        connection, organization_id, brand_id, earlier.content, earlier.assets, repeats_version=earlier.version
    )


def change_assets(
    connection: Connection,
    organization_id: str,
    brand_id: str,
    *,
    added: VersionAsset | None = None,
    removed_asset_id: str | None = None,
) -> int | None:
    """Adds a version with another logo, a further font, or without a file; None if it is as before."""
    _lock(connection, organization_id, brand_id)
    newest = versions_of(connection, organization_id, brand_id)[0]
    kept = [each for each in newest.assets if each.asset_id != removed_asset_id]
    if added is not None:
        kept = [each for each in kept if each != added and not (each.role == added.role == "logo")]
        kept.append(added)
    if set(kept) == set(newest.assets):
        return None
    return add_version(connection, organization_id, brand_id, newest.content, kept)


def add_version(
    connection: Connection,
    organization_id: str,
    brand_id: str,
    content: BrandContent,
    assets: Iterable[VersionAsset],
    *,
    repeats_version: int | None = None,
) -> int:
    """Adds the next version with its files; returns its number."""
    values = content.as_values()
    ((version,),) = connection.execute(
        load_sql("brand/add_version.sql"),
        {
            **values,
            "colours": Jsonb(values["colours"]),
            "organization_id": organization_id,
            "brand_id": brand_id,
            "repeats_version": repeats_version,
        },
    ).fetchall()
    for asset in assets:
        connection.execute(
            "insert into brand.brand_version_assets (organization_id, brand_id, version, asset_id, asset_role)"
            " values (%s, %s, %s, %s, %s)",
            [organization_id, brand_id, version, *asset],
        )
    return int(version)


def _lock(connection: Connection, organization_id: str, brand_id: str) -> None:
    """Two changes of a brand come one after the other."""
    connection.execute(
        "select from brand.brand_profiles where organization_id = %s and brand_id = %s for update",
        [organization_id, brand_id],
    )
