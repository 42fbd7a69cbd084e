"""Adapter: posts as Bluesky's AppView shows them, the response to `app.bsky.feed.getPosts` (`#postView`).

Counters are passed on under the AppView's names: rows of `engagement.platform_metrics` say which of them fill which
counter. A counter that is missing is not measured.
"""

import re
from typing import Any

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import Counter, Ignored, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import Author, Media, Metric, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape

SOURCE = "bluesky_api"
PLATFORM = "bluesky"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = (("posts",),)
ONE_OBJECT_IS_AN_ITEM = False

_COUNTERS = ("likeCount", "repostCount", "replyCount")


class Profile(msgspec.Struct, gc=False):
    did: str | None = None
    handle: str | None = None
    displayName: str | None = None  # noqa: N815 - the lexicon's name
    avatar: Ignored = None
    associated: Ignored = None
    viewer: Ignored = None
    labels: Ignored = None
    createdAt: Ignored = None  # noqa: N815
    pronouns: Ignored = None
    verification: Ignored = None
    status: Ignored = None
    debug: Ignored = None


class Image(msgspec.Struct, gc=False):
    fullsize: str | None = None
    alt: str | None = None
    thumb: Ignored = None
    aspectRatio: Ignored = None  # noqa: N815


class PostView(msgspec.Struct, gc=False):
    uri: str | None = None
    author: Profile | None = None
    record: dict[str, Any] | None = None
    embed: dict[str, Any] | None = None
    likeCount: Counter | None = None  # noqa: N815
    repostCount: Counter | None = None  # noqa: N815
    replyCount: Counter | None = None  # noqa: N815
    quoteCount: Counter | None = None  # noqa: N815
    bookmarkCount: Counter | None = None  # noqa: N815
    cid: Ignored = None
    indexedAt: Ignored = None  # noqa: N815
    viewer: Ignored = None
    labels: Ignored = None
    threadgate: Ignored = None
    debug: Ignored = None


_KNOWN_KEYS = known_keys(PostView)
_URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,64})")


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one post; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    post = decode_item(payload, PostView)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if post.uri is None:
        raise ItemRejectedError("$.uri: missing URI")
    match = _URI.fullmatch(post.uri)
    if match is None:
        raise ItemRejectedError("$.uri: not the URI of a post")
    record = post.record or {}
    created_at, text = record.get("createdAt"), record.get("text")
    counts = ((name, getattr(post, name)) for name in _COUNTERS)
    others = {"quotes": post.quoteCount, "bookmarks": post.bookmarkCount}
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=isinstance(text, str),
        ids=(("post", post.uri),),
        full_urn=post.uri,
        posted_at=utc_from_iso(created_at, "$.record.createdAt") if isinstance(created_at, str) else None,
        author=_author(post.author),
        text=clean_text(text) if isinstance(text, str) else None,
        url=f"https://bsky.app/profile/{match[1]}/post/{match[2]}",
        post_type=None,
        media=tuple(_pictures(post.embed or {})),
        stats={name: count for name, count in others.items() if count is not None} or None,
        metrics=tuple(Metric(name, "lifetime", count) for name, count in counts if count is not None),
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def _author(profile: Profile | None) -> Author | None:
    handle = clean_handle(profile.handle or profile.did, "$.author.handle") if profile is not None else None
    if profile is None or handle is None:
        return None
    return Author(username=handle, name=clean_text(profile.displayName))


def _pictures(embed: dict[str, Any]) -> list[Media]:
    """The pictures of `app.bsky.embed.images#view`; other embeds have none of ours."""
    try:
        images = msgspec.convert(embed.get("images") or [], list[Image])
    except msgspec.ValidationError:
        raise ItemRejectedError("$.embed.images: not a list of pictures") from None
    urls = [(clean_text(image.fullsize), clean_text(image.alt)) for image in images]
    return [
        Media(media_key(url, f"$.embed.images[{number}].fullsize"), "image", url, title=alt)
        for number, (url, alt) in enumerate(urls)
        if url is not None
    ]
