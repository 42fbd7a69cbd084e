"""Parses blog posts that a blog's own database exports as JSON: posts with sections, or with a single HTML text.

    {"posts": [{"id": 53, "title": "…", "status": "published", "published_at": "2025-10-01T09:00:00Z",
      "url": "https://blog.example/wool", "summary": "…", "image_url": "…",
      "sections": [{"id": 710, "order": 1, "heading": "…", "text": "<p>…</p>", "image_url": "…"}]}]}

A bare list, a single post and a list under `data` are read too, and so are the other key names below. A post needs an
id or slug and a title. A post without sections has its text under `content` (HTML), which is split at its headings.

Pure: bytes in, documents out. A file that cannot be read as a whole raises FileRejectedError. A post that cannot be
read is added to `rejected`, and the other posts are parsed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from syndication_assets.documents.section_splitting import split_html
from syndication_assets.documents.source_document import (
    Document,
    DocumentList,
    Section,
    clean_line,
    clean_text,
    keyed,
    make_document,
)
from syndication_assets.landing.loading.item_fields import optional_text
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError, Rejected
from syndication_assets.text.unix_time import unix_time
from syndication_assets.text.urls import absolute_url, read_url, with_fragment

SOURCE = "blog_posts"
VERSION = 2
SUFFIXES = (".json", ".json.gz")

_LISTS = ("data", "posts", "items")
_ID = ("id", "post_id", "slug")
_TITLE = ("title",)
_SUMMARY = ("summary", "excerpt", "description")
_URL = ("url", "link", "clan_uploaded_url")
_IMAGE = ("image_url", "image", "meta_image")
_STATUS = ("status",)
_PUBLISHED_AT = ("published_at", "published", "date")
_SECTIONS = ("sections", "post_sections")
_CONTENT = ("content", "body", "html")
_KNOWN_KEYS = frozenset(
    {*_ID, *_TITLE, *_SUMMARY, *_URL, *_IMAGE, *_STATUS, *_PUBLISHED_AT, *_SECTIONS, *_CONTENT, "slug"}
)
_SECTION_ID = ("id", "section_id")
_SECTION_ORDER = ("order", "section_order", "position")
_SECTION_HEADING = ("heading", "section_heading", "title")
# The blog shows the polished text; a section's draft is not read.
_SECTION_TEXT = ("text", "polished", "content")
_SECTION_URL = ("url",)
_SECTION_IMAGE = ("image_url", "image", "clan_uploaded_url")
_IS_PUBLISHED = {
    "published": True,
    "draft": False,
    "in_process": False,
    "archived": False,
    "deleted": False,
}
_decode_outer = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw]).decode


def parse(content: bytes) -> DocumentList:
    """Parses the posts of a file."""
    documents = DocumentList()
    for position, raw in enumerate(_items_of(content)):
        payload = bytes(raw)
        try:
            document = _document_of(_decode_item(payload), documents.unknown_keys)
        except ItemRejectedError as error:
            documents.rejected.append(Rejected(position, str(error), payload))
            continue
        documents.add(position, document, payload)
    return documents


def _items_of(content: bytes) -> list[msgspec.Raw]:
    value: Any = msgspec.Raw(content.removeprefix(b"\xef\xbb\xbf").strip())
    if not bytes(value):
        raise FileRejectedError("it is empty")
    if bytes(value).startswith(b"<"):
        raise FileRejectedError("it is a page of HTML or XML, not JSON: a feed belongs to the source blog_feed")
    for _ in range(3):
        try:
            inner = _decode_outer(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
            raise FileRejectedError(f"it is not the JSON of blog posts: {what}") from None
        if isinstance(inner, list):
            return inner
        key = next((key for key in _LISTS if key in inner), None)
        if key is None:
            if not inner.keys() & {*_ID, *_TITLE}:
                raise FileRejectedError(f"it has no list of posts under any of the keys {', '.join(_LISTS)}")
            return [value]
        value = inner[key]
    raise FileRejectedError("its list of posts is nested too deeply")


def _decode_item(payload: bytes) -> dict[str, Any]:
    try:
        item = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ItemRejectedError("it is not readable as JSON") from None
    if not isinstance(item, dict):
        raise ItemRejectedError("it is not an object")
    return item


def _document_of(item: Mapping[str, Any], unknown_keys: Counter[str]) -> Document:
    unknown_keys.update(item.keys() - _KNOWN_KEYS)
    identifier = _identifier(item, _ID)
    if identifier is None:
        raise ItemRejectedError("it has neither an id nor a slug")
    url = read_url(optional_text(item, *_URL))
    return make_document(
        remote_document_id=identifier,
        title=optional_text(item, *_TITLE),
        summary=optional_text(item, *_SUMMARY),
        url=url,
        image_url=optional_text(item, *_IMAGE),
        published_at=_moment(_time_of(item)),
        is_published=_is_published(optional_text(item, *_STATUS)),
        sections=keyed(_sections_of(item, url)),
    )


def _sections_of(item: Mapping[str, Any], url: str | None) -> Iterator[tuple[str | None, Section]]:
    sections = next((item[key] for key in _SECTIONS if item.get(key)), None)
    if sections is None:
        content = optional_text(item, *_CONTENT)
        for part in split_html(content) if content is not None else ():
            image_url = absolute_url(url, part.image)
            yield None, _section(part.heading, part.text, with_fragment(url, part.anchor), image_url)
        return
    if not isinstance(sections, list) or not all(isinstance(part, dict) for part in sections):
        raise ItemRejectedError("its sections are not a list of objects")
    # Sections without an order follow those with an order, as in the file.
    for part in sorted(sections, key=_order):
        identifier = _identifier(part, _SECTION_ID)
        section = _section(
            optional_text(part, *_SECTION_HEADING),
            clean_text(optional_text(part, *_SECTION_TEXT), "section"),
            read_url(optional_text(part, *_SECTION_URL)) or _with_section(url, identifier),
            absolute_url(url, optional_text(part, *_SECTION_IMAGE)),
        )
        # Sections without text, such as a lone image, are left out.
        if section.text_content:
            yield identifier, section


def _section(heading: str | None, text: str | None, url: str | None, image_url: str | None) -> Section:
    return Section(
        section_key="",
        heading=clean_line(heading, "section's heading"),
        text_content=text or "",
        section_url=url,
        image_url=image_url,
    )


def _with_section(url: str | None, identifier: str | None) -> str | None:
    """The URL of a post with the section as a parameter, so that a shared link shows the section's image."""
    if url is None or identifier is None:
        return url
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}section={quote(identifier, safe='')}"))


