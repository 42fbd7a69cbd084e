"""Reads RSS and Atom in all versions that `feedparser` knows: the entries of a feed, and what each says.

Pure: bytes in, values out; nothing is fetched or opened. A file that cannot be read as a whole raises
FileRejectedError.
"""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]

from syndication_assets.landing.feeds.feed_guard import feed_text, is_whole
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError
from syndication_assets.text.unix_time import possible_time, unix_time
from syndication_assets.text.urls import absolute_url

_MOST_ENTRIES = 10_000
_ENTRY = re.compile(r"<(item|entry)[\s>].*?(?:</\1\s*>|$)", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Entry = Mapping[str, Any]
"""One entry, or the feed itself, as feedparser has it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed with its entries in their order."""

    head: Entry
    entries: list[dict[str, Any]]
    payloads: list[bytes]
    """The XML of each entry; empty bytes if the XML cannot be matched to the entries."""
    text: str
    is_cut_off: bool
    """Whether the text ends within the last entry."""


def read_feed(content: bytes) -> Feed:
    """The feed; FileRejectedError if it is none, or has too many entries. It may have none."""
    text = feed_text(content)
    feed = parsed(text)
    if not feed.version and not feed.entries:
        what = "a page of HTML" if re.match(r"\s*<(?:!doctype\s+)?html", text, re.IGNORECASE) else "no RSS or Atom"
        raise FileRejectedError(f"it is {what}, not a feed: check the URL it came from")
    if len(feed.entries) > _MOST_ENTRIES:
        raise FileRejectedError(f"the feed has more than {_MOST_ENTRIES:,} entries")
    is_cut_off = bool(feed.bozo) and not is_whole(text)
    return Feed(feed.feed, feed.entries, _payloads(text, len(feed.entries)), text, is_cut_off)


def parsed(text: str) -> Any:
    """What feedparser reads in a text that `feed_text` has let through."""
    # A stream, because feedparser opens or fetches a text that is a path or a URL.
    return feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)


def entry_identifier(entry: Entry, head: Entry, url: str | None) -> str:
    """The entry's id if it is a URI, hence unique; else the feed's id or link and the entry's id; else its link."""
    identifier = text_of(entry, "id")
    if identifier is None:
        if url is None:
            raise ItemRejectedError("it has neither an id nor a link")
        return url
    if _ABSOLUTE.match(identifier):
        return identifier
    home = text_of(head, "id") or text_of(head, "link")
    if home is None:
        if url is None:
            raise ItemRejectedError("its id is not a URI, and neither it nor the feed has a link")
        return url
    return f"{home} {identifier}"


def content_of(entry: Entry) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is HTML."""
    details = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    texts = [(str(detail.get("value") or ""), detail.get("type") != "text/plain") for detail in details]
    return max(texts, key=lambda text: len(text[0]), default=("", True))


def images_of(entry: Entry, base: str | None) -> Iterator[str]:
    """The addresses of the entry's pictures, the largest first as a rule; each may come several times."""
    candidates = [
        *(media.get("url") for media in entry.get("media_content") or () if _is_image(media)),
        *(media.get("url") for media in entry.get("media_thumbnail") or ()),
        *(media.get("href") for media in entry.get("enclosures") or () if _is_image(media)),
    ]
    urls = (absolute_url(base, candidate) for candidate in candidates if isinstance(candidate, str))
    return (url for url in urls if url)


def published_at(entry: dict[str, Any]) -> datetime | None:
    """When it was published, or last changed if the feed only says that; None without a readable date."""
    for name in ("published", "updated"):
        # `dict.get` avoids feedparser's own look-up, which warns when it takes the other date.
        text, parsed_time = dict.get(entry, name), dict.get(entry, f"{name}_parsed")
        # feedparser reads a number of seconds as no date, or as a wrong one.
        moment = unix_time(text) if isinstance(text, str) else None
        if moment is not None:
            return moment
        if parsed_time is not None:
            try:
                return possible_time(datetime.fromtimestamp(calendar.timegm(parsed_time), UTC))
            except (ValueError, OverflowError, OSError, TypeError):
                return None
    return None


def html_of(detail: Entry) -> str | None:
    """A title as HTML; the angle brackets of a plain title are escaped."""
    value = detail.get("value")
    if not isinstance(value, str):
        return None
    if detail.get("type") == "text/plain":
        return value.replace("&", "&amp;").replace("<", "&lt;")
    return value


def text_of(element: Entry, key: str) -> str | None:
    value = element.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _is_image(media: Entry) -> bool:
    return media.get("medium") == "image" or str(media.get("type") or "").startswith("image/")


def _payloads(text: str, entries: int) -> list[bytes]:
    found = [match[0].encode() for match in _ENTRY.finditer(text)]
    return found if len(found) == entries else [b""] * entries
