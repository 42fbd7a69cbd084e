"""Adapter: one entry of an RSS or Atom feed, with the numbers that some feeds have.

Comments are `slash:comments` or `thr:total`, reactions and views those of `media:statistics`. Most feeds, Substack's
too, have none of them: then nothing was measured.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from syndication_assets.landing.feeds.feed_entries import (
    content_of,
    entry_identifier,
    html_of,
    images_of,
    published_at,
    read_feed,
    text_of,
)
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.items.item_decoding import MAXIMUM_COUNTER, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import MAXIMUM_KEY_BYTES, clean_handle, clean_text, media_key
from syndication_assets.scraping.items.observation import Author, Counters, Media, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape
from syndication_assets.scraping.rss.feed_items import FeedItem, xml_of
from syndication_assets.text.html_text import UnreadableMarkupError, plain_text
from syndication_assets.text.urls import absolute_url

SOURCE = "rss_feed"
PLATFORM = "rss"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = ()
ONE_OBJECT_IS_AN_ITEM = True

_KNOWN_KEYS = known_keys(FeedItem)
_FIRST_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ANONYMOUS_ROOT = '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:
    """Parses one entry; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    item = decode_item(payload, FeedItem)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    entry = _entry_of(item)
    site = absolute_url(None, clean_text(item.site))
    url = absolute_url(site, text_of(entry, "link"))
    identifier = entry_identifier(entry, {"link": item.site or ""}, url)
    if len(identifier.encode()) > MAXIMUM_KEY_BYTES or not identifier.isprintable():
        raise ItemRejectedError(f"$.entry: an id that is not printable, or longer than {MAXIMUM_KEY_BYTES:,} bytes")
    username = clean_handle(item.feed, "$.feed") or tracked_username
    title = _plain(html_of(entry.get("title_detail") or {}))
    body, is_html = content_of(entry)
    text = "\n\n".join(filter(None, [title, _plain(body) if is_html else clean_text(body)]))
    posted_at = published_at(entry)
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=bool(text),
        ids=(("post", identifier),),
        full_urn=None,
        posted_at=posted_at if posted_at is not None and posted_at >= _FIRST_TIME else None,
        author=_author(item, username, site),
        text=text or None,
        url=url,
        post_type="article",
        media=tuple(_media(entry, url or site)),
        counters=_counters(entry),
    )
    parsed = item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))
    return msgspec.structs.replace(parsed, scraped_profile=clean_text(item.feed))


def anonymised(payload: bytes, parsed: ParsedItem, treatments: Sequence[Treatment | None]) -> bytes:
    """The entry under an invented id, with its time and its comments, in a feed of the erasure."""
    (treatment,), (observation,) = treatments, parsed.observations
    if treatment is None:
        return payload
    kind, value = observation.ids[0]
    fields = {"guid": f"urn:{treatment.new_id(observation.platform, kind, value)}"}
    if observation.posted_at is not None:
        fields["pubDate"] = observation.posted_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    if observation.counters is not None and observation.counters.comments is not None:
        fields["slash:comments"] = str(observation.counters.comments)
    entry = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return msgspec.json.encode(FeedItem(treatment.erasure_id, _ANONYMOUS_ROOT, f"<item>{entry}</item>"))


def _entry_of(item: FeedItem) -> dict[str, Any]:
    for name in ("root", "entry"):
        if not getattr(item, name):
            raise ItemRejectedError(f"$.{name}: missing XML of the feed")
    try:
        feed = read_feed(xml_of(item.root or "", item.entry or ""))
    except ValueError:
        raise ItemRejectedError("$.root: not the first tag of a feed") from None
    except FileRejectedError as error:
        raise ItemRejectedError(f"$.entry: {error}") from None
    if len(feed.entries) != 1:
        raise ItemRejectedError(f"$.entry: {len(feed.entries)} entries, but one is expected")
    return feed.entries[0]


def _author(item: FeedItem, username: str | None, site: str | None) -> Author | None:
    """The feed itself, because that is what is followed: the byline of an entry may be anybody."""
    if username is None:
        return None
    return Author(username=username, name=_plain(item.title), kind="channel", profile_url=site)


def _plain(html: str | None) -> str | None:
    try:
        return clean_text(plain_text(html)) if html else None
    except UnreadableMarkupError:
        raise ItemRejectedError("$.entry: HTML that is nested too deeply") from None


def _media(entry: Mapping[str, Any], base: str | None) -> list[Media]:
    found = {media_key(url, "$.entry"): url for url in images_of(entry, base)}
    return [Media(key, "image", url) for key, url in found.items()]


def _counters(entry: Mapping[str, Any]) -> Counters | None:
    statistics = entry.get("media_statistics") or {}
    counters = Counters(
        reactions=_count(statistics.get("favorites"), "media:statistics"),
        comments=_count(entry.get("slash_comments") or entry.get("thr_total"), "slash:comments"),
        views=_count(statistics.get("views"), "media:statistics"),
    )
    return None if counters == Counters() else counters


def _count(text: object, name: str) -> int | None:
    """A number of the feed; None if it says nothing, or -1, with which some programs say that they do not know."""
    if text is None or not str(text).strip() or str(text).strip() == "-1":
        return None
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit()) or int(digits[:20]) > MAXIMUM_COUNTER:
        raise ItemRejectedError(f"$.entry: {name} is not a number from 0 to {MAXIMUM_COUNTER:,}")
    return int(digits)
