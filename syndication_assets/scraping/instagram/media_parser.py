"""Adapter: a post of an Instagram account with its insights, the response of the Graph API to
`GET /{media}?fields=…,insights…`.

Likes and comments are fields of the post. Insights are passed on under Graph's names: rows of
`engagement.platform_metrics` say which of them fill which counter. Insights without data are an empty list: "not
measured", not zero; so is a like count that its owner hides.

The post is the one that a scrape of the profile finds: its short code is in the permalink. Graph's own id is an alias.
"""

import re
from typing import Literal

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.graph.insights import Insights, newest_metrics
from syndication_assets.scraping.instagram.short_codes import full_urn, short_code_in
from syndication_assets.scraping.items.item_decoding import Counter, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import (
    AliasKind,
    Author,
    Counters,
    Media,
    ParsedItem,
    PostObservation,
)
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape

SOURCE = "instagram_graph"
PLATFORM = "instagram"
VERSION = 2
LIST_PATHS: tuple[tuple[str, ...], ...] = (("data",),)
ONE_OBJECT_IS_AN_ITEM = True

_POST_ID = re.compile(r"[0-9]{1,25}")
_MEDIA_TYPES: dict[str, Literal["image", "video"]] = {"IMAGE": "image", "CAROUSEL_ALBUM": "image", "VIDEO": "video"}
_POST_TYPES = {"IMAGE": "image", "CAROUSEL_ALBUM": "carousel", "VIDEO": "video"}
"""The names that a scrape of the profile has, too."""
_PRODUCT_TYPES = {"REELS": "reel", "STORY": "story", "AD": "ad"}


class Post(msgspec.Struct, gc=False):
    id: str | None = None
    caption: str | None = None
    timestamp: str | None = None
    permalink: str | None = None
    media_type: str | None = None
    media_product_type: str | None = None
    media_url: str | None = None
    username: str | None = None
    like_count: Counter | None = None
    comments_count: Counter | None = None
    insights: Insights | None = None


_KNOWN_KEYS = known_keys(Post)


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one post; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    post = decode_item(payload, Post)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if post.id is None:
        raise ItemRejectedError("$.id: missing id")
    if not _POST_ID.fullmatch(post.id):
        raise ItemRejectedError("$.id: not the id of a post")
    username = clean_handle(post.username, "$.username")
    code = short_code_in(post.permalink)
    own_id: tuple[AliasKind, str] = ("media", post.id)
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        # A post without a caption lacks the key.
        is_description=post.caption is not None or post.media_url is not None,
        ids=(("post", code), own_id) if code is not None else (own_id,),
        full_urn=full_urn(code) if code is not None else f"ig:media:{post.id}",
        posted_at=utc_from_iso(post.timestamp, "$.timestamp") if post.timestamp else None,
        author=Author(username=username) if username is not None else None,
        text=clean_text(post.caption),
        url=clean_text(post.permalink),
        post_type=_PRODUCT_TYPES.get(post.media_product_type or "") or _POST_TYPES.get(post.media_type or ""),
        media=_media(post),
        counters=Counters(reactions=post.like_count, comments=post.comments_count),
        metrics=newest_metrics(post.insights),
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def _media(post: Post) -> tuple[Media, ...]:
    url, media_type = clean_text(post.media_url), _MEDIA_TYPES.get(post.media_type or "")
    return (Media(media_key(url, "$.media_url"), media_type, url),) if url and media_type else ()
