"""Cuts the HTML of a blog post into sections at its headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from bs4 import Tag

from syndication_assets.landing.rejections import ItemRejectedError
from syndication_assets.text.source_text import UnreadableMarkupError, pieces_of, read_url, tidy

HEADINGS = frozenset({"h1", "h2", "h3"})
"""Smaller ones stand within a section."""
_WHOLE = HEADINGS | {"img"}
_LONGEST = 1_000_000
_DEEPEST = 1_000
# Each of them makes a parser look through all that follows.
_MOST_UNFINISHED = 200
_UNFINISHED = re.compile(r"<[A-Za-z!?/][^<>]*(?=<|$)")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>")


@dataclass(slots=True)
class HtmlSection:
    """What stands below one heading; the part before the first one has none."""

    heading: str | None = None
    anchor: str | None = None
    """The heading's id in the page."""
    image: str | None = None
    """The first picture, as the page names it."""
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """Paragraphs as lines; None if there is no text."""
        lines = (tidy(line) for line in "".join(self.texts).splitlines())
        return "\n".join(line for line in lines if line) or None


def split_html(markup: str) -> list[HtmlSection]:
    """The sections that have a text, in order. ItemRejectedError for markup that cannot be read."""
    if len(markup) > _LONGEST:
        raise ItemRejectedError(f"its text is longer than {_LONGEST:,} signs")
    if sum(1 for _ in islice(_UNFINISHED.finditer(markup), _MOST_UNFINISHED + 1)) > _MOST_UNFINISHED:
        raise ItemRejectedError(f"its markup has more than {_MOST_UNFINISHED} tags that do not end")
    if _depth(markup) > _DEEPEST:
        raise ItemRejectedError(f"its markup is nested more than {_DEEPEST} deep")
    try:
        return [section for section in _sections(markup) if section.text is not None]
    except UnreadableMarkupError:
        raise ItemRejectedError("its text has markup that cannot be read") from None


def _sections(markup: str) -> Iterator[HtmlSection]:
    section = HtmlSection()
    for piece in pieces_of(markup, _WHOLE):
        if isinstance(piece, str):
            section.texts.append(piece)
        elif piece.name == "img":
            section.image = section.image or _attribute(piece, "src")
        else:
            heading = tidy(piece.get_text(" "))
            if not heading:
                # A heading without words, as editors leave them behind, begins nothing.
                continue
            yield section
            section = HtmlSection(heading, _attribute(piece, "id"))
    yield section


def _attribute(element: Tag, name: str) -> str | None:
    value = element.get(name)
    return value.strip() or None if isinstance(value, str) and value.isprintable() else None


def _depth(markup: str) -> int:
    """How deeply elements are nested, whether they are closed or not."""
    depth = deepest = 0
    for tag in _TAG.finditer(markup):
        closing, name, rest = tag.groups()
        if name.lower() in _VOID or rest.endswith("/"):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def absolute_url(base: str | None, url: str | None) -> str | None:
    """A URL of a page made whole by the page's own; None if it is none that a browser opens."""
    if url is None:
        return None
    try:
        return read_url(urljoin(base, url) if base is not None else url)
    except ValueError:
        return None


def with_fragment(url: str | None, anchor: str | None) -> str | None:
    """A page's URL, opened at the element with that id."""
    if url is None or anchor is None:
        return url
    return urlunsplit(urlsplit(url)._replace(fragment=quote(anchor, safe="-._~!$&'()*+,;=:@/?")))
