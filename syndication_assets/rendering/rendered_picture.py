"""What rendering gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from syndication_assets.rendering.boxes import PixelBox


@dataclass(frozen=True)
class RenderedPicture:
    """An encoded picture, and what was drawn where: `boxes` by layer name (of a text, where there is ink),
    `text_backgrounds` as RGB pixels of the text's box before the text was drawn, `text_sizes` in pixels.
    """

    content: bytes
    mime_type: str
    width: int
    height: int
    boxes: Mapping[str, PixelBox]
    text_backgrounds: Mapping[str, bytes]
    text_colours: Mapping[str, str]
    text_sizes: Mapping[str, float]