def _order(section: Mapping[str, Any]) -> float:
    for key in _SECTION_ORDER:
        value = section.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ItemRejectedError(f"{key} of a section is not a number")
        return float(value)
    return float("inf")


def _identifier(item: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = item.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ItemRejectedError(f"{key} is neither text nor a whole number")
        return str(value)
    return None


def _is_published(status: str | None) -> bool:
    if status is None:
        return True
    known = _IS_PUBLISHED.get(status.strip().lower())
    if known is None:
        raise ItemRejectedError(f"its status is not one of {', '.join(_IS_PUBLISHED)}")
    return known


def _time_of(item: Mapping[str, Any]) -> str | None:
    """The text of its time; a number is a time, too."""
    numbers = {key: str(item[key]) for key in _PUBLISHED_AT if isinstance(item.get(key), int | float)}
    return optional_text({**item, **numbers}, *_PUBLISHED_AT)


def _moment(text: str | None) -> datetime | None:
    """A time with a time zone, or a number since 1970, in UTC; a date means midnight UTC."""
    if text is None:
        return None
    moment = unix_time(text)
    if moment is not None:
        return moment
    try:
        if len(text.strip()) == len("2025-10-01"):
            return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
        moment = datetime.fromisoformat(text.strip())
        has_zone = moment.tzinfo is not None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ItemRejectedError("its time of publication is not an ISO 8601 time") from None
    if not has_zone:
        raise ItemRejectedError("its time of publication has no time zone: write it in UTC, with a Z")
    return moment
