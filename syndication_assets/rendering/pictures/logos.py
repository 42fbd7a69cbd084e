"""Logos: whole, in their own proportions, unchanged."""

from PIL import Image

from syndication_assets.rendering.boxes import PixelBox


def paste_logo(canvas: Image.Image, logo: Image.Image, box: PixelBox, *, horizontal: str, vertical: str) -> PixelBox:
    """Draws the logo as large as the box allows; returns where it is. `horizontal` is left, centre or right."""
    scale = min(box.width / logo.width, box.height / logo.height)
    width, height = max(round(logo.width * scale), 1), max(round(logo.height * scale), 1)
    left = {"left": 0, "centre": (box.width - width) // 2, "right": box.width - width}[horizontal]
    top = {"top": 0, "middle": (box.height - height) // 2, "bottom": box.height - height}[vertical]
    place = PixelBox(box.x + left, box.y + top, width, height)
    resized = logo.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
    if resized.mode == "RGBA":
        canvas.paste(resized.convert("RGB"), place.corners, resized.getchannel("A"))
    else:
        canvas.paste(resized, place.corners)
    return place
