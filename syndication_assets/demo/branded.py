"""The brand of `make demo`: the demo brand Meridian, and one of its pictures."""

from pathlib import Path

from rich.console import Console

from syndication_assets.brand.example.example_brand import EXAMPLE_NAME, add_example
from syndication_assets.brand.profiles.stored_look import current_look
from syndication_assets.brand.templates.template_preview import example_fields, preview_picture
from syndication_assets.brand.templates.template_rows import template_named
from syndication_assets.database.connection import transaction
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.document_check import read_template
from syndication_assets.settings import Settings

_TEMPLATE, _FORMAT, _LANGUAGE = "Statement", "square", "ar"


def show_brand(console: Console, url: str, settings: Settings, organization: str) -> None:
    """Adds the demo brand, draws one picture of it, and prints where it is."""
    store = MediaStore.of(settings)
    store.claim(url)
    with transaction(url) as connection:
        ((organization_id,),) = connection.execute(
            "select organization_id from tenancy.organizations where slug = %s", [organization]
        ).fetchall()
        brand_id = add_example(connection, store, organization_id)
        look = current_look(connection, store, organization_id, brand_id)
        design = read_template(template_named(connection, organization_id, _TEMPLATE).document)
    picture = preview_picture(design, _FORMAT, look, _LANGUAGE, example_fields(design, _LANGUAGE))
    file = Path(settings.reports_directory) / organization / f"{EXAMPLE_NAME.lower()}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture.content)
    console.print(f"The brand {EXAMPLE_NAME}, its template {_TEMPLATE} in Arabic: {file}", soft_wrap=True)
