"""Draws a template in one of its formats."""

import math
from collections.abc import Mapping, Sequence

from PIL import Image

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import (
    Format,
    GradientLayer,
    Layer,
    LogoLayer,
    PhotoLayer,
    ShapeLayer,
    TextLayer,
    VisualTemplate,
)
from syndication_assets.rendering.encoding import encode
from syndication_assets.rendering.errors import RenderingError
from syndication_assets.rendering.fields import FilledFields, filled_fields
from syndication_assets.rendering.lettering.text_runs import is_right_to_left_language
from syndication_assets.rendering.lettering.typesetter import Lettering, Text, typesetter
from syndication_assets.rendering.pictures.cropping import cover
from syndication_assets.rendering.pictures.decoding import MAXIMUM_PIXELS, decoded
from syndication_assets.rendering.pictures.faces import faces_in
from syndication_assets.rendering.pictures.logos import paste_logo
from syndication_assets.rendering.pictures.shapes import paste_gradient, paste_shape, shape_mask
from syndication_assets.rendering.rendered_picture import RenderedPicture

_SIDES = {"start": "left", "centre": "centre", "end": "right"}


def render(
    template: VisualTemplate,
    format_name: str,
    fields: Mapping[str, str | bytes],
    look: BrandLook,
    *,
    maximum_bytes: int | None,
    mime_types: Sequence[str] = ("image/jpeg", "image/png"),
    language: str = "en",
    maximum_pixels: int = MAXIMUM_PIXELS,
    is_finest: bool = False,
) -> RenderedPicture:
    """The picture in one format. In a language that is read from right to left, the layout is mirrored.

    Raises a RenderingError that says what to change; a text is never cut. Pictures with more than `maximum_pixels` are
    refused. The finest picture is compressed as little as the limit allows.
    """
    chosen = template.format(format_name)
    if chosen is None:
        known = ", ".join(each.name for each in template.formats)
        raise RenderingError(f"The template {template.name!r} has no format {format_name!r}: choose from {known}.")
    filled = filled_fields(template, fields)
    drawing = _Drawing(
        template, chosen, filled, look, is_mirrored=is_right_to_left_language(language), pixels=maximum_pixels
    )
    layers = [layer for layer in template.layers if drawing.shows(layer)]
    letterings = typesetter(tuple(look.font_files)).set(
        [drawing.text(layer) for layer in layers if isinstance(layer, TextLayer)],
        heading_family=look.heading_family,
        text_family=look.text_family,
        language=language,
        format_name=format_name,
    )
    letterings = drawing.stacked(layers, letterings)
    for layer in layers:
        drawing.draw(layer, letterings)
    content, mime_type = encode(
        drawing.canvas,
        format_name=format_name,
        has_photo=drawing.has_photo,
        mime_types=mime_types,
        maximum_bytes=maximum_bytes,
        is_finest=is_finest,
    )
    return RenderedPicture(
        content,
        mime_type,
        chosen.width,
        chosen.height,
        drawing.boxes,
        drawing.text_backgrounds,
        drawing.text_colours,
        {name: lettering.size for name, lettering in letterings.items()},
    )


