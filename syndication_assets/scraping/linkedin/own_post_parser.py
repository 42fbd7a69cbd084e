"""Adapter: our own posts, as LinkedIn's REST API shows them. An item is a post (`GET /rest/posts/:urn`), the social
actions of a post (`GET /rest/socialActions?ids=List(:urn)`), or an element of a page's share statistics
(`GET /rest/organizationalEntityShareStatistics`).

Counters are passed on under LinkedIn's names: rows of `engagement.platform_metrics` say which of them fill which
counter. Reactions and comments come from the social actions, which profiles have as well; the same numbers of the
statistics are not read, because they leave out what is sponsored. A counter that is missing is not measured.
"""

import re
from datetime import datetime

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import Counter, Ignored, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_text, utc_from_milliseconds
from syndication_assets.scraping.items.observation import AliasKind, Metric, ParsedItem, PostIds, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape
from syndication_assets.text.little_text import plain_text

SOURCE = "linkedin_api"
PLATFORM = "linkedin"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = (("elements",),)
ONE_OBJECT_IS_AN_ITEM = True

_URN = re.compile(r"urn:li:(activity|share|ugcPost):([0-9]{1,20})")
_KINDS: dict[str, AliasKind] = {"activity": "activity", "share": "share", "ugcPost": "ugcPost"}


class Likes(msgspec.Struct, gc=False):
    totalLikes: Counter | None = None  # noqa: N815 - LinkedIn's name
    aggregatedTotalLikes: Ignored = None  # noqa: N815
    selectedLikes: Ignored = None  # noqa: N815
    likedByCurrentUser: Ignored = None  # noqa: N815


class Comments(msgspec.Struct, gc=False):
    aggregatedTotalComments: Counter | None = None  # noqa: N815
    totalFirstLevelComments: Ignored = None  # noqa: N815
    selectedComments: Ignored = None  # noqa: N815


class SocialActions(msgspec.Struct, gc=False):
    """The reactions and comments of one post. `target` may be the post's activity."""

    target: str | None = None
    likesSummary: Likes | None = None  # noqa: N815
    commentsSummary: Comments | None = None  # noqa: N815
    commentsState: Ignored = None  # noqa: N815


class Statistics(msgspec.Struct, gc=False):
    """Lifetime totals of one post, without what was sponsored."""

    shareCount: Counter | None = None  # noqa: N815
    clickCount: Counter | None = None  # noqa: N815
    impressionCount: Counter | None = None  # noqa: N815
    uniqueImpressionsCount: Counter | None = None  # noqa: N815
    likeCount: Ignored = None  # noqa: N815
    commentCount: Ignored = None  # noqa: N815
    engagement: Ignored = None
    shareMentionsCount: Ignored = None  # noqa: N815
    commentMentionsCount: Ignored = None  # noqa: N815


class Item(msgspec.Struct, gc=False):
    """One of the three."""

    id: str | None = None
    commentary: str | None = None
    publishedAt: int | None = None  # noqa: N815
    createdAt: int | None = None  # noqa: N815
    author: Ignored = None
    lastModifiedAt: Ignored = None  # noqa: N815
    lifecycleState: Ignored = None  # noqa: N815
    lifecycleStateInfo: Ignored = None  # noqa: N815
    visibility: Ignored = None
    distribution: Ignored = None
    content: Ignored = None
    contentLandingPage: Ignored = None  # noqa: N815
    contentCallToActionLabel: Ignored = None  # noqa: N815
    isReshareDisabledByAuthor: Ignored = None  # noqa: N815
    adContext: Ignored = None  # noqa: N815
    reshareContext: Ignored = None  # noqa: N815
    share: str | None = None
    ugcPost: str | None = None  # noqa: N815
    totalShareStatistics: Statistics | None = None  # noqa: N815
    organizationalEntity: Ignored = None  # noqa: N815
    results: dict[str, SocialActions] | None = None
    statuses: Ignored = None
    errors: Ignored = None


_KNOWN_KEYS = known_keys(Item)


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one item; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    item = decode_item(payload, Item)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if item.results is not None:
        observations = tuple(_of_actions(urn, actions) for urn, actions in item.results.items())
    elif item.totalShareStatistics is not None:
        observations = (_of_statistics(item, item.totalShareStatistics),)
    elif item.id is not None:
        observations = (_of_post(item, item.id),)
    else:
        raise ItemRejectedError("$.id: missing id, and neither statistics nor social actions")
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, observations)


def _of_post(item: Item, urn: str) -> PostObservation:
    published = item.publishedAt or item.createdAt
    return _observation(
        _ids(urn, "$.id"),
        posted_at=utc_from_milliseconds(published, "$.publishedAt") if published is not None else None,
        is_description=item.commentary is not None,
        text=clean_text(plain_text(item.commentary)) if item.commentary is not None else None,
    )


def _of_statistics(item: Item, statistics: Statistics) -> PostObservation:
    urn = item.share or item.ugcPost
    if urn is None:
        raise ItemRejectedError("$.share: missing post: these are statistics of a whole page")
    names = ("shareCount", "clickCount", "impressionCount", "uniqueImpressionsCount")
    return _observation(_ids(urn, "$.share"), {name: getattr(statistics, name) for name in names})


def _of_actions(urn: str, actions: SocialActions) -> PostObservation:
    likes, comments = actions.likesSummary or Likes(), actions.commentsSummary or Comments()
    asked, target = _ids(urn, "$.results"), actions.target
    if target is not None and target != urn:
        ids = (*_ids(target, "$.results[].target"), *asked)
        asked = tuple(sorted(ids, key=lambda each: each[0] != "activity"))
    return _observation(
        asked,
        {"totalLikes": likes.totalLikes, "aggregatedTotalComments": comments.aggregatedTotalComments},
    )


def _observation(
    ids: PostIds,
    metrics: dict[str, int | None] | None = None,
    *,
    posted_at: datetime | None = None,
    is_description: bool = False,
    text: str | None = None,
) -> PostObservation:
    kind, digits = ids[-1]
    urn = f"urn:li:{kind}:{digits}"
    return PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=is_description,
        ids=ids,
        full_urn=urn,
        posted_at=posted_at,
        author=None,
        text=text,
        url=f"https://www.linkedin.com/feed/update/{urn}/",
        post_type=None,
        metrics=tuple(Metric(name, "lifetime", count) for name, count in (metrics or {}).items() if count is not None),
    )


def _ids(urn: str, path: str) -> PostIds:
    match = _URN.fullmatch(urn)
    if match is None:
        raise ItemRejectedError(f"{path}: not the id of a post")
    return ((_KINDS[match[1]], match[2]),)
