"""Checks a document before it becomes a version of a template: on its own, and against its brand and the channels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syndication_assets.brand.profiles.brand_content import COMMON_COLOURS
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.rendering.document import Format, VisualTemplate
from syndication_assets.rendering.document_check import TemplateError, brand_problems, read_template


@dataclass(frozen=True)
class ChannelFormat:
    """A size that channels have, with the largest part of each edge that one of them covers."""

    name: str
    width: int
    height: int
    safe_top: int
    safe_right: int
    safe_bottom: int
    safe_left: int
    channels: list[str]


def check_document(
    document: Mapping[str, Any], colours: Iterable[str] | None, formats: Iterable[ChannelFormat]
) -> VisualTemplate:
    """The template. TemplateError with every problem and its place. `colours` are those of its only brand; None if it
    is for all brands, which have the common ones.
    """
    template = read_template(document)
    known = COMMON_COLOURS if colours is None else colours
    problems = [*brand_problems(template, dict.fromkeys(known, "")), *_format_problems(template, formats)]
    if problems:
        raise TemplateError(problems)
    return template


def channel_formats(connection: Connection) -> list[ChannelFormat]:
    """The sizes of all channels; none before they are loaded."""
    return [ChannelFormat(*row) for row in connection.execute(load_sql("brand/channel_formats.sql"))]


def _format_problems(template: VisualTemplate, formats: Iterable[ChannelFormat]) -> Iterator[str]:
    known = {each.name: each for each in formats}
    for mine in template.formats:
        theirs = known.get(mine.name)
        if theirs is not None:
            yield from _differences(mine, theirs)


def _differences(mine: Format, theirs: ChannelFormat) -> Iterator[str]:
    where = ", ".join(theirs.channels)
    if (mine.width, mine.height) != (theirs.width, theirs.height):
        yield (
            f"formats, {mine.name}: it is {mine.width} by {mine.height}, but {theirs.width} by {theirs.height} in"
            f" {where}: use that size, or another name"
        )
        return
    for side in ("top", "right", "bottom", "left"):
        covered = getattr(theirs, f"safe_{side}")
        if getattr(mine, f"safe_{side}") < covered:
            yield f"formats, {mine.name}: safe_{side} is at least {covered}, which {where} cover"
