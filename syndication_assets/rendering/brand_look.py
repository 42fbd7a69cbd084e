"""What a brand gives to its pictures: colours, fonts and a logo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BrandLook:
    """The look of one version of a brand.

    `colours` are "#rrggbb" by name; a template names them as "brand.<name>". `font_files` are TrueType or OpenType
    files; the families may also be of fonts that come with the kit (`fonts/kit_fonts.py`). `logo` is a PNG, JPEG or
    WebP picture. `version` tells looks apart in the render hash.
    """

    colours: Mapping[str, str]
    font_files: Sequence[bytes]
    heading_family: str
    text_family: str
    logo: bytes | None
    version: str
