"""The demo brand: an invented studio, to see what the pictures look like before there is a brand of one's own."""

from importlib.resources import files

from syndication_assets.brand.files.brand_files import add_file
from syndication_assets.brand.files.file_kinds import ReadFile
from syndication_assets.brand.profiles.brand_content import BrandContent
from syndication_assets.brand.profiles.brand_versions import brand_id_of, write_brand
from syndication_assets.database.connection import Connection
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.brand_look import BrandLook

EXAMPLE_NAME = "Meridian"
_LOGO_TYPE = "image/png"
EXAMPLE = BrandContent(
    colours={
        "primary": "#0e3b43",
        "secondary": "#2f7f86",
        "accent": "#f4a95b",
        "dark": "#0b1f26",
        "light": "#faf6ee",
    },
    heading_family="Inter",
    text_family="Noto Sans",
    voice="Calm, precise and warm: short sentences, no exclamation marks, numbers with their source.",
    messaging_guidelines="Says what was found and how. Promises nothing, and names no competitor.",
    visual_guidelines="One subject, much air, evening light. No stock smiles, no screens with invented data.",
    usage_restrictions="The logo stands on light, with at least its own mark's width around it.",
    vocabulary=["founders", "calm", "craft"],
    banned_words=["game-changer", "disrupt", "guru"],
    languages=["en", "de", "ar"],
)


def example_logo() -> bytes:
    """PNG with a transparent ground."""
    return (files(__package__) / "logo.png").read_bytes()


def example_look() -> BrandLook:
    """The look of the demo brand, without a database."""
    return BrandLook(
        colours=EXAMPLE.colours,
        font_files=(),
        heading_family=EXAMPLE.heading_family,
        text_family=EXAMPLE.text_family,
        logo=example_logo(),
        version="example/1",
    )


def add_example(connection: Connection, store: MediaStore, organization_id: str) -> str:
    """Adds the demo brand with its logo to an organization that does not have it; returns its id. A re-run changes
    nothing.
    """
    has_it = connection.execute(
        "select from brand.brand_profiles where organization_id = %s and brand_name = %s",
        [organization_id, EXAMPLE_NAME],
    ).fetchall()
    if has_it:
        return brand_id_of(connection, organization_id, EXAMPLE_NAME)
    write_brand(connection, organization_id, EXAMPLE_NAME, EXAMPLE, is_active=True)
    brand_id = brand_id_of(connection, organization_id, EXAMPLE_NAME)
    add_file(
        connection,
        store,
        organization_id,
        brand_id,
        name="logo",
        asset_type="logo",
        content=example_logo(),
        description="Mark and name, for light grounds.",
        # The project's own file needs no process of its own.
        read=lambda content, _: ReadFile(_LOGO_TYPE, read_picture(content, _LOGO_TYPE), []),
    )
    return brand_id
