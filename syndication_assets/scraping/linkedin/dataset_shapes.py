"""The shape of one item of the LinkedIn actor's dataset, including its variations over time.

Missing keys are None; wrong types are rejected when the item is decoded.
"""

import msgspec

from syndication_assets.scraping.item_rules import Counter, Ignored, Size

Id = str | int | float | None
"""Digits in a string, bare or as a URN. The shape accepts numbers, so that they are rejected with a specific reason."""


class Urn(msgspec.Struct, gc=False):
    activity_urn: Id = None
    ugc_post_urn: Id = msgspec.field(default=None, name="ugcPost_urn")
    share_urn: Id = None


class PostedAt(msgspec.Struct, gc=False):
    """`date` is the scraper's local time and `relative` a phrase of the page: neither can be used as a time."""

    timestamp: int | None = None
    date: Ignored = None
    relative: Ignored = None


class PostAuthor(msgspec.Struct, gc=False):
    first_name: str | None = None
    last_name: str | None = None
    headline: str | None = None
    username: str | None = None
    profile_url: str | None = None
    profile_picture: Ignored = None


class Stats(msgspec.Struct, gc=False):
    total_reactions: Counter | None = None
    like: Counter | None = None
    support: Counter | None = None
    love: Counter | None = None
    insight: Counter | None = None
    celebrate: Counter | None = None
    funny: Counter | None = None
    comments: Counter | None = None
    comments_count: Counter | None = None
    reposts: Counter | None = None


class Picture(msgspec.Struct, gc=False):
    """An element of `media.images` or `media.items`; only the latter have a type."""

    url: str | None = None
    width: Size | None = None
    height: Size | None = None
    type: str | None = None
    thumbnail: str | None = None


class Document(msgspec.Struct, gc=False):
    title: str | None = None
    page_count: Size | None = None
    url: str | None = None
    thumbnail: str | None = None


class PostMedia(msgspec.Struct, gc=False):
    type: str | None = None
    url: str | None = None
    images: list[Picture] | None = None
    items: list[Picture] | None = None
    document: Document | None = None
    thumbnail: str | None = None


class Article(msgspec.Struct, gc=False):
    url: str | None = None
    title: str | None = None
    subtitle: str | None = None
    thumbnail: str | None = None


class QuotedPost(msgspec.Struct, gc=False):
    urn: Id | Urn = None
    activity_urn: Id = None
    full_urn: str | None = None
    posted_at: PostedAt | None = None
    text: str | None = None
    url: str | None = None
    post_url: str | None = None
    post_type: str | None = None
    author: PostAuthor | None = None
    stats: Stats | None = None
    media: PostMedia | None = None
    document: Document | None = None
    article: Article | None = None


class Post(QuotedPost, gc=False):
    reshared_post: msgspec.Raw = msgspec.Raw(b"null")
    pagination_token: Ignored = None
