"""Finds what is wrong with a template before it is stored, with the place: what the models alone cannot see."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from syndication_assets.rendering.document import (
    Box,
    Format,
    GradientLayer,
    Layer,
    LogoLayer,
    PhotoLayer,
    ShapeLayer,
    TextLayer,
    VisualTemplate,
    WideBox,
)
from syndication_assets.rendering.errors import RenderingError

_SLACK = 0.51
"""In pixels: a box that is rounded to the edge of the safe zone is inside."""


class TemplateError(RenderingError):
    """A document is no usable template; `problems` has a sentence for each place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The template cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


def read_template(document: Mapping[str, object]) -> VisualTemplate:
    """The template of a JSON document. TemplateError with every problem that can be found without a brand."""
    try:
        template = VisualTemplate.model_validate(document)
    except ValidationError as error:
        raise TemplateError([_sentence(each["loc"], each["msg"]) for each in error.errors()]) from None
    problems = list(template_problems(template))
    if problems:
        raise TemplateError(problems)
    return template


def template_problems(template: VisualTemplate) -> Iterator[str]:
    """Names that do not exist or exist twice, fields that nothing shows, and boxes in the safe zone."""
    yield from _repeated("formats", [each.name for each in template.formats])
    yield from _repeated("layers", [each.name for each in template.layers])
    for each in template.formats:
        if each.safe_left + each.safe_right >= each.width or each.safe_top + each.safe_bottom >= each.height:
            yield f"formats, {each.name}: its safe zone is empty"
    used: set[str] = set()
    for layer in template.layers:
        place = f"layers, {layer.name}"
        used |= {name for name, _ in _fields_of(layer)}
        yield from _unknown_names(template, layer, place)
        yield from _outside_of_safe_zones(template, layer, place)
    for name in template.fields.keys() - used:
        yield f"fields, {name}: no layer shows it"


def brand_problems(template: VisualTemplate, colours: Mapping[str, str]) -> Iterator[str]:
    """Colours that the brand does not have."""
    for layer in template.layers:
        for colour in _colours_of(layer):
            kind, _, name = colour.partition(".")
            if kind == "brand" and name not in colours:
                known = ", ".join(sorted(colours)) or "none"
                yield f"layers, {layer.name}: the brand has no colour {name!r} (it has {known})"


def _unknown_names(template: VisualTemplate, layer: Layer, place: str) -> Iterator[str]:
    formats = {each.name for each in template.formats}
    for name in {*layer.boxes, *(layer.only_in or [])} - formats:
        yield f"{place}: there is no format {name!r}"
    for name, kind in _fields_of(layer):
        field = template.fields.get(name)
        if field is None:
            yield f"{place}: there is no field {name!r}"
        elif field.kind != kind:
            yield f"{place}: the field {name!r} is a {field.kind}, not a {kind}"
        elif kind == "colour" and field.default is None and not field.is_required:
            yield f"{place}: its colour needs a default, as the field {name!r} may be empty"
    if isinstance(layer, TextLayer) and layer.follows is not None:
        yield from _follows(template, layer, place)
    if isinstance(layer, GradientLayer) and layer.follows is not None:
        texts = {each.name for each in template.layers if isinstance(each, TextLayer)}
        if layer.follows not in texts or layer.direction not in {"down", "up"}:
            yield f"{place}: only a gradient that runs down or up follows a text, and {layer.follows!r} has to be one"
    if layer.only_with is not None and layer.only_with not in template.fields:
        yield f"{place}: there is no field {layer.only_with!r}"


def _follows(template: VisualTemplate, layer: TextLayer, place: str) -> Iterator[str]:
    earlier = template.layers[: template.layers.index(layer)]
    followed = next((each for each in earlier if each.name == layer.follows), None)
    if not isinstance(followed, TextLayer):
        yield f"{place}: it follows {layer.follows!r}, which is no text among the layers before it"
    elif followed.vertical != layer.vertical or layer.vertical == "middle":
        yield f"{place}: it follows {layer.follows!r}: both have to be at the top, or at the bottom of their boxes"


def _outside_of_safe_zones(template: VisualTemplate, layer: Layer, place: str) -> Iterator[str]:
    if not isinstance(layer, TextLayer | LogoLayer):
        return
    for chosen in template.formats:
        if layer.is_in(chosen.name):
            for side, pixels in _over(layer.box_in(chosen.name), chosen):
                yield (
                    f"{place}, {chosen.name}: its box reaches {round(pixels)} pixels into the {side} edge, which the"
                    " platform covers"
                )


def _over(box: Box | WideBox, chosen: Format) -> Iterator[tuple[str, float]]:
    """How far the box reaches into each covered edge, also when the layout is mirrored."""
    left, right = box.x * chosen.width, (1 - box.x - box.width) * chosen.width
    covered = max(chosen.safe_left, chosen.safe_right)
    for side, pixels in (
        ("top", chosen.safe_top - box.y * chosen.height),
        ("right", covered - right),
        ("bottom", chosen.safe_bottom - (1 - box.y - box.height) * chosen.height),
        ("left", covered - left),
    ):
        if pixels > _SLACK:
            yield side, pixels


def _fields_of(layer: Layer) -> Iterator[tuple[str, str]]:
    """The fields that the layer shows, with the kind each has to be."""
    if isinstance(layer, PhotoLayer):
        yield layer.field, "picture"
    if isinstance(layer, TextLayer):
        yield layer.field, "text"
    for colour in _colours_of(layer):
        kind, _, name = colour.partition(".")
        if kind == "field":
            yield name, "colour"


def _colours_of(layer: Layer) -> list[str]:
    if isinstance(layer, GradientLayer):
        return [layer.from_colour, layer.to_colour]
    if isinstance(layer, ShapeLayer):
        return [layer.colour]
    if isinstance(layer, TextLayer):
        return [layer.colour, *([layer.plate.colour] if layer.plate else [])]
    return []


def _repeated(place: str, names: list[str]) -> Iterator[str]:
    for name, number in Counter(names).items():
        if number > 1:
            yield f"{place}: {number} are named {name!r}"


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    place = ".".join(map(str, location)) or "the document"
    return f"{place}: {message.removeprefix('Value error, ')}"
