"""The text of HTML as people read it.

lxml reports the markup to a reader as a stream of events and builds no tree, so hostile markup costs what its length
costs. A parser takes longer to make than a product description takes to read, so each thread keeps one.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

from syndication_assets.text.lines import tidy_lines

# What a browser shows on lines of its own; the cells of a table too, whose words would run into each other.
_BREAKS = frozenset(
    {
        *("br", "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "menu", "section", "article", "aside", "main", "nav"),
        *("header", "footer", "address", "figure", "figcaption", "details", "summary", "blockquote", "pre", "hr"),
        *("table", "caption", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("form", "fieldset", "legend", "select", "option", "textarea", "button"),
    }
)
# No browser shows their content. `head` is missing on purpose: libxml2 opens one around a leading <style> or <meta> and
# may leave it open around all that follows; the only text of a real one is its title.
_HIDDEN = frozenset({"script", "style", "template", "title", "iframe", "noembed", "noframes"})
# libxml2 compares an end tag with every open element: 1 MB of them takes 3 seconds, and minutes without this limit.
_DEEPEST = 6_000
# libxml2 ends a heading where a paragraph or a table begins within it, browsers do not. It does so to no element whose
# name it does not know.
_HEADING = "heading-"


class UnreadableMarkupError(ValueError):
    """The markup is nested more deeply than that of any text."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, its words not tidied yet; `anchor` is its id in the page."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `source` is its URL as the page writes it."""

    source: str | None


Piece = str | Heading | Image


def plain_text(text: str) -> str | None:
    """Paragraphs as lines, without markup; None if nothing is left.

    Only the entities of HTML itself are replaced. UnreadableMarkupError for markup nested too deeply.
    """
    if "<" in text or "&" in text:
        text = "".join(cast(list[str], pieces_of(text)))
    return tidy_lines(text)


def one_line(text: str) -> str | None:
    """The same on one line, as a name is."""
    plain = plain_text(text)
    return plain.replace("\n", " ") if plain is not None else None


def pieces_of(markup: str, headings: frozenset[str] = frozenset()) -> list[Piece]:
    """The text in reading order, with line breaks where blocks begin and end.

    With `headings` (names such as "h2"), those headings come as Heading instead of their text, and pictures outside of
    them as Image. UnreadableMarkupError for markup nested too deeply.
    """
    if headings:
        names = "|".join(sorted(headings))
        markup = re.sub(rf"(</?)({names})(?=[\s/>])", rf"\1{_HEADING}\2", markup, flags=re.IGNORECASE)
    reader = _kept.reader
    reader.begin(has_headings=bool(headings))
    # libxml2 turns NUL into U+FFFD, and half of a surrogate pair has no UTF-8.
    etree.fromstring(markup.replace("\0", "").encode("utf-8", "ignore"), _kept.parser)
    return reader.pieces.copy()


class _Reader:
    """Collects the pieces; lxml calls `start`, `end`, `data` and `close`."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.data = self.pieces.append
        self.begin(has_headings=False)

    def begin(self, *, has_headings: bool) -> None:
        self.pieces.clear()
        self._has_headings = has_headings
        self._depth = 0
        # Where an open element began, in elements around it and in pieces before it; a depth of 0 is none.
        self._hidden_depth = self._hidden_from = 0
        self._heading_depth = self._heading_from = 0
        self._anchor: str | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableMarkupError
        if name in _HIDDEN:
            if not self._hidden_depth:
                self._hidden_depth, self._hidden_from = self._depth, len(self.pieces)
        elif self._heading_depth:
            self.pieces.append(" ")
        elif name in _BREAKS:
            self.pieces.append("\n")
        elif self._has_headings:
            if name == "img":
                self.pieces.append(Image(attributes.get("src")))
            elif name.startswith(_HEADING):
                self._heading_depth, self._heading_from = self._depth, len(self.pieces)
                self._anchor = attributes.get("id")

    def end(self, name: str) -> None:
        if self._depth == self._hidden_depth:
            del self.pieces[self._hidden_from :]
            self._hidden_depth = 0
        elif self._depth == self._heading_depth:
            words = "".join(cast(list[str], self.pieces[self._heading_from :]))
            self.pieces[self._heading_from :] = [Heading(words, self._anchor)]
            self._heading_depth = 0
        elif self._heading_depth:
            self.pieces.append(" ")
        elif name in _BREAKS:
            self.pieces.append("\n")
        self._depth -= 1

    def close(self) -> None:
        """lxml requires it; the result is in `pieces`."""


class _Kept(threading.local):
    """The reader of this thread, and the parser that reports to it."""

    def __init__(self) -> None:
        self.reader = _Reader()
        # Without huge_tree, libxml2 silently drops a text of more than 10 MB and all that follows.
        self.parser = etree.HTMLParser(target=cast(Any, self.reader), encoding="utf-8", huge_tree=True)


_kept = _Kept()
