"""The sources of posts that can be loaded. A new input shape adds a parser to this list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syndication_assets.scraping.bluesky import post_parser
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.facebook import insights_parser
from syndication_assets.scraping.instagram import anonymous_posts, media_parser
from syndication_assets.scraping.instagram import dataset_parser as instagram_parser
from syndication_assets.scraping.items.observation import ParsedItem
from syndication_assets.scraping.linkedin import dataset_parser, dataset_parts, own_post_parser
from syndication_assets.scraping.mastodon import status_parser
from syndication_assets.scraping.rss import entry_parser
from syndication_assets.scraping.youtube import anonymous_videos, video_parser


@dataclass(frozen=True, slots=True)
class Source:
    """One input shape: where the items of a file are, and how to parse an item."""

    name: str
    platform: str
    version: int
    list_paths: tuple[tuple[str, ...], ...]
    one_object_is_an_item: bool
    parse_item: Callable[[bytes, str | None], ParsedItem]
    """(exact JSON text of the item, tracked username) → observations; raises ItemRejectedError."""
    kept_part: Callable[[bytes, ParsedItem, Sequence[bool]], bytes | None] | None = None
    """(text of the item, its observations, which of them are erased) → the text of what stays; None if an item of the
    source is about one post."""
    anonymised: Callable[[bytes, ParsedItem, Sequence[Treatment | None]], bytes] | None = None
    """(text of the item, its observations, under which erasure each is anonymised) → the text without names."""
    stored_part: Callable[[bytes], bytes] | None = None
    """Text of the item → the text that is stored; None if all of it is."""


_KEPT_PARTS = {dataset_parser.SOURCE: dataset_parts.kept_part}
_ANONYMISED = {
    dataset_parser.SOURCE: dataset_parts.anonymised,
    instagram_parser.SOURCE: anonymous_posts.anonymised,
    video_parser.SOURCE: anonymous_videos.anonymised,
    entry_parser.SOURCE: entry_parser.anonymised,
}
"""The sources of other people's posts. The others deliver results of the organization's own."""
_STORED_PARTS = {instagram_parser.SOURCE: instagram_parser.without_comments}


SOURCES = {
    module.SOURCE: Source(
        name=module.SOURCE,
        platform=module.PLATFORM,
        version=module.VERSION,
        list_paths=module.LIST_PATHS,
        one_object_is_an_item=module.ONE_OBJECT_IS_AN_ITEM,
        parse_item=module.parse_item,
        kept_part=_KEPT_PARTS.get(module.SOURCE),
        anonymised=_ANONYMISED.get(module.SOURCE),
        stored_part=_STORED_PARTS.get(module.SOURCE),
    )
    for module in (
        dataset_parser,
        own_post_parser,
        video_parser,
        insights_parser,
        media_parser,
        instagram_parser,
        status_parser,
        post_parser,
        entry_parser,
    )
}
