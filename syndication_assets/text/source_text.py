"""Text of shops and blogs as people read it: markup and typographic leftovers go, the words stay."""

import html
import unicodedata
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

from syndication_assets.text.plain_markup import text_of_plain_markup

_BREAKS = frozenset(
    {"br", "p", "div", "li", "ul", "ol", "table", "tr", "section", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
)
_MAXIMUM_URL = 2_000
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
        plain = text_of_plain_markup(text, _BREAKS)
        text = plain if plain is not None else "".join(one for one in pieces_of(text) if isinstance(one, str))
    elif "&" in text:
        text = html.unescape(text)
    if text.isascii() and text.isprintable():
        # One line, with nothing in it that could be replaced.
        return " ".join(text.split()) or None
    lines = (tidy(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def one_line(text: str) -> str | None:
    """The same on one line, as a name is."""
    plain = plain_text(text)
    return plain.replace("\n", " ") if plain is not None else None


def tidy(line: str) -> str:
    """A line of text with single spaces and plain hyphens, and without what cannot be seen."""
    # `split` takes non-breaking spaces for spaces.
    words = (line if line.isascii() else line.translate(_REPLACED)).split()
    text = " ".join(words)
    if text.isprintable():
        return text
    # PostgreSQL refuses some control characters.
    kept = ("".join(c for c in word if unicodedata.category(c) not in {"Cc", "Cs"}) for word in words)
    return " ".join(word for word in kept if word)


def read_url(value: str | None) -> str | None:
    """An http(s) URL; None for what a browser would not open as one."""
    if value is None or len(value) > _MAXIMUM_URL or not value.strip().isprintable():
        return None
    value = value.strip()
    return value if value.lower().startswith(("http://", "https://")) and " " not in value else None


def pieces_of(markup: str, whole: frozenset[str] = frozenset()) -> Iterator[str | Tag]:
    """The text of HTML in the order in which it is read, with line breaks where blocks begin and end.

    Elements with one of the names in `whole` are handed over as they are, instead of their text. UnreadableMarkupError
    if it is no HTML.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            soup = BeautifulSoup(markup, "html.parser")
        except (ParserRejectedMarkup, RecursionError) as error:
            raise UnreadableMarkupError from error
    waiting: list[PageElement | str] = [soup]
    # Without recursion: a page may be nested more deeply than Python calls.
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in whole:
                yield node
                continue
            if node.name in _BREAKS:
                yield "\n"
                waiting.append("\n")
            if node.name not in _NOT_TEXT:
                waiting.extend(reversed(node.contents))
        # Comments and declarations are strings of another class.
        elif type(node) in (str, NavigableString):
            yield str(node)
