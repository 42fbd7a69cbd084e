"""Parses feeds: an entry is a document, split at its headings.

Pure: bytes in, documents out; nothing is fetched or opened. A file that cannot be read as a whole raises
FileRejectedError. An entry that cannot be read is added to `rejected`, and the other entries are parsed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from syndication_assets.documents.section_splitting import HtmlSection, split_html
from syndication_assets.documents.source_document import Document, DocumentList, Section, keyed, make_document
from syndication_assets.landing.feeds.feed_entries import (
    content_of,
    entry_identifier,
    html_of,
    images_of,
    published_at,
    read_feed,
    text_of,
)
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError, Rejected
from syndication_assets.text.urls import absolute_url, with_fragment

SOURCE = "blog_feed"
VERSION = 2
SUFFIXES = tuple(f"{ending}{packed}" for ending in (".xml", ".rss", ".atom") for packed in ("", ".gz"))


def parse(content: bytes) -> DocumentList:
    """Parses the entries of a feed."""
    feed = read_feed(content)
    if not feed.entries:
        raise FileRejectedError("the feed has no entries")
    documents = DocumentList()
    for position, entry in enumerate(feed.entries):
        try:
            if feed.is_cut_off and position == len(feed.entries) - 1:
                raise ItemRejectedError("the feed is cut off within it")
            document = _document_of(entry, feed.head)
        except ItemRejectedError as error:
            documents.rejected.append(Rejected(position, str(error), feed.payloads[position]))
            continue
        documents.add(position, document, feed.payloads[position])
    return documents


def _document_of(entry: dict[str, Any], feed: Mapping[str, Any]) -> Document:
    site = absolute_url(None, text_of(feed, "link"))
    url = absolute_url(site, text_of(entry, "link"))
    content = content_of(entry)
    summary = entry.get("summary_detail") or {}
    return make_document(
        remote_document_id=entry_identifier(entry, feed, url),
        title=html_of(entry.get("title_detail") or {}),
        summary=summary.get("value") if summary.get("value") != content[0] else None,
        url=url,
        image_url=next(images_of(entry, url or site), None),
        published_at=published_at(entry),
        is_published=True,
        sections=keyed((None, _section(part, url, site)) for part in _parts(*content)),
    )


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
