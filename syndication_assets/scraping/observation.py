"""The one shape that every source is parsed into: what one item of a landed file says of one post.

An adapter turns an item into observations; everything after it (identity, staging, SQL) knows observations only.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec

COUNTER_NAMES = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions", "reach")

ObservedAs = Literal["post", "repost", "reshared"]
AliasKind = Literal["activity", "share", "ugcPost", "video", "post"]
PostIds = tuple[tuple[AliasKind, str], ...]
"""The ids under which one post is known, the strongest first: `(("activity", "7399…"), ("ugcPost", "7399…"))`."""


class Author(msgspec.Struct, frozen=True, gc=False):
    """Who wrote the post. `username` is the platform's handle in lower case, or its channel id."""

    username: str
    name: str | None = None
    kind: Literal["person", "company", "channel"] | None = None
    headline: str | None = None
    profile_url: str | None = None


class Media(msgspec.Struct, frozen=True, gc=False):
    """One picture, video or document. `media_key` is the URL without scheme and query: stable over scrapes."""

    media_key: str
    media_type: Literal["image", "video", "document", "thumbnail"]
    media_url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None
    page_count: int | None = None


class Counters(msgspec.Struct, frozen=True, gc=False):
    """Cumulative counters at the time of the observation. None is "not measured", 0 is a measured zero."""

    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    views: int | None = None
    impressions: int | None = None
    reach: int | None = None


class PostObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What one item says of one post.

    `counters` is None where the item carries none for this post: the act of reposting has no counters of its own,
    they belong to the original.
    """

    platform: str
    observed_as: ObservedAs
    is_description: bool
    """Whether the item carries the content of the post: its text, media or article. One that does not (counters alone)
    leaves the content and the hashtags that are known; the author it may name all the same."""
    ids: PostIds
    full_urn: str | None
    posted_at: datetime | None
    """UTC, between 2000 and 2100; None if the source does not say and it cannot be derived."""
    author: Author | None
    text: str | None
    url: str | None
    post_type: str | None
    """None where the item does not tell: the original of a plain repost."""
    payload: bytes
    """The exact JSON text this observation was taken from (for a quoted post, its object alone)."""
    article: dict[str, Any] | None = None
    media: tuple[Media, ...] = ()
    counters: Counters | None = None
    stats: dict[str, Any] | None = None
    original_ids: PostIds | None = None
    """The ids of the post that this one reposts or quotes."""


class ParsedItem(msgspec.Struct, frozen=True):
    """All that one item says, and the keys of it that the adapter does not know (`$.stats.brave` …)."""

    observations: tuple[PostObservation, ...]
    unknown_keys: tuple[str, ...] = ()
