"""Rejects feeds that could harm the machine or its secrets, before an XML parser reads them.

defusedxml cannot replace this: after any XML error feedparser parses a second time, with a loose parser that expands
entities. A feed needs neither entities of its own nor a document type with declarations, and both turn a few bytes into
gigabytes or make a parser read files. The guard searches the decoded text, so that no encoding hides them. Every search
takes time in proportion to the text.
"""

import codecs
import re

from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets.text.outside import clean

LARGEST_FEED = 8 * 1024 * 1024
# A stray NUL costs itself; a text in another encoding is full of them.
_CHARACTERS_A_NUL = 100
# Feeds are flat; 100,000 levels take feedparser 2 seconds.
_DEEPEST = 100
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings in which every ASCII character stands for itself.
_ENCODINGS = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[ru]|euc_jp|euc_kr|gb2312|gbk|gb18030|big5|shift_jis")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"'][^>]{0,200}\?>")
_DECLARED_IN_TEXT = re.compile(r"^\s*<\?xml.{0,400}?\?>", re.DOTALL)
# A document type ends at the next `<`, or each of many would be searched to the end of the text.
_FORBIDDEN = re.compile(r"<!\s*(?:ENTITY|ATTLIST|ELEMENT|NOTATION)|<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)
_NOT_MARKUP = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|$)|<!--.*?(?:-->|$)", re.DOTALL)
_ELEMENT = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_FIRST_ELEMENT = re.compile(r"<\w", re.ASCII)
_END = re.compile(r"</(?:[A-Za-z]+:)?(?:rss|feed|RDF)\s*>$")


def feed_text(content: bytes) -> str:
    """The feed as text without its XML declaration. FileRejectedError for a feed that no parser may read."""
    if len(content) > LARGEST_FEED:
        raise FileRejectedError(f"the feed is larger than {LARGEST_FEED:,} bytes: no feed reader takes that")
    if not content.strip():
        raise FileRejectedError("it is empty")
    text = _DECLARED_IN_TEXT.sub("", _decoded(content), count=1).lstrip("\ufeff")
    if text.count("\0") * _CHARACTERS_A_NUL > len(text):
        raise FileRejectedError("it is not text: there are NUL bytes in it")
    # Before the search, which a character that disappears later would mislead.
    text = clean(text)
    if _FORBIDDEN.search(text):
        raise FileRejectedError(
            "it declares entities or a document type of its own, as attacks do and no feed has to:"
            " land it without the declarations"
        )
    depth = deepest = 0
    for element in _ELEMENT.finditer(_NOT_MARKUP.sub("", text)):
        closing, is_empty = element.groups()
        if not is_empty:
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise FileRejectedError(f"its elements are nested more than {_DEEPEST} deep")
    return _without_blank_lines_at_the_top(text)


def is_whole(text: str) -> bool:
    """Whether the text of a feed ends with the end tag of its root, comments aside."""
    return _END.search(_NOT_MARKUP.sub("", text).rstrip()) is not None


def _without_blank_lines_at_the_top(text: str) -> str:
    """feedparser searches the text before the first element in quadratic time if it has many blank lines."""
    first = _FIRST_ELEMENT.search(text)
    if first is None:
        return text
    return re.sub(r"\s+", " ", text[: first.start()]) + text[first.start() :]


def _decoded(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            if encoding is None:
                raise FileRejectedError("it is encoded as UTF-32: land it as UTF-8")
            return content.decode(encoding, errors="replace")
    declared = _DECLARATION.match(content)
    name = declared[1].decode("ascii") if declared is not None else "utf-8"
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if not _ENCODINGS.fullmatch(encoding):
        raise FileRejectedError(f"its encoding {name!r} is not read: land it as UTF-8")
    # Bytes that are no text become U+FFFD: entries that contain it are rejected, the others are read.
    return content.decode(encoding, errors="replace")
