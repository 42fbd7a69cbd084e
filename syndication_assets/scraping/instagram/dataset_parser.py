"""Adapter: datasets of Apify's scraper of Instagram: posts, carousels and reels of a profile.

The id of a post is its short code. Likes that are hidden come as -1: "not measured", not a number. Comments of other
people are not kept: `without_comments` cuts them out of the text of an item before it is stored.
"""

from typing import Annotated, Any, Literal

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.instagram.short_codes import full_urn, is_short_code, short_code_in
from syndication_assets.scraping.items.item_decoding import MAXIMUM_COUNTER, Ignored, Size, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import Author, Counters, Media, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape

SOURCE = "instagram_apify"
PLATFORM = "instagram"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = (("items",), ("data", "items"), ("data",))
ONE_OBJECT_IS_AN_ITEM = True

HideableCounter = Annotated[int, msgspec.Meta(ge=-1, le=MAXIMUM_COUNTER)]
"""A counter, or -1 where its owner hides it."""


class ChildPost(msgspec.Struct, gc=False, rename="camel"):
    """One picture or video of a carousel. Its counters are always empty: they belong to the carousel."""

    type: str | None = None
    display_url: str | None = None
    video_url: str | None = None
    dimensions_width: Size | None = None
    dimensions_height: Size | None = None
    id: Ignored = None
    short_code: Ignored = None
    url: Ignored = None
    caption: Ignored = None
    alt: Ignored = None
    hashtags: Ignored = None
    mentions: Ignored = None
    images: Ignored = None
    timestamp: Ignored = None
    likes_count: Ignored = None
    comments_count: Ignored = None
    child_posts: Ignored = None
    owner_id: Ignored = None
    tagged_users: Ignored = None
    first_comment: Ignored = None
    latest_comments: Ignored = None


class Post(msgspec.Struct, gc=False, rename="camel"):
    type: str | None = None
    product_type: str | None = None
    short_code: str | None = None
    url: str | None = None
    caption: str | None = None
    timestamp: str | None = None
    likes_count: HideableCounter | None = None
    comments_count: HideableCounter | None = None
    video_view_count: HideableCounter | None = None
    video_play_count: HideableCounter | None = None
    display_url: str | None = None
    video_url: str | None = None
    dimensions_width: Size | None = None
    dimensions_height: Size | None = None
    images: list[str] | None = None
    child_posts: list[ChildPost] | None = None
    owner_username: str | None = None
    owner_full_name: str | None = None
    id: Ignored = None
    owner_id: Ignored = None
    hashtags: Ignored = None
    mentions: Ignored = None
    alt: Ignored = None
    video_duration: Ignored = None
    music_info: Ignored = None
    tagged_users: Ignored = None
    coauthor_producers: Ignored = None
    location_name: Ignored = None
    location_id: Ignored = None
    is_sponsored: Ignored = None
    is_pinned: Ignored = None
    is_comments_disabled: Ignored = None
    input_url: Ignored = None
    query_tag: Ignored = None
    first_comment: Ignored = None
    latest_comments: Ignored = None


_KNOWN_KEYS = known_keys(Post)
_COMMENTS = ("latestComments", "firstComment")
_REEL = "clips"
_POST_TYPES = {"Image": "image", "Sidecar": "carousel", "Video": "video"}


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one post; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    post = decode_item(payload, Post)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    code = _short_code(post)
    is_reel = post.product_type == _REEL
    username = clean_handle(post.owner_username, "$.ownerUsername")
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=bool(post.caption) or post.display_url is not None,
        ids=(("post", code),),
        full_urn=full_urn(code),
        posted_at=utc_from_iso(post.timestamp, "$.timestamp") if post.timestamp else None,
        author=Author(username=username, name=clean_text(post.owner_full_name)) if username is not None else None,
        text=post.caption or None,
        url=f"https://www.instagram.com/{'reel' if is_reel else 'p'}/{code}/",
        post_type="reel" if is_reel else _POST_TYPES.get(post.type or ""),
        media=tuple(_media(post)),
        counters=_counters(post),
        stats=_stats(post),
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def without_comments(payload: bytes) -> bytes:
    """The text of an item without what other people wrote below the post; the same object if it has none of it."""
    if not any(f'"{key}"'.encode() in payload for key in _COMMENTS):
        return payload
    try:
        item = msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        return payload
    return msgspec.json.encode(_without_comments(item))


def dataset_without_comments(content: bytes) -> bytes:
    """The dataset, a JSON list, with each item without comments; the same if it is no JSON list."""
    try:
        items = msgspec.json.decode(content, type=list[msgspec.Raw])
    except (ValueError, RecursionError):
        return content
    return b"[" + b",".join(without_comments(bytes(item)) for item in items) + b"]"


def _without_comments(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_comments(below) for key, below in value.items() if key not in _COMMENTS}
    return [_without_comments(each) for each in value] if isinstance(value, list) else value


def _short_code(post: Post) -> str:
    code = clean_text(post.short_code) or short_code_in(post.url)
    if code is None:
        raise ItemRejectedError("$.shortCode: missing id: the item has neither a short code nor the address of a post")
    if not is_short_code(code):
        raise ItemRejectedError("$.shortCode: not the short code of a post")
    return code


def _measured(count: int | None) -> int | None:
    return None if count == -1 else count


def _counters(post: Post) -> Counters:
    """Plays are what Instagram shows as views; older datasets have views alone, which count from three seconds on."""
    plays = _measured(post.video_play_count)
    return Counters(
        reactions=_measured(post.likes_count),
        comments=_measured(post.comments_count),
        views=_measured(post.video_view_count) if plays is None else plays,
    )


def _stats(post: Post) -> dict[str, Any] | None:
    counts = {
        "video_views": _measured(post.video_view_count),
        "video_plays": _measured(post.video_play_count),
    }
    return {name: count for name, count in counts.items() if count is not None} or None


def _media(post: Post) -> list[Media]:
    """The pictures and videos in their order, each once."""
    found: dict[str, Media] = {}
    parts: list[Post | ChildPost] = list(post.child_posts or ()) or [post]
    for number, part in enumerate(parts):
        path = "$" if part is post else f"$.childPosts[{number}]"
        size = (part.dimensions_width, part.dimensions_height)
        video, picture = clean_text(part.video_url), clean_text(part.display_url)
        if video is not None:
            key = media_key(video, f"{path}.videoUrl")
            found.setdefault(key, Media(key, "video", video, *size))
        if picture is not None:
            key = media_key(picture, f"{path}.displayUrl")
            kind: Literal["image", "thumbnail"] = "thumbnail" if part.type == "Video" else "image"
            found.setdefault(key, Media(key, kind, picture, *size))
    if not post.child_posts:
        for number, image in enumerate(post.images or ()):
            if url := clean_text(image):
                key = media_key(url, f"$.images[{number}]")
                found.setdefault(key, Media(key, "image", url))
    return list(found.values())
