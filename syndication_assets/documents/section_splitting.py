"""Cuts the HTML of a blog post into sections at its headings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.text.html_text import Image, UnreadableMarkupError, pieces_of
from syndication_assets.text.lines import tidy, tidy_lines

_HEADINGS = frozenset({"h1", "h2", "h3"})
"""Smaller headings belong to the text of a section."""
# Bounds what one post may cost: the worst markup of this length takes 3 seconds to read.
_LONGEST = 1_000_000


@dataclass(slots=True)
class HtmlSection:
    """The part of a post below one heading; the part before the first heading has none."""

    heading: str | None = None
    anchor: str | None = None
    """The heading's id in the page."""
    image: str | None = None
    """The URL of the first picture, as the page writes it."""
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """Paragraphs as lines; None if there is no text."""
        return tidy_lines("".join(self.texts))


def split_html(markup: str) -> list[HtmlSection]:
    """The sections that have a text, in order. ItemRejectedError for markup that is too long or nested too deeply."""
    if len(markup) > _LONGEST:
        raise ItemRejectedError(f"its text is longer than {_LONGEST:,} characters")
    try:
        return [section for section in _sections(markup) if section.text is not None]
    except UnreadableMarkupError:
        raise ItemRejectedError("its text has markup that is nested too deeply") from None


def _sections(markup: str) -> Iterator[HtmlSection]:
    section = HtmlSection()
    for piece in pieces_of(markup, _HEADINGS):
        if isinstance(piece, str):
            section.texts.append(piece)
        elif isinstance(piece, Image):
            section.image = section.image or _attribute(piece.source)
        elif heading := tidy(piece.text):
            yield section
            section = HtmlSection(heading, _attribute(piece.anchor))
        # A heading without words, which editors leave behind, begins no section.
    yield section


def _attribute(value: str | None) -> str | None:
    return value.strip() or None if value is not None and value.isprintable() else None
