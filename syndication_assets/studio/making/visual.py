"""Renders a brief in every format of its channels, and measures each picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndication_assets.rendering.document import VisualTemplate
from syndication_assets.rendering.render import render
from syndication_assets.rendering.render_hash import render_hash
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.studio.compliance.measuring import measure
from syndication_assets.studio.compliance.rules import Result, Rule
from syndication_assets.studio.compliance.subject import Subject
from syndication_assets.studio.making.filling import (
    alternative_text,
    corrected,
    filled,
    in_format,
    photo_fields,
    shows_attribution,
)
from syndication_assets.studio.making.inputs import ChannelFormat, Inputs
from syndication_assets.studio.making.photo import Photo
from syndication_assets.studio.making.request_queue import LeasedBrief


@dataclass(frozen=True, slots=True)
class MadeVariant:
    """One picture for one channel."""

    place: ChannelFormat
    is_posted: bool
    render_hash: str
    picture: RenderedPicture
    alt_text: str
    shows_attribution: bool
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class MadeVisual:
    """All pictures of a brief. `fields` are the texts that were written into them."""

    fields: Mapping[str, str]
    photo: Photo | None
    variants: tuple[MadeVariant, ...]


def make_visual(brief: LeasedBrief, inputs: Inputs, photo: Photo | None, rules: Sequence[Rule]) -> MadeVisual:
    """Renders what several channels share once. RenderingError, with what to change, if one format cannot be drawn."""
    template = corrected(inputs.template, brief.corrections, inputs.look.colours)
    attribution = None if photo is None else photo.attribution
    texts = filled(
        template,
        brief.fields,
        title=brief.title,
        message=brief.message,
        call_to_action=brief.call_to_action,
        attribution=attribution,
    )
    shown = inputs.pattern if photo is None else photo.content
    fields: dict[str, str | bytes] = {**texts}
    if shown is not None:
        fields |= dict.fromkeys(photo_fields(template)[:1], shown)
    alt_text = alternative_text(brief.alt_text, texts, template, None if photo is None else photo.title)
    drawn: dict[tuple[str, int | None, tuple[str, ...]], RenderedPicture] = {}
    variants, channels = [], set[str]()
    for place in inputs.formats:
        of_channel = in_format(template, place.format)
        hashed = render_hash(
            inputs.template_version_id, of_channel, place.format.name, fields, inputs.look, brief.language
        )
        key = (hashed, place.maximum_bytes, place.mime_types)
        if key not in drawn:
            drawn[key] = _rendered(of_channel, place, fields, inputs, brief.language)
        subject = _subject(brief, inputs, place, of_channel, drawn[key], texts, alt_text)
        variants.append(
            MadeVariant(
                place,
                place.channel not in channels,
                hashed,
                drawn[key],
                alt_text,
                shows_attribution(texts, attribution),
                tuple(measure(subject, rules)),
            )
        )
        channels.add(place.channel)
    return MadeVisual(texts, photo, tuple(variants))


def _rendered(
    template: VisualTemplate, place: ChannelFormat, fields: Mapping[str, str | bytes], inputs: Inputs, language: str
) -> RenderedPicture:
    return render(
        template,
        place.format.name,
        fields,
        inputs.look,
        maximum_bytes=place.maximum_bytes,
        mime_types=place.mime_types,
        language=language,
    )


def _subject(
    brief: LeasedBrief,
    inputs: Inputs,
    place: ChannelFormat,
    template: VisualTemplate,
    picture: RenderedPicture,
    texts: Mapping[str, str],
    alt_text: str,
) -> Subject:
    return Subject(
        picture=picture,
        template=template,
        look=inputs.look,
        format=template.formats[0],
        maximum_bytes=place.maximum_bytes,
        mime_types=place.mime_types,
        fields=texts,
        message=brief.message,
        language=brief.language,
        alt_text=alt_text,
        vocabulary=inputs.brand_rules.vocabulary,
        banned_words=inputs.brand_rules.banned_words,
        corrections=brief.corrections,
    )
