"""What a file of a brand is, read in a child process with a limit on its memory: it comes from outside."""

from dataclasses import dataclass

from syndication_assets.brand.profiles.brand_versions import BrandError
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError
from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.rendering.fonts.font_folder import families_in

MAXIMUM_BYTES = 50_000_000
_PICTURES = {"image/png", "image/jpeg", "image/webp"}
_FONTS = {b"\x00\x01\x00\x00": "font/ttf", b"true": "font/ttf", b"OTTO": "font/otf", b"ttcf": "font/collection"}
_FONT_MEMORY_BYTES = 2 * 1024**3
_FONT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What is known of a file before it is stored."""

    mime_type: str
    preview: Preview
    font_families: list[str]


def read_brand_file(content: bytes, asset_type: str) -> ReadFile:
    """BrandError if the file is damaged, too large or of another kind than its type."""
    if len(content) > MAXIMUM_BYTES:
        raise BrandError(f"The file has more than {MAXIMUM_BYTES:,} bytes: store a smaller one.")
    if asset_type == "font":
        return _font(content)
    mime_type = mime_type_of(content)
    if mime_type not in _PICTURES:
        raise BrandError(f"A file of type {asset_type} is a PNG, JPEG or WebP picture: this is none.")
    with MediaInspector() as inspector:
        try:
            return ReadFile(mime_type, inspector.read(content, mime_type), [])
        except DamagedMediaError as error:
            raise BrandError(f"The picture cannot be used: {error}.") from None


def _font(content: bytes) -> ReadFile:
    mime_type = _FONTS.get(content[:4])
    if mime_type is None:
        raise BrandError("A font is a TrueType or OpenType file (.ttf, .otf, .ttc): this is none.")
    child = BoundedChild(memory_bytes=_FONT_MEMORY_BYTES, seconds=_FONT_SECONDS)
    try:
        families = child.run(list[str], families_in, content)
    except (ChildEndedError, ChildRaisedError):
        families = []
    finally:
        child.close()
    if not families:
        raise BrandError("The font is damaged: no family can be read from it.")
    return ReadFile(mime_type, Preview(reason=f"no small copy is made of {mime_type}"), families)
