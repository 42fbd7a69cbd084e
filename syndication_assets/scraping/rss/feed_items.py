"""Splits a fetched feed into the items that land: the XML of each entry, byte for byte, with what places it. Pure.

An item is JSON, so that everything that handles items (quarantine, erasure, replay) handles these. Its `root` is the
first tag of the feed with its namespaces, its `site` and `title` are the feed's: nothing in it changes from fetch to
fetch but the entry.
"""

import re

import msgspec

from syndication_assets.landing.feeds.feed_entries import read_feed, text_of
from syndication_assets.landing.loading.rejections import FileRejectedError

_ROOT = re.compile(r"<(?:[A-Za-z]+:)?(?:rss|feed|RDF)\b[^<>]*>")
_NAME = re.compile(r"[A-Za-z:]+")
_encode = msgspec.json.Encoder().encode


class FeedItem(msgspec.Struct, gc=False):
    """One entry as it landed."""

    feed: str | None = None
    """The tracked profile: the address of the feed without https://."""
    root: str | None = None
    entry: str | None = None
    site: str | None = None
    """The page that the feed is about; None if the feed does not say."""
    title: str | None = None
    """The name of the feed; None if it has none."""


def feed_file(content: bytes, username: str) -> bytes:
    """The file that lands: a list of items. FileRejectedError for what is no feed, or is cut off."""
    feed = read_feed(content)
    if feed.is_cut_off:
        raise FileRejectedError("the feed is cut off")
    root = _ROOT.search(feed.text)
    if feed.entries and (root is None or not all(feed.payloads)):
        raise FileRejectedError("its entries cannot be told apart: its XML is damaged")
    site, title = text_of(feed.head, "link"), text_of(feed.head, "title")
    return _encode(
        [
            FeedItem(username, root[0] if root is not None else None, entry.decode(), site, title)
            for entry in feed.payloads
        ]
    )


def xml_of(root: str, entry: str) -> bytes:
    """A feed with this entry alone. ValueError if the root is no tag of a feed."""
    if _ROOT.fullmatch(root) is None:
        raise ValueError("no tag of a feed")
    name = _NAME.search(root)
    end = f"</{name[0] if name is not None else ''}>"
    channel, channel_end = ("<channel>", "</channel>") if end == "</rss>" else ("", "")
    return f"{root}{channel}{entry}{channel_end}{end}".encode()
