"""`syndication brand asset`: the logos, fonts and pictures of a brand."""

from pathlib import Path

import click

from syndication_assets.brand.files.brand_files import ASSET_TYPES, BrandFile, list_files
from syndication_assets.brand.profiles.brand_versions import brand_id_of
from syndication_assets.cli.command import command, migrated_database_url, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_brand_option = click.option("--brand", "brand_name", required=True, metavar="NAME", help="Name of the brand.")


@click.group()
def asset() -> None:
    """Manages the files of brands. A new logo or font is a new version of its brand."""


@asset.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_brand_option
@click.option("--type", "asset_type", required=True, type=click.Choice(ASSET_TYPES), help="What it is.")
@click.option("--name", default=None, metavar="NAME", help="Name for people; default: that of the file.")
@click.option("--description", default=None, metavar="TEXT", help="What it is for.")
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="Word to find it by. Repeat it for several.")
@organization_option
@command
@requires("brands.edit", in_organization())
def add(
    file: Path,
    brand_name: str,
    asset_type: str,
    name: str | None,
    description: str | None,
    tags: tuple[str, ...],
    organization: str,
) -> None:
    """Stores FILE: a picture (PNG, JPEG, WebP) or a font (TrueType, OpenType). A logo replaces the one before."""
    from syndication_assets.brand.files.brand_files import add_file  # noqa: PLC0415 - slow
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    store = MediaStore.of(settings)
    store.claim(url)
    with transaction(url) as connection:
        added = add_file(
            connection,
            store,
            organization_id,
            brand_id_of(connection, organization_id, brand_name),
            name=name or file.stem,
            asset_type=asset_type,
            content=file.read_bytes(),
            description=description,
            tags=tags,
        )
    families = f" with {', '.join(added.font_families)}" if added.font_families else ""
    click.echo(
        printable(f"Added {name or file.stem} ({added.asset_id}){families} to {brand_name}.{_version(added.version)}")
    )


@asset.command("list")
@click.option("--organization", default=None, metavar="SLUG", help="Only files of this organization.")
@click.option("--removed", is_flag=True, help="Also files that were removed, and are kept for older versions.")
@json_option
@command
def list_command(organization: str | None, removed: bool, as_json: bool) -> None:
    """Lists the files with how many versions of their brand and pictures of the studio were made with them."""
    url = migrated_database_url(Settings.from_environment())
    organization_id = None if organization is None else require_organization(url, organization).organization_id
    with transaction(url) as connection:
        rows = list_files(connection, organization_id, has_removed=removed)
    show_rows(rows, _line, "There are no files yet: add one with `syndication brand asset add`.", as_json=as_json)


@asset.command()
@click.argument("name")
@_brand_option
@organization_option
@command
@requires("brands.edit", in_organization())
def use(name: str, brand_name: str, organization: str) -> None:
    """Draws a brand with a logo or font that it has, such as one that was replaced."""
    from syndication_assets.brand.files.brand_files import use_file  # noqa: PLC0415 - slow

    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        version = use_file(connection, organization_id, brand_id_of(connection, organization_id, brand_name), name)
    click.echo(printable(f"{brand_name} is drawn with {name}.{_version(version)}"))


@asset.command()
@click.argument("name")
@_brand_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@organization_option
@command
@requires("brands.edit", in_organization())
def remove(name: str, brand_name: str, yes: bool, organization: str) -> None:
    """Removes a file. If versions of the brand were drawn with it, it is kept for them, and listed no more."""
    from syndication_assets.brand.files.brand_files import remove_file  # noqa: PLC0415 - slow

    url, organization_id = url_and_organization(organization)
    if not yes:
        click.confirm(printable(f"Remove {name} of {brand_name}?"), abort=True)
    with transaction(url) as connection:
        version = remove_file(connection, organization_id, brand_id_of(connection, organization_id, brand_name), name)
    click.echo(printable(f"Removed {name}.{_version(version)}"))


def _version(version: int | None) -> str:
    return "" if version is None else f" This is version {version} of the brand."


def _line(file: BrandFile) -> str:
    size = f"{file.width} by {file.height}" if file.width else ", ".join(file.font_families)
    use_count = "in use" if file.is_in_use else "not in use"
    versions = f", {file.versions:,} version{'s' if file.versions != 1 else ''}" if file.versions else ""
    pictures = f", {file.pictures:,} picture{'s' if file.pictures != 1 else ''}" if file.pictures else ""
    removed = "" if file.is_active else ", removed"
    description = f"  {file.description}" if file.description else ""
    return (
        f"{file.asset_id}  {file.organization:16} {file.brand:16} {file.name:20} {file.asset_type:8} {size}, "
        f"{file.size_bytes:,} bytes, {use_count}{versions}{pictures}{removed}{description}"
    )
