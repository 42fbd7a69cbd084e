"""`syndication stock`: photos for visuals, of services and of the organization itself, with their licences."""

from pathlib import Path
from typing import cast

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.stock.listing import ListedImage, list_images
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

SOURCES = ("own", "freepik", "pexels", "unsplash", "openverse")


@click.group()
def stock() -> None:
    """Searches, adds and lists photos for visuals, with their licences."""


@stock.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", required=True, help="What it shows: part of the alternative text, and found by searches.")
@click.option("--words", metavar="WORDS", help="Further words that find it.")
@click.option("--author", metavar="NAME", help="Who made it.")
@click.option("--licence", default="own", show_default=True, help="The licence that lets you use it.")
@click.option("--attribution", metavar="TEXT", help="The words that its licence wants where it is shown.")
@organization_option
@command
@requires("briefs.edit", in_organization())
def add(
    file: Path,
    title: str,
    words: str | None,
    author: str | None,
    licence: str,
    attribution: str | None,
    organization: str,
) -> None:
    """Adds the picture FILE of your own, which you may use in marketing and may change."""
    from syndication_assets.media.contents.inspecting import MediaInspector  # noqa: PLC0415 - slow
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415
    from syndication_assets.media.stock.own_images import add_own_image  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    with MediaInspector() as inspector:
        stock_image_id = add_own_image(
            url,
            MediaStore.of(settings),
            organization_id,
            file.read_bytes(),
            inspector.read,
            title=title,
            words=words,
            author=author,
            licence=licence,
            attribution=attribution,
        )
    click.echo(f"{stock_image_id} is added: {printable(title)}")


@stock.command(name="list")
@click.option("--organization", default=None, metavar="SLUG", help="Only pictures of this organization.")
@click.option("--source", type=click.Choice(SOURCES), default=None, help="Only of this source.")
@click.option("--removed", is_flag=True, help="Also photos that were removed, and stay for visuals that show them.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def list_command(organization: str | None, source: str | None, removed: bool, limit: int, as_json: bool) -> None:
    """Lists stored photos with their licences, the newest first."""
    url = migrated_database_url(Settings.from_environment())
    if organization is not None:
        require_organization(url, organization)
    with transaction(url) as connection:
        rows = list_images(connection, organization=organization, source=source, has_removed=removed, maximum=limit)
    show_rows(rows, _line, "There is no photo: `syndication stock add` or `search`.", as_json=as_json)


@stock.command()
@click.argument("stock_image_id", metavar="ID")
@command
def show(stock_image_id: str) -> None:
    """Shows a photo with all that its source says of it."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = list_images(connection, stock_image_id=stock_image_id, has_removed=True, maximum=1)
    if not rows:
        raise SyndicationError(f"There is no photo {stock_image_id}: `syndication stock list`.")
    for name, value in rows[0]._asdict().items():
        shown = "not known" if value is None else value
        click.echo(printable(f"{name.replace('_', ' ')}: {shown}"))


@stock.command()
@click.argument("stock_image_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("briefs.edit", of_rows("media.stock_images", "stock_image_id"))
def remove(stock_image_id: str, yes: bool) -> None:
    """Takes a photo out of the stock, so that no brief takes it any more. Visuals that show it keep it."""
    from syndication_assets.media.stock.image_removing import remove_image  # noqa: PLC0415 - slow

    url = migrated_database_url(Settings.from_environment())
    with transaction(url) as connection:
        rows = connection.execute(
            "select organization_id from media.stock_images where stock_image_id = %s and removed_at is null",
            [stock_image_id],
        ).fetchall()
    if not rows:
        raise SyndicationError(f"There is no photo {stock_image_id}: `syndication stock list`.")
    if not yes:
        click.confirm(f"Remove {stock_image_id}?", abort=True)
    with transaction(url) as connection:
        removal = remove_image(connection, rows[0][0], stock_image_id)
    if removal is None:
        raise SyndicationError(f"There is no photo {stock_image_id} any more.")
    if removal.is_deleted:
        click.echo(f"{stock_image_id} is removed; its file goes with `syndication media clean`.")
    else:
        click.echo(f"{stock_image_id} is removed, and stays for what has it: {', '.join(removal.request_ids)}.")


@stock.command()
@click.argument("words")
@click.option(
    "--orientation",
    type=click.Choice(["landscape", "portrait", "square"]),
    default="square",
    show_default=True,
    help="The shape of the photo.",
)
@organization_option
@command
@requires("briefs.edit", in_organization())
def search(words: str, orientation: str, organization: str) -> None:
    """Stores the first photo for WORDS that a source has and that may be used, as a brief would."""
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow
    from syndication_assets.media.stock.finding import opened_stock_photos  # noqa: PLC0415
    from syndication_assets.media.stock.stock_source import Orientation  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    store = MediaStore.of(settings)
    store.claim(url)
    with opened_stock_photos(url, settings, store) as photos:
        found = photos.find(organization_id, words, cast("Orientation", orientation))
    for source, reason in found.reasons.items():
        click.echo(printable(f"{source}: {reason}"))
    if found.image is None:
        raise SyndicationError("No source has a photo for these words.")
    click.echo(printable(f"{found.image.stock_image_id}: {found.image.title or 'without a title'}"))


def _line(row: ListedImage) -> str:
    removed = "" if row.removed_at is None else ", removed"
    used = "never used" if row.last_used_at is None else f"used {row.last_used_at:%Y-%m-%d}"
    return (
        f"{row.organization} {row.stock_image_id} {row.source} {row.licence or 'licence not known'}, {used}{removed}: "
        f"{row.title or row.source_image_id}"
    )
