"""RSS and Atom, in all the versions that `feedparser` knows: an entry is a document, its headings make the sections.

Pure: bytes in, documents out, and nothing is ever fetched or opened. A file that cannot be read as a whole raises
FileRejectedError; an entry that cannot is in `rejected`, and its neighbours are read all the same.
"""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]

from syndication_assets.documents.document import Document, DocumentList, Section, keyed, make_document
from syndication_assets.documents.feed_guard import feed_text
from syndication_assets.documents.section_splitting import HtmlSection, absolute_url, split_html, with_fragment
from syndication_assets.landing.rejections import FileRejectedError, ItemRejectedError, Rejected

SOURCE = "blog_feed"
VERSION = 1
SUFFIXES = tuple(f"{ending}{packed}" for ending in (".xml", ".rss", ".atom") for packed in ("", ".gz"))

_MOST_ENTRIES = 10_000
_END = re.compile(r"</(?:[A-Za-z]+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_ENTRY = re.compile(r"<(item|entry)[\s>].*?(?:</\1\s*>|$)", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def parse(content: bytes) -> DocumentList:
    """The entries of a feed."""
    text = feed_text(content)
    # A stream: of a text, feedparser would open the file or fetch the URL that it names.
    feed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version and not feed.entries:
        what = "a page of HTML" if re.match(r"\s*<(?:!doctype\s+)?html", text, re.IGNORECASE) else "no RSS or Atom"
        raise FileRejectedError(f"it is {what}, not a feed: check the URL it came from")
    if not feed.entries:
        raise FileRejectedError("the feed has no entries")
    if len(feed.entries) > _MOST_ENTRIES:
        raise FileRejectedError(f"the feed has more than {_MOST_ENTRIES:,} entries")
    is_cut_off = feed.bozo and _END.search(text) is None
    payloads = _payloads(text, len(feed.entries))
    documents = DocumentList()
    for position, entry in enumerate(feed.entries):
        try:
            if is_cut_off and position == len(feed.entries) - 1:
                raise ItemRejectedError("the feed is cut off within it")
            document = _document_of(entry, feed.feed)
        except ItemRejectedError as error:
            documents.rejected.append(Rejected(position, str(error), payloads[position]))
            continue
        documents.add(position, document, payloads[position])
    return documents


def _document_of(entry: dict[str, Any], feed: Mapping[str, Any]) -> Document:
    site = absolute_url(None, _text(feed, "link"))
    url = absolute_url(site, _text(entry, "link"))
    content = _content_of(entry)
    summary = entry.get("summary_detail") or {}
    return make_document(
        remote_document_id=_identifier(entry, feed, url),
        title=_html(entry.get("title_detail") or {}),
        summary=summary.get("value") if summary.get("value") != content[0] else None,
        url=url,
        image_url=_image_of(entry, url or site),
        published_at=_moment(entry),
        is_published=True,
        sections=keyed((None, _section(part, url, site)) for part in _parts(*content)),
    )


def _identifier(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str | None) -> str:
    """Its id where that is a URI, which no other feed's is; else the feed's address with it; else its link."""
    identifier = _text(entry, "id")
    if identifier is None:
        if url is None:
            raise ItemRejectedError("it has neither an id nor a link")
        return url
    if _ABSOLUTE.match(identifier):
        return identifier
    home = _text(feed, "id") or _text(feed, "link")
    if home is None:
        if url is None:
            raise ItemRejectedError("its id is no URI, and neither it nor the feed has a link")
        return url
    return f"{home} {identifier}"


def _content_of(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is HTML."""
    details = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    texts = [(str(one.get("value") or ""), one.get("type") != "text/plain") for one in details]
    return max(texts, key=lambda text: len(text[0]), default=("", True))


def _parts(text: str, is_html: bool) -> Iterator[HtmlSection]:
    if is_html:
        yield from split_html(text)
    elif text.strip():
        yield HtmlSection(texts=[text])


def _section(part: HtmlSection, url: str | None, site: str | None) -> Section:
    return Section(
        section_key="",
        heading=part.heading,
        text_content=part.text or "",
        section_url=with_fragment(url, part.anchor),
        image_url=absolute_url(url or site, part.image),
    )


def _image_of(entry: Mapping[str, Any], base: str | None) -> str | None:
    candidates = [
        *(one.get("url") for one in entry.get("media_content") or () if _is_image(one)),
        *(one.get("url") for one in entry.get("media_thumbnail") or ()),
        *(one.get("href") for one in entry.get("enclosures") or () if _is_image(one)),
    ]
    return next((url for one in candidates if isinstance(one, str) and (url := absolute_url(base, one))), None)


def _is_image(media: Mapping[str, Any]) -> bool:
    return media.get("medium") == "image" or str(media.get("type") or "").startswith("image/")


def _moment(entry: dict[str, Any]) -> datetime | None:
    """When it was published, or changed last where the feed says only that; None for a date that nobody can read."""
    # Past feedparser's own ways, which warn where one date stands in for the other.
    dates = (dict.get(entry, "published_parsed"), dict.get(entry, "updated_parsed"))
    parsed = next((one for one in dates if one is not None), None)
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _html(detail: Mapping[str, Any]) -> str | None:
    """A title as HTML: one that is said to be plain keeps its angle brackets."""
    value = detail.get("value")
    if not isinstance(value, str):
        return None
    if detail.get("type") == "text/plain":
        return value.replace("&", "&amp;").replace("<", "&lt;")
    return value


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _payloads(text: str, entries: int) -> list[bytes]:
    """The XML of each entry, for the quarantine; empty where it cannot be told."""
    found = [match[0].encode() for match in _ENTRY.finditer(text)]
    return found if len(found) == entries else [b""] * entries
