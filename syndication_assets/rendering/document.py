"""The document of a visual template: formats, named fields, and layers from back to front.

Boxes are fractions of the format; sizes of texts are fractions of the side of a square that is as large as the format,
so that a text is about as prominent in each. What a model alone cannot see (fields that nothing uses, boxes in the safe
zone) is found by `document_check.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Described

Name = Annotated[str, Described(pattern="^[a-z][a-z0-9_]{0,62}$")]
Fraction = Annotated[float, Described(ge=0, le=1)]
Colour = Annotated[
    str,
    Described(
        pattern="^(#[0-9a-f]{6}|(brand|field)\\.[a-z][a-z0-9_]{0,62})$",
        description='"#rrggbb", a colour of the brand such as "brand.primary", or a field such as "field.accent".',
    ),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(_Model):
    """What a person or a run fills in. A `picture` is the bytes of a picture, a `colour` is "#rrggbb"."""

    kind: Literal["text", "picture", "colour"]
    is_required: bool = False
    max_characters: Annotated[int, Described(ge=1, le=2000)] | None = None
    default: str | None = None
    examples: dict[Annotated[str, Described(pattern="^[a-z]{2,3}(-[A-Za-z0-9]+)*$")], str] = {}
    """What a preview shows, by language; the first one stands for languages without one."""

    @model_validator(mode="after")
    def _limits_and_defaults(self) -> "Field":
        if self.max_characters is not None and self.kind != "text":
            raise ValueError("only a text has max_characters")
        if self.default is not None and self.kind == "picture":
            raise ValueError("a picture has no default: leave the field out of the map to draw without it")
        if self.examples and self.kind != "text":
            raise ValueError("only a text has examples")
        return self

    def example(self, language: str) -> str | None:
        """The text of a preview, in English where its language has none, else in any; None if the template has none.

        The database keeps examples in the order of their tags, not of the document.
        """
        for tag in (language, language.split("-", maxsplit=1)[0], "en"):
            if tag in self.examples:
                return self.examples[tag]
        return next(iter(self.examples.values()), None)


class Format(_Model):
    """A size in pixels, and how much of each edge the platform covers: no text or logo is drawn there."""

    name: Name
    width: Annotated[int, Described(ge=200, le=4096)]
    height: Annotated[int, Described(ge=200, le=4096)]
    safe_top: Annotated[int, Described(ge=0)] = 0
    safe_right: Annotated[int, Described(ge=0)] = 0
    safe_bottom: Annotated[int, Described(ge=0)] = 0
    safe_left: Annotated[int, Described(ge=0)] = 0


class Box(_Model):
    """A place in the format, as fractions of its width and height."""

    x: Fraction
    y: Fraction
    width: Annotated[float, Described(gt=0, le=1)]
    height: Annotated[float, Described(gt=0, le=1)]

    @model_validator(mode="after")
    def _inside(self) -> "Box":
        if self.x + self.width > 1.0001 or self.y + self.height > 1.0001:
            raise ValueError("the box reaches out of the format: x + width and y + height are at most 1")
        return self


class WideBox(_Model):
    """A place that may reach out of the format, where it is cut: a circle that enters from a corner."""

    x: Annotated[float, Described(ge=-1, le=1)]
    y: Annotated[float, Described(ge=-1, le=1)]
    width: Annotated[float, Described(gt=0, le=2)]
    height: Annotated[float, Described(gt=0, le=2)]

    @model_validator(mode="after")
    def _seen(self) -> "WideBox":
        if min(self.x + self.width, self.y + self.height) <= 0 or max(self.x, self.y) >= 1:
            raise ValueError("nothing of the box is in the format")
        return self


class _Layer(_Model):
    name: Name
    box: Box
    boxes: dict[str, Box] = {}
    """Other boxes by format name."""
    only_in: Annotated[list[str], Described(min_length=1)] | None = None
    """Format names; everywhere if it is left out."""
    only_with: Name | None = None
    """Drawn only if this field is filled."""

    def box_in(self, format_name: str) -> Box | WideBox:
        return self.boxes.get(format_name, self.box)

    def is_in(self, format_name: str) -> bool:
        return self.only_in is None or format_name in self.only_in


class PhotoLayer(_Layer):
    """A picture that fills its box, cropped around what is seen first. Left out if the field is empty."""

    kind: Literal["photo"]
    field: Name
    corner_radius: Annotated[float, Described(ge=0, le=0.5)] = 0


class ShapeLayer(_Layer):
    """One colour."""

    kind: Literal["shape"]
    box: WideBox  # type: ignore[assignment] # a shape may be cut, everything else may not
    boxes: dict[str, WideBox] = {}  # type: ignore[assignment]
    shape: Literal["rectangle", "ellipse"] = "rectangle"
    colour: Colour
    opacity: Fraction = 1
    corner_radius: Annotated[float, Described(ge=0, le=0.5)] = 0


class GradientLayer(_Layer):
    """From one colour and opacity to another, as darkens a photo under a text."""

    kind: Literal["gradient"]
    direction: Literal["down", "up", "right", "left"]
    from_colour: Colour
    from_opacity: Fraction = 0
    to_colour: Colour
    to_opacity: Fraction = 1
    length: Annotated[float, Described(gt=0, le=1)] | None = None
    """Of the way, as a fraction of the format's height (down, up) or width; the rest of the box has the second colour.
    The whole box if it is left out."""
    follows: Name | None = None
    """A text that it darkens the photo under, however long that is: its first edge keeps its distance to the text."""


class Plate(_Model):
    """What is drawn behind a text, as large as the text: a button or a label."""

    colour: Colour
    padding: Annotated[float, Described(ge=0, le=2)] = 0.6
    """In sizes of the text, on the sides; half of it above and below."""
    corner_radius: Annotated[float, Described(ge=0, le=0.5)] = 0.5


class TextLayer(_Layer):
    """A text that fits its box: its size steps down from `size` to `minimum_size`."""

    kind: Literal["text"]
    field: Name
    family: Literal["heading", "text"] = "text"
    weight: Annotated[int, Described(ge=100, le=900)] = 400
    colour: Colour
    size: Annotated[float, Described(gt=0, le=0.5)]
    minimum_size: Annotated[float, Described(gt=0, le=0.5)]
    line_height: Annotated[float, Described(ge=0.9, le=2)] = 1.15
    letter_spacing: Annotated[float, Described(ge=-0.1, le=0.5)] = 0
    """In sizes of the text; scripts whose letters join are never spaced."""
    align: Literal["start", "centre", "end"] = "start"
    """Start is left, or right in a language that is read from right to left."""
    vertical: Literal["top", "middle", "bottom"] = "top"
    plate: Plate | None = None
    follows: Name | None = None
    """Another text that this one stays close to, however long it is: below it if both are at the top of their boxes,
    above it if both are at the bottom. The distance of the boxes is kept. If that text is empty, this one takes its
    place."""

    @model_validator(mode="after")
    def _sizes(self) -> "TextLayer":
        if self.minimum_size > self.size:
            raise ValueError("minimum_size is larger than size")
        return self


class LogoLayer(_Layer):
    """The brand's logo, whole and in its own proportions. Left out if the brand has none."""

    kind: Literal["logo"]
    align: Literal["start", "centre", "end"] = "start"
    vertical: Literal["top", "middle", "bottom"] = "top"


Layer = Annotated[
    PhotoLayer | ShapeLayer | GradientLayer | TextLayer | LogoLayer,
    Described(discriminator="kind"),
]


class VisualTemplate(_Model):
    """A design that is filled by a map of fields and drawn in each of its formats."""

    name: Annotated[str, Described(min_length=1, max_length=100)]
    fields: dict[Name, Field]
    layers: Annotated[list[Layer], Described(min_length=1, max_length=50)]
    formats: Annotated[list[Format], Described(min_length=1, max_length=30)]

    def format(self, name: str) -> Format | None:
        return next((each for each in self.formats if each.name == name), None)
