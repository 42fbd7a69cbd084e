"""Templates, looks and photos of these tests, made here."""

import io
from typing import Any

from PIL import Image, ImageDraw

from syndication_assets.rendering.brand_look import BrandLook

EVERYWHERE = {"x": 0, "y": 0, "width": 1, "height": 1}


def document(**changes: Any) -> dict[str, Any]:
    """A photo, a headline and a logo in two formats."""
    return {
        "name": "Headline",
        "fields": {"headline": {"kind": "text", "is_required": True}, "photo": {"kind": "picture"}},
        "formats": [
            {"name": "card", "width": 400, "height": 400},
            {"name": "tower", "width": 360, "height": 640, "safe_top": 80, "safe_bottom": 110},
        ],
        "layers": [
            {"name": "ground", "kind": "shape", "colour": "brand.primary", "box": EVERYWHERE},
            {"name": "photo", "kind": "photo", "field": "photo", "box": EVERYWHERE},
            text_layer("headline"),
            {
                "name": "logo",
                "kind": "logo",
                "box": {"x": 0.7, "y": 0.15, "width": 0.2, "height": 0.1},
                "align": "end",
            },
        ],
        **changes,
    }


def text_layer(field: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": field,
        "kind": "text",
        "field": field,
        "family": "heading",
        "weight": 700,
        "colour": "#ffffff",
        "size": 0.1,
        "minimum_size": 0.05,
        "box": {"x": 0.1, "y": 0.4, "width": 0.8, "height": 0.4},
        **changes,
    }


def look(**changes: Any) -> BrandLook:
    values: dict[str, Any] = {
        "colours": {"primary": "#123c4a", "accent": "#f4b942"},
        "font_files": (),
        "heading_family": "Inter",
        "text_family": "Noto Sans",
        "logo": png(Image.new("RGBA", (80, 20), "#f4b942")),
        "version": "brd-00000001/1",
    }
    return BrandLook(**{**values, **changes})


def photo(width: int = 600, height: int = 400, *, subject: tuple[int, int] = (450, 200)) -> bytes:
    """A calm surface with one detailed, colourful subject."""
    picture = Image.new("RGB", (width, height), "#9fb4bd")
    draw = ImageDraw.Draw(picture)
    x, y = subject
    for ring in range(60, 0, -6):
        draw.ellipse((x - ring, y - ring, x + ring, y + ring), fill="#c0392b" if ring % 12 else "#fdf6e3")
    return png(picture)


def png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
