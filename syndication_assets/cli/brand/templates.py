"""`syndication brand template`: the designs of pictures, and how they look."""

import json
from pathlib import Path
from typing import Any

import click

from syndication_assets.brand.profiles.brand_versions import BrandError, brand_id_of
from syndication_assets.brand.templates.template_rows import StoredTemplate, template_named
from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.configuration.entries import add_entry, change_entry
from syndication_assets.configuration.sections.visual_templates import VISUAL_TEMPLATES
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.rendering.document import VisualTemplate
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_document_option = click.option(
    "--document",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file with formats, fields and layers.",
)


@click.group()
def template() -> None:
    """Manages visual templates: designs that are filled by fields and drawn in every size."""


@template.command()
@click.argument("name")
@_document_option
@click.option("--brand", default=None, metavar="NAME", help="The only brand that it is for; default: all brands.")
@organization_option
@command
@requires("brands.edit", in_organization())
def add(name: str, document: Path, brand: str | None, organization: str) -> None:
    """Adds a visual template. In a configuration file, it is an entry of `visual_templates`."""
    values = {"name": name, "brand": brand, "document": _read(document)}
    add_entry(_url(), organization, VISUAL_TEMPLATES, values, person_who_acts())
    click.echo(printable(f"Added {name}. See it: `syndication brand template preview`."))


@template.command()
@click.argument("name")
@_document_option
@organization_option
@command
@requires("brands.edit", in_organization())
def edit(name: str, document: Path, organization: str) -> None:
    """Gives a visual template another document, as a new version."""
    values = {"document": _read(document)}
    changed = change_entry(_url(), organization, VISUAL_TEMPLATES, (name,), values, person_who_acts())
    click.echo(printable(f"{name} has {'a new version' if changed else 'this document already'}."))


@template.command()
@click.argument("name")
@organization_option
@json_option
@command
def show(name: str, organization: str, as_json: bool) -> None:
    """Shows the fields and formats of a visual template, and the channels that each format is for."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        stored = template_named(connection, organization_id, name)
        channels = {row[0]: row[7] for row in connection.execute(load_sql("brand/channel_formats.sql"))}
    if as_json:
        click.echo(json.dumps(stored.document, ensure_ascii=True, indent=2))
        return
    for line in _lines(stored, channels):
        click.echo(printable(line))


@template.command()
@click.argument("name")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--brand", "brand_name", default=None, metavar="NAME", help="Brand; default: the only one there is.")
@click.option("--format", "format_name", default=None, metavar="NAME", help="One format; default: all on one sheet.")
@click.option("--language", default="en", show_default=True, metavar="TAG", help="Language of the example texts.")
@click.option("--photo", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A photo of your own.")
@click.option("--field", "fields", multiple=True, metavar="NAME=TEXT", help="Text of a field. Repeat it for several.")
@organization_option
@command
def preview(
    name: str,
    output: Path,
    brand_name: str | None,
    format_name: str | None,
    language: str,
    photo: Path | None,
    fields: tuple[str, ...],
    organization: str,
) -> None:
    """Draws a visual template with its example texts, as PNG or JPEG. Changes nothing in the database."""
    from syndication_assets.brand.profiles.stored_look import current_look  # noqa: PLC0415 - slow
    from syndication_assets.brand.templates.template_preview import example_fields, preview_picture, preview_sheet  # noqa: PLC0415
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415
    from syndication_assets.rendering.document_check import read_template  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        stored = template_named(connection, organization_id, name)
        brand_id = _brand(connection, organization_id, stored, brand_name)
        look = current_look(connection, MediaStore.of(settings), organization_id, brand_id)
    design = read_template(stored.document)
    filled = example_fields(design, language, photo.read_bytes() if photo else None)
    filled.update(dict(_typed(each) for each in fields))
    if format_name is None:
        content = preview_sheet(design, look, language, filled)
    else:
        content = preview_picture(design, format_name, look, language, filled).content
    output.write_bytes(content)
    click.echo(printable(f"Wrote {output}: {len(content):,} bytes."))


def _brand(connection: Connection, organization_id: str, stored: StoredTemplate, name: str | None) -> str:
    """The brand that was named, that of the template, or the only one."""
    if name is not None:
        return brand_id_of(connection, organization_id, name)
    if stored.brand_id is not None:
        return stored.brand_id
    rows = connection.execute(
        "select brand_id, brand_name from brand.brand_profiles where organization_id = %s and is_active"
        " order by brand_name",
        [organization_id],
    ).fetchall()
    if len(rows) != 1:
        names = (
            ", ".join(each for _, each in rows) or "none: `syndication brand add`, or `syndication brand add-example`"
        )
        raise BrandError(f"Name the brand with --brand; there are {names}.")
    return str(rows[0][0])


def _typed(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise SyndicationError(f"{text!r} is no field: write --field NAME=TEXT.")
    return name, value


def _read(document: Path) -> dict[str, Any]:
    try:
        found = json.loads(document.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SyndicationError(f"{document} is no JSON file: {error}.") from None
    if not isinstance(found, dict):
        raise SyndicationError(f"{document} is no template: its JSON is no object.")
    return found


def _lines(stored: StoredTemplate, channels: dict[str, list[str]]) -> list[str]:
    design = VisualTemplate.model_validate(stored.document)
    brand = f"only for {stored.brand}" if stored.brand else "for all brands"
    state = "" if stored.is_active else ", paused"
    lines = [f"{stored.name} ({stored.template_id}), version {stored.version}, {brand}{state}", "fields:"]
    for name, field in design.fields.items():
        limit = f", at most {field.max_characters} characters" if field.max_characters else ""
        lines.append(f"  {name}: {field.kind}{', required' if field.is_required else ''}{limit}")
    lines.append("formats:")
    for each in design.formats:
        where = ", ".join(channels.get(each.name, ["no channel"]))
        lines.append(f"  {each.name}: {each.width} by {each.height}, {where}")
    return lines


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
