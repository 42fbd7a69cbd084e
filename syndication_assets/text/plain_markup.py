"""The text of plain markup, without building a page of it: what most shops write, and many times faster.

Plain is what has one reading: known elements without attributes, each closed where it was opened, and entities that
everybody writes. Whatever else it is, a parser has to read it.
"""

import html
import re

_PLAIN_ELEMENTS = (
    "p", "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "strong", "b", "em", "i", "u",
    "span", "small",
)  # fmt: skip
_TAG = re.compile(rf"<(/?)({'|'.join(_PLAIN_ELEMENTS)}|br)( ?/)?>")
_NOT_PLAIN = re.compile(r"<|&(?!(?:amp|nbsp|lt|gt|quot|ndash|mdash|rsquo|lsquo|rdquo|ldquo|hellip|pound|euro|eacute);)")


def text_of_plain_markup(markup: str, breaks: frozenset[str]) -> str | None:
    """Its text, with a line break where an element of `breaks` begins and ends; None if the markup is not plain."""
    pieces = _TAG.split(markup)
    texts = pieces[::4]
    if any(_NOT_PLAIN.search(text) for text in texts):
        return None
    parts = [texts[0]]
    opened: list[str] = []
    for closing, name, closed_itself, text in zip(pieces[1::4], pieces[2::4], pieces[3::4], texts[1:], strict=True):
        if name == "br":
            if closing:
                return None
        elif closed_itself:
            return None
        elif not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return None
        if name in breaks:
            parts.append("\n")
        parts.append(text)
    return html.unescape("".join(parts)) if not opened else None
