"""What a brief is made with: template, brand and formats as they are now, and the files that they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from syndication_assets.database.connection import run_file, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import Format, VisualTemplate
from syndication_assets.studio.making.request_queue import LeasedBrief


class UnmakeableError(SyndicationError):
    """Nothing can be made of the brief as it is; the message says what to change."""


@dataclass(frozen=True, slots=True)
class ChannelFormat:
    """A format of a channel, with the limits of its files."""

    platform: str
    channel_type: str
    format: Format
    maximum_bytes: int | None
    mime_types: tuple[str, ...]

    @property
    def channel(self) -> str:
        return f"{self.platform}/{self.channel_type}"

    @property
    def name(self) -> str:
        """Channel and format, as in `facebook/feed_post square`."""
        return f"{self.channel} {self.format.name}"


@dataclass(frozen=True, slots=True)
class BrandRules:
    """What a brand wants of words and score."""

    vocabulary: tuple[str, ...]
    banned_words: tuple[str, ...]
    minimum_score: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a visual is made with beside the brief itself and its photo."""

    template_id: str
    template_version: int
    template: VisualTemplate
    brand_id: str
    brand_version: int
    look: BrandLook
    brand_rules: BrandRules
    pattern: bytes | None
    """The brand's own pattern, for a visual without a photo."""
    pattern_asset_id: str | None
    formats: tuple[ChannelFormat, ...]
    """By channel; of each channel, the one that is posted first."""

    @property
    def template_version_id(self) -> str:
        return f"{self.template_id}/{self.template_version}"


def read_inputs(url: str, store: MediaStore, brief: LeasedBrief) -> Inputs:
    """UnmakeableError if template or brand are gone or have no format; MediaStoreError if a file cannot be read."""
    with transaction(url) as connection:
        rows = run_file(
            connection,
            "studio/generated_assets/inputs.sql",
            {"organization_id": brief.organization_id, "request_id": brief.request_id},
        ).fetchall()
    if not rows:
        raise UnmakeableError(
            f"The template {brief.template_name!r} or its brand is not active any more: `syndication brief cancel`, "
            "and add the brief with another template."
        )
    row: Mapping[str, Any] = rows[0]
    if not row["formats"]:
        raise UnmakeableError(
            f"The template {brief.template_name!r} has no format of a channel of the brief any more: "
            "`syndication channels` lists their formats."
        )
    try:
        template = VisualTemplate.model_validate(row["document"])
    except ValidationError as error:
        raise UnmakeableError(
            f"The template {brief.template_name!r} cannot be read: {error.error_count()} problems. Store it again."
        ) from None
    look = BrandLook(
        colours=row["colours"],
        font_files=tuple(store.content(path) for path in row["font_paths"]),
        heading_family=row["heading_family"],
        text_family=row["text_family"],
        logo=None if row["logo_path"] is None else store.content(row["logo_path"]),
        version=f"{row['brand_id']}/{row['brand_version']}",
    )
    # A template that stands by itself takes no pattern either.
    pattern = None if brief.mode == "template_based" else row["pattern"]
    return Inputs(
        template_id=row["template_id"],
        template_version=row["template_version"],
        template=template,
        brand_id=row["brand_id"],
        brand_version=row["brand_version"],
        look=look,
        brand_rules=BrandRules(tuple(row["vocabulary"]), tuple(row["banned_words"]), float(row["minimum_score"])),
        pattern=None if pattern is None else store.content(pattern["path"]),
        pattern_asset_id=None if pattern is None else pattern["asset_id"],
        formats=_wanted(brief, [_format(each) for each in row["formats"]]),
    )


def _wanted(brief: LeasedBrief, formats: Sequence[ChannelFormat]) -> tuple[ChannelFormat, ...]:
    """All formats; of a draft, the one of each channel that is posted."""
    if brief.quality != "draft":
        return tuple(formats)
    return tuple({each.channel: each for each in reversed(formats)}.values())[::-1]


def _format(values: Mapping[str, Any]) -> ChannelFormat:
    return ChannelFormat(
        values["platform"],
        values["channel_type"],
        Format(
            name=values["format_name"],
            **{
                name: values[name] for name in ("width", "height", "safe_top", "safe_right", "safe_bottom", "safe_left")
            },
        ),
        values["maximum_bytes"],
        tuple(values["mime_types"]),
    )
