"""Renders a brief in every format of its channels, and measures each picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from syndication_assets.rendering.document import VisualTemplate
from syndication_assets.rendering.render import render
from syndication_assets.rendering.render_hash import render_hash
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.studio.compliance.measuring import measure, measure_words
from syndication_assets.studio.compliance.rules import Result, Rule
from syndication_assets.studio.compliance.subject import Subject, Wording
from syndication_assets.studio.making.drawn_before import DrawnBefore, DrawnVariant
from syndication_assets.studio.making.filling import (
    alternative_text,
    corrected,
    filled,
    in_format,
    own_texts,
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
    picture: RenderedPicture | DrawnVariant
    """Drawn now, or before from the same inputs."""
    alt_text: str
    shows_attribution: bool
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class MadeVisual:
    """All pictures of a brief. `fields` are the texts that were written into them."""

    fields: Mapping[str, str]
    photo: Photo | None
    shows_pattern: bool
    """Whether the pattern of the brand stands for a photo."""
    variants: tuple[MadeVariant, ...]


def make_visual(
    brief: LeasedBrief,
    inputs: Inputs,
    photo: Photo | None,
    rules: Sequence[Rule],
    find_drawn: Callable[[Sequence[str]], DrawnBefore],
) -> MadeVisual:
    """Renders what several channels share once, and nothing that was drawn from the same inputs before: `find_drawn`
    finds that by the hashes. RenderingError, with what to change, if one format cannot be drawn.
    """
    template = corrected(inputs.template, brief.corrections, inputs.look.colours)
    texts = filled(
        template,
        brief.fields,
        title=brief.title,
        message=brief.message,
        call_to_action=brief.call_to_action,
        attribution=None if photo is None else photo.attribution,
    )
    making = _Making(brief, inputs, template, texts, photo, rules)
    planned = [making.planned(place) for place in inputs.formats]
    drawn = find_drawn(sorted({each.render_hash for each in planned}))
    variants, channels = [], set[str]()
    for each in planned:
        stored = drawn.get((each.place.name, each.render_hash))
        variants.append(making.variant(each, stored, is_posted=each.place.channel not in channels))
        channels.add(each.place.channel)
    shows_pattern = photo is None and inputs.pattern is not None and bool(photo_fields(template))
    return MadeVisual(texts, photo, shows_pattern, tuple(variants))


@dataclass(frozen=True, slots=True)
class _Planned:
    """One picture before it is drawn."""

    place: ChannelFormat
    template: VisualTemplate
    wording: Wording
    fields: Mapping[str, str | bytes]
    render_hash: str


@dataclass(slots=True)
class _Making:
    """One visual while its pictures are made."""

    brief: LeasedBrief
    inputs: Inputs
    template: VisualTemplate
    texts: Mapping[str, str]
    photo: Photo | None
    rules: Sequence[Rule]
    _drawn: dict[tuple[str, int | None, tuple[str, ...]], RenderedPicture] = field(default_factory=dict)

    def planned(self, place: ChannelFormat) -> _Planned:
        of_channel = in_format(self.template, place.format)
        own = own_texts(self.template, self.brief.variant_fields.get(place.name, {}))
        wording = self._wording({**self.texts, **own})
        fields = self._fields(wording.fields)
        hashed = render_hash(
            self.inputs.template_version_id,
            of_channel,
            place.format.name,
            fields,
            self.inputs.look,
            self.brief.language,
            is_finest=self._is_finest,
        )
        return _Planned(place, of_channel, wording, fields, hashed)

    def variant(self, planned: _Planned, stored: DrawnVariant | None, *, is_posted: bool) -> MadeVariant:
        place, wording = planned.place, planned.wording
        picture: RenderedPicture | DrawnVariant
        if stored is not None and stored.serves(place.maximum_bytes, place.mime_types, self.rules):
            picture, results = stored, [*stored.results, *measure_words(wording, self.rules)]
        else:
            picture = self._rendered(planned)
            results = measure(self._subject(planned, picture), self.rules)
        attribution = None if self.photo is None else self.photo.attribution
        return MadeVariant(
            place,
            is_posted,
            planned.render_hash,
            picture,
            wording.alt_text,
            shows_attribution(wording.fields, attribution),
            tuple(results),
        )

    @property
    def _is_finest(self) -> bool:
        return self.brief.quality in {"premium", "executive"}

    def _fields(self, texts: Mapping[str, str]) -> dict[str, str | bytes]:
        shown = self.inputs.pattern if self.photo is None else self.photo.content
        return {**texts, **({} if shown is None else dict.fromkeys(photo_fields(self.template)[:1], shown))}

    def _wording(self, texts: Mapping[str, str]) -> Wording:
        title = None if self.photo is None else self.photo.title
        return Wording(
            fields=texts,
            message=self.brief.message,
            language=self.brief.language,
            alt_text=alternative_text(self.brief.alt_text, texts, self.template, title),
            vocabulary=self.inputs.brand_rules.vocabulary,
            banned_words=self.inputs.brand_rules.banned_words,
        )

    def _rendered(self, planned: _Planned) -> RenderedPicture:
        place = planned.place
        key = (planned.render_hash, place.maximum_bytes, place.mime_types)
        if key not in self._drawn:
            self._drawn[key] = render(
                planned.template,
                place.format.name,
                planned.fields,
                self.inputs.look,
                maximum_bytes=place.maximum_bytes,
                mime_types=place.mime_types,
                language=self.brief.language,
                is_finest=self._is_finest,
            )
        return self._drawn[key]

    def _subject(self, planned: _Planned, picture: RenderedPicture) -> Subject:
        return Subject(
            picture=picture,
            template=planned.template,
            look=self.inputs.look,
            format=planned.template.formats[0],
            maximum_bytes=planned.place.maximum_bytes,
            mime_types=planned.place.mime_types,
            wording=planned.wording,
            corrections=self.brief.corrections,
        )
