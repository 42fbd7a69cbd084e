"""Looks at the bytes of a feed before any XML parser does: what could harm the machine or its secrets is refused.

A feed needs neither entities of its own nor a document type with declarations in it: those are how a few bytes become
gigabytes, and how a parser is made to read files. They are searched for in the decoded text, so no encoding hides them.
"""

import codecs
import re

from syndication_assets.landing.rejections import FileRejectedError

LARGEST_FEED = 8 * 1024 * 1024
_DEEPEST = 100
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings in which every ASCII sign is itself.
_ENCODINGS = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[ru]|euc_jp|euc_kr|gb2312|gbk|gb18030|big5|shift_jis")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"'][^>]{0,200}\?>")
_DECLARED_IN_TEXT = re.compile(r"^\s*<\?xml.{0,400}?\?>", re.DOTALL)
_FORBIDDEN = re.compile(r"<!\s*(?:ENTITY|ATTLIST|ELEMENT|NOTATION)|<!DOCTYPE[^>]*\[", re.IGNORECASE)
_OUTSIDE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|$)|<!--.*?(?:-->|$)", re.DOTALL)
_ELEMENT = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")


def feed_text(content: bytes) -> str:
    """The feed as text without its XML declaration. FileRejectedError for what must not reach a parser."""
    if len(content) > LARGEST_FEED:
        raise FileRejectedError(f"the feed is larger than {LARGEST_FEED:,} bytes: no feed reader takes that")
    if not content.strip():
        raise FileRejectedError("it is empty")
    text = _DECLARED_IN_TEXT.sub("", _decoded(content), count=1).lstrip("\ufeff")
    if "\0" in text:
        raise FileRejectedError("it is not text: there are NUL bytes in it")
    if _FORBIDDEN.search(text):
        raise FileRejectedError(
            "it declares entities or a document type of its own, which a feed does not need and an attack does: refused"
        )
    depth = deepest = 0
    for element in _ELEMENT.finditer(_OUTSIDE.sub("", text)):
        closing, is_empty = element.groups()
        if not is_empty:
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise FileRejectedError(f"its elements are nested more than {_DEEPEST} deep")
    return text


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
    # Bytes that are no text show as U+FFFD: the entries that have them are refused, the others are read.
    return content.decode(encoding, errors="replace")
