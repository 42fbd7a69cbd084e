"""A variant as the measures see it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import Format, LogoLayer, PhotoLayer, VisualTemplate
from syndication_assets.rendering.rendered_picture import RenderedPicture


@dataclass(frozen=True, slots=True)
class Wording:
    """What brief and visual say, and the words of the brand."""

    fields: Mapping[str, str]
    message: str
    language: str
    alt_text: str
    vocabulary: Sequence[str]
    banned_words: Sequence[str]

    @property
    def words(self) -> str:
        """What brief and visual say."""
        return "\n".join(dict.fromkeys([self.message, *self.fields.values()]))


@dataclass(frozen=True, slots=True)
class Subject:
    """A rendered picture, with what it was to be."""

    picture: RenderedPicture
    template: VisualTemplate
    """As it was drawn: with corrections, and with the format of the channel alone."""
    look: BrandLook
    format: Format
    maximum_bytes: int | None
    mime_types: Sequence[str]
    wording: Wording
    corrections: Sequence[str]

    @property
    def text_boxes(self) -> dict[str, PixelBox]:
        return {name: self.picture.boxes[name] for name in self.picture.text_colours if name in self.picture.boxes}

    @property
    def photo_boxes(self) -> list[PixelBox]:
        return self._boxes_of(PhotoLayer)

    @property
    def logo_boxes(self) -> list[PixelBox]:
        return self._boxes_of(LogoLayer)

    @property
    def has_logo_layer(self) -> bool:
        return any(isinstance(layer, LogoLayer) and layer.is_in(self.format.name) for layer in self.template.layers)

    def _boxes_of(self, kind: type[PhotoLayer] | type[LogoLayer]) -> list[PixelBox]:
        return [
            self.picture.boxes[layer.name]
            for layer in self.template.layers
            if isinstance(layer, kind) and layer.name in self.picture.boxes
        ]


def corners(box: PixelBox) -> list[int]:
    """The box as evidence names it: left, top, right, bottom."""
    return list(box.corners)
