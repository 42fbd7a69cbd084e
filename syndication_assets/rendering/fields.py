"""The fields of one picture: checked against the template, completed with defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import VisualTemplate
from syndication_assets.rendering.errors import FieldError
from syndication_assets.rendering.lettering.text_runs import clean

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class FilledFields:
    """The filled fields by kind; an empty optional field is in none."""

    texts: Mapping[str, str]
    pictures: Mapping[str, bytes]
    colours: Mapping[str, str]

    def has(self, name: str) -> bool:
        return name in self.texts or name in self.pictures or name in self.colours

    def colour(self, reference: str, look: BrandLook) -> str:
        """The "#rrggbb" that a template's colour stands for; FieldError if the brand has no colour of this name."""
        kind, _, name = reference.partition(".")
        if kind == "brand":
            if name not in look.colours:
                raise FieldError(reference, f"is no colour of the brand: it has {', '.join(sorted(look.colours))}.")
            return look.colours[name].lower()
        if kind == "field":
            if name not in self.colours:
                raise FieldError(name, "is empty, but a layer takes its colour from it: fill it in.")
            return self.colours[name]
        return reference


def filled_fields(template: VisualTemplate, fields: Mapping[str, str | bytes]) -> FilledFields:
    """FieldError for the first field that is unknown, missing, too long or of another kind."""
    for name in fields:
        if name not in template.fields:
            raise FieldError(name, f"is not in the template: it has {', '.join(template.fields)}.")
    texts: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    colours: dict[str, str] = {}
    for name, field in template.fields.items():
        value = fields.get(name) or field.default
        if field.kind == "picture":
            if isinstance(value, str):
                raise FieldError(name, "is a picture: pass the bytes of its file.")
            if value:
                pictures[name] = value
        elif isinstance(value, bytes):
            raise FieldError(name, f"is a {field.kind}, not a file.")
        elif value and field.kind == "colour":
            if _COLOUR.fullmatch(value.lower()) is None:
                raise FieldError(name, f"is a colour such as #1f6f78, not {value!r}.")
            colours[name] = value.lower()
        elif value and (text := clean(value)):
            if field.max_characters is not None and len(text) > field.max_characters:
                raise FieldError(name, f"has {len(text)} characters; at most {field.max_characters} are allowed.")
            texts[name] = text
        if field.is_required and not (name in texts or name in pictures or name in colours):
            raise FieldError(name, "is empty, but the template needs it: fill it in.")
    return FilledFields(texts, pictures, colours)
