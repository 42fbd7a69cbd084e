"""Parses RSS and Atom in all versions that `feedparser` knows: an entry is a document, split at its headings.

Pure: bytes in, documents out; nothing is fetched or opened. A file that cannot be read as a whole raises
FileRejectedError. An entry that cannot be read is added to `rejected`, and the other entries are parsed.
"""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]

from syndication_assets.documents.document import Document, DocumentList, Section, keyed, make_document
from syndication_assets.documents.feeds.feed_guard import feed_text, is_whole
from syndication_assets.documents.section_splitting import HtmlSection, split_html
from syndication_assets.documents.unix_time import possible_time, unix_time
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError, Rejected
from syndication_assets.text.urls import absolute_url, with_fragment

SOURCE = "blog_feed"
VERSION = 2
SUFFIXES = tuple(f"{ending}{packed}" for ending in (".xml", ".rss", ".atom") for packed in ("", ".gz"))

_MOST_ENTRIES = 10_000
_ENTRY = re.compile(r"<(item|entry)[\s>].*?(?:</\1\s*>|$)", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def parse(content: bytes) -> DocumentList:
    """Parses the entries of a feed."""
    text = feed_text(content)
    # A stream, because feedparser opens or fetches a text that is a path or a URL.
    feed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version and not feed.entries:
        what = "a page of HTML" if re.match(r"\s*<(?:!doctype\s+)?html", text, re.IGNORECASE) else "no RSS or Atom"
        raise FileRejectedError(f"it is {what}, not a feed: check the URL it came from")
    if not feed.entries:
        raise FileRejectedError("the feed has no entries")
    if len(feed.entries) > _MOST_ENTRIES:
        raise FileRejectedError(f"the feed has more than {_MOST_ENTRIES:,} entries")
    is_cut_off = feed.bozo and not is_whole(text)
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
    """The entry's id if it is a URI, hence unique; else the feed's id or link and the entry's id; else its link."""
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
            raise ItemRejectedError("its id is not a URI, and neither it nor the feed has a link")
        return url
    return f"{home} {identifier}"


def _content_of(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is HTML."""
    details = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    texts = [(str(detail.get("value") or ""), detail.get("type") != "text/plain") for detail in details]
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
        *(media.get("url") for media in entry.get("media_content") or () if _is_image(media)),
        *(media.get("url") for media in entry.get("media_thumbnail") or ()),
        *(media.get("href") for media in entry.get("enclosures") or () if _is_image(media)),
    ]
    urls = (absolute_url(base, candidate) for candidate in candidates if isinstance(candidate, str))
    return next((url for url in urls if url), None)


def _is_image(media: Mapping[str, Any]) -> bool:
    return media.get("medium") == "image" or str(media.get("type") or "").startswith("image/")


def _moment(entry: dict[str, Any]) -> datetime | None:
    """When it was published, or last changed if the feed only says that; None without a readable date."""
    for name in ("published", "updated"):
        # `dict.get` avoids feedparser's own look-up, which warns when it takes the other date.
        text, parsed = dict.get(entry, name), dict.get(entry, f"{name}_parsed")
        # feedparser reads a number of seconds as no date, or as a wrong one.
        moment = unix_time(text) if isinstance(text, str) else None
        if moment is not None:
            return moment
        if parsed is not None:
            try:
                return possible_time(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
            except (ValueError, OverflowError, OSError, TypeError):
                return None
    return None


def _html(detail: Mapping[str, Any]) -> str | None:
    """A title as HTML; the angle brackets of a plain title are escaped."""
    value = detail.get("value")
    if not isinstance(value, str):
        return None
    if detail.get("type") == "text/plain":
        return value.replace("&", "&amp;").replace("<", "&lt;")
    return value


def _text(element: Mapping[str, Any], key: str) -> str | None:
    value = element.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _payloads(text: str, entries: int) -> list[bytes]:
    """The XML of each entry, for the quarantine; empty bytes if the XML cannot be matched to the entries."""
    found = [match[0].encode() for match in _ENTRY.finditer(text)]
    return found if len(found) == entries else [b""] * entries
