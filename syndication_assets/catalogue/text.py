"""Text of shops as people read it: markup and typographic leftovers go, the words stay."""

import html
import unicodedata
import warnings

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

_BREAKS = frozenset(
    {"br", "p", "div", "li", "ul", "ol", "table", "tr", "section", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
)
_NOT_TEXT = frozenset({"script", "style", "template", "head"})
# A hyphen that does not break is a hyphen; what has no width has no meaning for a reader.
_REPLACED = {
    ord("\N{NON-BREAKING HYPHEN}"): "-",
    ord("\N{HYPHEN}"): "-",
    ord("\N{SOFT HYPHEN}"): None,
    ord("\N{ZERO WIDTH SPACE}"): None,
    ord("\N{WORD JOINER}"): None,
    ord("\N{ZERO WIDTH NO-BREAK SPACE}"): None,
}


class UnreadableMarkupError(ValueError):
    """The text has markup that no HTML parser takes."""


def plain_text(text: str) -> str | None:
    """Paragraphs as lines, without markup; None if nothing is left.

    Entities are those of HTML itself: nothing is ever read from elsewhere. UnreadableMarkupError if it is no HTML.
    """
    if "<" in text:
        text = _without_markup(text)
    elif "&" in text:
        text = html.unescape(text)
    lines = (tidy(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def one_line(text: str) -> str | None:
    """The same on one line, as a name is."""
    plain = plain_text(text)
    return plain.replace("\n", " ") if plain is not None else None


def tidy(line: str) -> str:
    """A line of text with single spaces and plain hyphens, and without what cannot be seen."""
    # `split` takes non-breaking spaces for spaces.
    words = line.translate(_REPLACED).split()
    text = " ".join(words)
    if text.isprintable():
        return text
    # PostgreSQL refuses some control characters.
    kept = ("".join(c for c in word if unicodedata.category(c) not in {"Cc", "Cs"}) for word in words)
    return " ".join(word for word in kept if word)


def _without_markup(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            soup = BeautifulSoup(text, "html.parser")
        except (ParserRejectedMarkup, RecursionError) as error:
            raise UnreadableMarkupError from error
    parts: list[str] = []
    waiting: list[PageElement | str] = [soup]
    # Without recursion: a page may be nested more deeply than Python calls.
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in _BREAKS:
                parts.append("\n")
                waiting.append("\n")
            if node.name not in _NOT_TEXT:
                waiting.extend(reversed(node.contents))
        # Comments and declarations are strings of another class.
        elif type(node) in (str, NavigableString):
            parts.append(str(node))
    return "".join(parts)
