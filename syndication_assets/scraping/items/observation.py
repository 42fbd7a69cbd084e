"""The common shape of all sources: an observation is what one item of a landed file contains about one post.

Adapters turn items into observations; all later steps (identity, staging, SQL) only know observations.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec

COUNTER_NAMES = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions", "reach")

ObservedAs = Literal["post", "repost", "reshared"]
AliasKind = Literal["activity", "share", "ugcPost", "video", "post", "media"]
PostIds = tuple[tuple[AliasKind, str], ...]
"""The ids of one post, the strongest first: `(("activity", "7399…"), ("ugcPost", "7399…"))`."""


class Author(msgspec.Struct, frozen=True, gc=False):
    """The author of a post. `username` is canonical: see `usernames`."""

    username: str
    name: str | None = None
    kind: Literal["person", "company", "channel"] | None = None
    headline: str | None = None
    profile_url: str | None = None
    followers: int | None = None
    """At the time of the observation; None if not measured."""


class Media(msgspec.Struct, frozen=True, gc=False):
    """One picture, video or document. `media_key` is the URL without scheme and query: stable across scrapes."""

    media_key: str
    media_type: Literal["image", "video", "document", "thumbnail"]
    media_url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None
    page_count: int | None = None


class Counters(msgspec.Struct, frozen=True, gc=False):
    """Cumulative counters at the time of the observation. None means "not measured", 0 is a measured zero."""

    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    views: int | None = None
    impressions: int | None = None
    reach: int | None = None


class Metric(msgspec.Struct, frozen=True, gc=False):
    """A number under the source's own name, unjudged: a definition says which counter it fills, if any."""

    name: str
    period: str
    value: Any


class PostObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What one item contains about one post.

    `counters` is None if the item has none for this post: the act of reposting has no counters, they belong to the
    original.
    """

    platform: str
    observed_as: ObservedAs
    is_description: bool
    """Whether the item has the content of the post: its text, media or article. Without content (counters alone) it
    changes neither the known content nor the hashtags, but may still name the author."""
    ids: PostIds
    full_urn: str | None
    posted_at: datetime | None
    """UTC, between 2000 and 2100; None if the source does not contain it and it cannot be derived."""
    author: Author | None
    text: str | None
    url: str | None
    post_type: str | None
    """None if the item does not contain it, as for the original of a plain repost."""
    payload_member: str | None = None
    """The member of the item that is this observation, as for a quoted post; None if the whole item is."""
    article: dict[str, Any] | None = None
    media: tuple[Media, ...] = ()
    counters: Counters | None = None
    stats: dict[str, Any] | None = None
    metrics: tuple[Metric, ...] = ()
    """What fills counters by a row in `engagement.platform_metrics`, for sources that rename their metrics."""
    original_ids: PostIds | None = None
    """The ids of the reposted or quoted post."""


class ParsedItem(msgspec.Struct, frozen=True):
    """The observations of one item, and its keys that the adapter does not know (`$.stats.brave` …)."""

    observations: tuple[PostObservation, ...]
    unknown_keys: tuple[str, ...] = ()
    scraped_profile: str | None = None
    """The profile for which the item was scraped, if the item itself names it."""
