"""How a brief fills a template, and what corrections change in it. Pure."""

import re
from collections.abc import Mapping, Sequence

from syndication_assets.rendering.document import Format, PhotoLayer, ShapeLayer, TextLayer, VisualTemplate, WideBox
from syndication_assets.rendering.errors import FieldError
from syndication_assets.studio.compliance.proposals import OVERLAY_OPACITY, corrected_colour

_SENTENCE_END = re.compile("(?<=[.!?\u2026\u3002\uff01\uff1f\u061f])\\s+|(?<=[\u3002\uff01\uff1f])(?=\\S)")
_ROLES: Mapping[str, tuple[str, ...]] = {
    "title": ("headline", "title"),
    "message": ("message", "text", "body", "subline", "subtitle"),
    "call_to_action": ("call_to_action", "action", "button"),
    "credit": ("credit", "attribution", "photo_credit"),
}
"""What a brief has, and the names of fields that take it."""


def filled(
    template: VisualTemplate,
    given: Mapping[str, str],
    *,
    title: str,
    message: str,
    call_to_action: str | None,
    attribution: str | None,
) -> dict[str, str]:
    """The texts and colours by field: what the requester gave, else what the brief has for a field of this name.

    A message is shortened to its first sentences that the field takes, and what is too long for a field that may be
    empty is left out: the text of the post says it. FieldError for a field that the template does
    not have, and for a picture that is given as a text.
    """
    for name in given:
        _require_text(template, name)
    values: dict[str, str | None] = {
        "title": title,
        "message": message,
        "call_to_action": call_to_action,
        "credit": attribution,
    }
    fields = dict(given)
    for role, names in _ROLES.items():
        field = next((each for each in names if each in template.fields and each not in fields), None)
        value = values[role]
        if field is None or value is None or template.fields[field].kind != "text":
            continue
        longest = template.fields[field].max_characters
        if role == "message" and longest is not None:
            value = _shortened(value, longest)
        # What does not fit whole is in the text alone, unless the visual needs it.
        if longest is None or len(value) <= longest or template.fields[field].is_required:
            fields[field] = value
    return {name: value for name, value in fields.items() if value}


def own_texts(template: VisualTemplate, given: Mapping[str, str]) -> dict[str, str]:
    """What a person gave a single picture. FieldError as of `filled`."""
    for name in given:
        _require_text(template, name)
    return dict(given)


def shows_attribution(fields: Mapping[str, str], attribution: str | None) -> bool:
    """Whether a field holds the words that name the author of the photo."""
    return attribution is not None and any(attribution in value for value in fields.values())


def photo_fields(template: VisualTemplate) -> list[str]:
    """The fields that take a photo, in the order of the template."""
    return [name for name, field in template.fields.items() if field.kind == "picture"]


def in_format(template: VisualTemplate, wanted: Format) -> VisualTemplate:
    """The template with one format: as large as the channel wants it, with the larger one of both safe zones."""
    own = template.format(wanted.name)
    if own is not None:
        wanted = wanted.model_copy(
            update={
                side: max(getattr(own, side), getattr(wanted, side))
                for side in ("safe_top", "safe_right", "safe_bottom", "safe_left")
            }
        )
    return template.model_copy(update={"formats": [wanted]})


def corrected(template: VisualTemplate, corrections: Sequence[str], colours: Mapping[str, str]) -> VisualTemplate:
    """The template with what a person let the studio change. `colours` are those of the brand."""
    layers = list(template.layers)
    for correction in corrections:
        if correction == "darker_overlay":
            last_photo = max((place for place, layer in enumerate(layers) if isinstance(layer, PhotoLayer)), default=-1)
            overlay = ShapeLayer(
                kind="shape",
                name="correction_overlay",
                box=WideBox(x=0, y=0, width=1, height=1),
                colour="#000000",
                opacity=OVERLAY_OPACITY,
            )
            layers.insert(last_photo + 1, overlay)
        else:
            colour = corrected_colour(correction, colours.values())
            layers = [
                layer.model_copy(update={"colour": colour}) if isinstance(layer, TextLayer) else layer
                for layer in layers
            ]
    return template.model_copy(update={"layers": layers})


def alternative_text(given: str | None, fields: Mapping[str, str], template: VisualTemplate, photo: str | None) -> str:
    """What the requester wrote, else what the visual says: its texts in their order, and the title of its photo."""
    if given is not None:
        return given
    written = {layer.field for layer in template.layers if isinstance(layer, TextLayer)}
    shown = dict.fromkeys(fields[name] for name in template.fields if name in written and name in fields)
    parts = [f"{part.rstrip('.')}." if part[-1].isalnum() else part for part in shown]
    return " ".join([*parts, *([] if photo is None else [f"({photo})"])])


def _require_text(template: VisualTemplate, name: str) -> None:
    if name not in template.fields:
        raise FieldError(name, f"is not in the template: it has {', '.join(template.fields)}.")
    if template.fields[name].kind == "picture":
        raise FieldError(name, "is a picture: search for one, or name a stock image.")


def _shortened(message: str, longest: int) -> str:
    """The first sentences that fit; the first one alone if none does, which the renderer then refuses."""
    sentences = [part.strip() for part in _SENTENCE_END.split(message.strip()) if part.strip()]
    for kept in range(len(sentences), 1, -1):
        text = " ".join(sentences[:kept])
        if len(text) <= longest:
            return text
    return sentences[0]