class _Drawing:
    """A picture while its layers are drawn from back to front."""

    def __init__(
        self,
        template: VisualTemplate,
        chosen: Format,
        filled: FilledFields,
        look: BrandLook,
        *,
        is_mirrored: bool,
        pixels: int,
    ) -> None:
        self.canvas = Image.new("RGB", (chosen.width, chosen.height), "#ffffff")
        self.boxes: dict[str, PixelBox] = {}
        self.text_backgrounds: dict[str, bytes] = {}
        self.text_colours: dict[str, str] = {}
        self.has_photo = False
        self._template = template
        self._format = chosen
        self._filled = filled
        self._look = look
        self._is_mirrored = is_mirrored
        self._maximum_pixels = pixels

    def shows(self, layer: Layer) -> bool:
        """Whether the layer has something to draw in this format."""
        if not layer.is_in(self._format.name) or (layer.only_with and not self._filled.has(layer.only_with)):
            return False
        if isinstance(layer, PhotoLayer | TextLayer):
            return self._filled.has(layer.field)
        return not isinstance(layer, LogoLayer) or self._look.logo is not None

    def text(self, layer: TextLayer) -> Text:
        return Text(
            layer=layer,
            content=self._filled.texts[layer.field],
            box=self._box(layer),
            colour=self._filled.colour(layer.colour, self._look),
            side=self._side(_SIDES[layer.align]),
            reference=math.sqrt(self._format.width * self._format.height),
        )

    def stacked(self, layers: Sequence[Layer], letterings: Mapping[str, Lettering]) -> dict[str, Lettering]:
        """The letterings, each that follows another one moved to it."""
        moved = dict(letterings)
        texts = {each.name: each for each in self._template.layers if isinstance(each, TextLayer)}
        for layer in layers:
            if isinstance(layer, TextLayer) and layer.follows is not None:
                moved[layer.name] = moved[layer.name].moved(self._way_to(layer, texts, moved))
        return moved

    def _way_to(self, layer: TextLayer, texts: Mapping[str, TextLayer], letterings: Mapping[str, Lettering]) -> int:
        """How far down the layer goes to the text that it follows; past each empty one, to where that one would be."""
        mine, way = self._box(layer), 0
        while layer.follows is not None:
            followed = texts[layer.follows]
            theirs = self._box(followed)
            if followed.name in letterings:
                block = letterings[followed.name].block
                return way + (block.bottom - theirs.bottom if layer.vertical == "top" else block.y - theirs.y)
            way += theirs.y - mine.y if layer.vertical == "top" else theirs.bottom - mine.bottom
            layer, mine = followed, theirs
        return way

    def draw(self, layer: Layer, letterings: Mapping[str, Lettering]) -> None:
        box = self._box(layer)
        self.boxes[layer.name] = box
        if isinstance(layer, PhotoLayer):
            self._draw_photo(layer, box)
        elif isinstance(layer, ShapeLayer):
            paste_shape(
                self.canvas,
                box,
                self._filled.colour(layer.colour, self._look),
                opacity=layer.opacity,
                corner_radius=layer.corner_radius,
                is_ellipse=layer.shape == "ellipse",
            )
        elif isinstance(layer, GradientLayer):
            side = self._format.height if layer.direction in {"down", "up"} else self._format.width
            box = self.boxes[layer.name] = self._behind_text(layer, box, letterings)
            paste_gradient(
                self.canvas,
                box,
                direction=self._side(layer.direction),
                from_=(self._filled.colour(layer.from_colour, self._look), layer.from_opacity),
                to=(self._filled.colour(layer.to_colour, self._look), layer.to_opacity),
                length=None if layer.length is None else max(round(layer.length * side), 1),
            )
        elif isinstance(layer, LogoLayer):
            logo = decoded(self._look.logo or b"", "The logo of the brand", self._maximum_pixels)
            self.boxes[layer.name] = paste_logo(
                self.canvas, logo, box, horizontal=self._side(_SIDES[layer.align]), vertical=layer.vertical
            )
        else:
            self._draw_text(layer, letterings[layer.name])

    def _behind_text(self, layer: GradientLayer, box: PixelBox, letterings: Mapping[str, Lettering]) -> PixelBox:
        """The box with its first edge as far from the text that it follows as the template has it."""
        if layer.follows is None or layer.follows not in letterings:
            return box
        followed = next(each for each in self._template.layers if each.name == layer.follows)
        theirs, block = self._box(followed), letterings[layer.follows].block
        if layer.direction == "down":
            top = min(box.y + block.y - theirs.y, box.bottom - 1)
            return PixelBox(box.x, top, box.width, box.bottom - top)
        return PixelBox(box.x, box.y, box.width, max(box.height + block.bottom - theirs.bottom, 1))

    def _draw_photo(self, layer: PhotoLayer, box: PixelBox) -> None:
        what = f"The picture of the field {layer.field!r}"
        content = self._filled.pictures[layer.field]
        photo = decoded(content, what, self._maximum_pixels)
        part = cover(photo, box.width, box.height, faces_in(content, what, self._maximum_pixels))
        mask = shape_mask(box.width, box.height, layer.corner_radius)
        if part.mode == "RGBA":
            # What is transparent in the photo shows what is behind it.
            behind = self.canvas.crop(box.corners).convert("RGBA")
            part = Image.alpha_composite(behind, part).convert("RGB")
        self.canvas.paste(part, box.corners, mask)
        self.has_photo = True

    def _draw_text(self, layer: TextLayer, lettering: Lettering) -> None:
        if layer.plate is not None:
            paste_shape(
                self.canvas,
                lettering.block,
                self._filled.colour(layer.plate.colour, self._look),
                opacity=1,
                corner_radius=layer.plate.corner_radius,
                is_ellipse=False,
            )
            self.boxes[f"{layer.name}.plate"] = lettering.block
        box = self.boxes[layer.name] = lettering.box.within(*self.canvas.size)
        self.text_colours[layer.name] = self._filled.colour(layer.colour, self._look)
        self.text_backgrounds[layer.name] = self.canvas.crop(box.corners).tobytes()
        picture = lettering.picture
        self.canvas.paste(picture.convert("RGB"), (lettering.x, lettering.y), picture.getchannel("A"))

    def _box(self, layer: Layer) -> PixelBox:
        box = layer.box_in(self._format.name)
        width, height = self._format.width, self._format.height
        left, top = round(box.x * width), round(box.y * height)
        right, bottom = round((box.x + box.width) * width), round((box.y + box.height) * height)
        pixels = PixelBox(left, top, max(right - left, 1), max(bottom - top, 1))
        return pixels.mirrored(width) if self._is_mirrored else pixels

    def _side(self, side: str) -> str:
        if not self._is_mirrored:
            return side
        return {"left": "right", "right": "left"}.get(side, side)
