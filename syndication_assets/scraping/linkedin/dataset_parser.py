"""Adapter: datasets of the Apify actor for LinkedIn profile posts.

The canonical id of a post is its activity id; share and ugcPost ids are aliases. A plain repost contains two facts: the
act of a tracked person (its activity id and time) and the original (the rest of the item).
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from syndication_assets.landing.rejections import ItemRejectedError
from syndication_assets.scraping.item_rules import (
    clean_handle,
    clean_text,
    decode_item,
    known_keys,
    survey_item,
    utc_from_milliseconds,
)
from syndication_assets.scraping.linkedin.dataset_media import media_of
from syndication_assets.scraping.linkedin.dataset_shapes import Article, Id, Post, PostAuthor, QuotedPost, Stats, Urn
from syndication_assets.scraping.observation import (
    AliasKind,
    Author,
    Counters,
    ObservedAs,
    ParsedItem,
    PostIds,
    PostObservation,
)

SOURCE = "linkedin_apify"
PLATFORM = "linkedin"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = (("data", "posts"),)
ONE_OBJECT_IS_AN_ITEM = True

_KNOWN_KEYS = known_keys(Post, {"reshared_post": QuotedPost})
_ID_KINDS: tuple[AliasKind, ...] = ("activity", "ugcPost", "share")
_KIND_NAMES: dict[str, AliasKind] = {kind.lower(): kind for kind in _ID_KINDS}
_REACTION_KINDS = ("like", "support", "love", "insight", "celebrate", "funny")

_URN = re.compile(r"urn:li:(activity|ugcPost|share):(.*)", re.DOTALL)
# The words before the id may contain a number too ("market-share-2024-…"), but an id has more digits than a year.
_ID_IN_ADDRESS = re.compile(
    r"(?:(?<![a-z0-9])|(?<=%3a))(activity|ugcpost|share)(?:[-:]|%3a)([0-9]{15,20})(?![0-9])", re.IGNORECASE
)
_PROFILE_ADDRESS = re.compile(r"/(in|company|school|showcase)/([^/?#]+)", re.IGNORECASE)


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:
    """Parses one item of a dataset; raises only `ItemRejectedError`, for an item that cannot be loaded.

    `tracked_username` is the scraped profile: the item of a plain repost only names the author of the original.
    """
    post = decode_item(payload, Post)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if post.post_type == "repost":
        return ParsedItem(_observe_repost(post, tracked_username), unknown_keys)
    return ParsedItem(_observe_post(post), unknown_keys)


def _observe_post(post: Post) -> tuple[PostObservation, ...]:
    """A post of the profile, and the post it quotes if that has an id."""
    ids = _ids_of(post, "$")
    if not ids:
        raise ItemRejectedError("$.urn: missing id: the item has neither an activity nor a ugcPost nor a share id")
    quoted_ids: PostIds = ()
    quoted_observations: tuple[PostObservation, ...] = ()
    quoted_payload = bytes(post.reshared_post)
    if quoted_payload != b"null":
        quoted = decode_item(quoted_payload, QuotedPost, "$.reshared_post")
        quoted_ids = _ids_of(quoted, "$.reshared_post")
        if set(quoted_ids) & set(ids):
            raise ItemRejectedError("$.reshared_post.urn: the post would quote itself")
        if quoted_ids:
            quoted_observations = (_observe(quoted, "reshared", quoted_ids, quoted.post_type, member="reshared_post"),)
    observation = _observe(post, "post", ids, post.post_type, original_ids=quoted_ids or None)
    return (observation, *quoted_observations)


def _observe_repost(post: Post, tracked_username: str | None) -> tuple[PostObservation, ...]:
    """The act, which only has an id and a time, and the original, to which everything else in the item belongs.

    The share and ugcPost ids of the item are ignored: they may belong to the act or to the original.
    """
    act_id = dict(_ids_of(post, "$", with_full_urn=False)).get("activity")
    if act_id is None:
        raise ItemRejectedError("$.urn: missing id: a repost without the activity id of the act")
    act_ids: PostIds = (("activity", act_id),)
    original_ids = _original_of_repost(post)
    if not original_ids:
        raise ItemRejectedError("$.full_urn: a repost that does not identify its original by full_urn or url")
    if original_ids == act_ids:
        raise ItemRejectedError("$.full_urn: a repost that names itself as its original")
    tracked = clean_handle(tracked_username, "tracked username")
    act = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        # An act has no text, so this description is complete.
        is_description=True,
        ids=act_ids,
        full_urn=None,
        posted_at=_posted_at(post, act_ids, "$"),
        author=Author(tracked.lower()) if tracked else None,
        text=None,
        url=None,
        post_type="repost",
        original_ids=original_ids,
    )
    return act, _observe(post, "repost", original_ids, post_type=None)


def _observe(
    post: QuotedPost,
    observed_as: ObservedAs,
    ids: PostIds,
    post_type: str | None,
    original_ids: PostIds | None = None,
    member: str | None = None,
) -> PostObservation:
    path = "$" if member is None else f"$.{member}"
    counters, stats = _counters(post.stats)
    return PostObservation(
        platform=PLATFORM,
        observed_as=observed_as,
        # An empty text counts as missing: the actor leaves it empty if it could not read the text. A post without text
        # has an attachment.
        is_description=bool(post.text) or any(part is not None for part in (post.media, post.document, post.article)),
        ids=ids,
        full_urn=clean_text(post.full_urn),
        # The time in a repost belongs to the act.
        posted_at=_time_in_ids(ids) if observed_as == "repost" else _posted_at(post, ids, path),
        author=_author(post.author, path) if post.author else None,
        text=post.text,
        url=clean_text(post.url) or clean_text(post.post_url),
        post_type=post_type,
        payload_member=member,
        article=_article(post.article) if post.article else None,
        media=media_of(post, path),
        counters=counters,
        stats=stats,
        original_ids=original_ids,
    )


def _ids_of(post: QuotedPost, path: str, *, with_full_urn: bool = True) -> PostIds:
    """All ids of a post, the strongest first; rejects two ids of one kind, because the post is then ambiguous."""
    found: dict[AliasKind, str] = {}
    urn = post.urn
    if isinstance(urn, Urn):
        _add_id(found, "activity", urn.activity_urn, f"{path}.urn.activity_urn")
        _add_id(found, "ugcPost", urn.ugc_post_urn, f"{path}.urn.ugcPost_urn")
        _add_id(found, "share", urn.share_urn, f"{path}.urn.share_urn")
    else:
        _add_id(found, "activity", urn, f"{path}.urn")
    _add_id(found, "activity", post.activity_urn, f"{path}.activity_urn")
    if with_full_urn and post.full_urn and (match := _URN.fullmatch(post.full_urn.strip())):
        _add_id(found, "activity", match[0], f"{path}.full_urn")
    return tuple([(kind, found[kind]) for kind in _ID_KINDS if kind in found])


def _add_id(found: dict[AliasKind, str], kind: AliasKind, value: Id, path: str) -> None:
    """Adds a bare id of `kind`, or a URN, which contains its kind."""
    if value is None or value == "":
        return
    if not isinstance(value, str):
        raise ItemRejectedError(f"{path}: an id as a JSON number, whose last digits may have been rounded")
    digits = value.strip()
    if match := _URN.fullmatch(digits):
        kind, digits = _KIND_NAMES[match[1].lower()], match[2]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise ItemRejectedError(f"{path}: an id that is not up to 20 digits, bare or after urn:li:<kind>:")
    if found.setdefault(kind, digits) != digits:
        raise ItemRejectedError(f"{path}: a second {kind} id: it is unclear which post is meant")


def _original_of_repost(post: Post) -> PostIds:
    found: dict[AliasKind, str] = {}
    if post.full_urn and (match := _URN.fullmatch(post.full_urn.strip())):
        _add_id(found, "activity", match[0], "$.full_urn")
    elif match := _ID_IN_ADDRESS.search(post.url or post.post_url or ""):
        found[_KIND_NAMES[match[1].lower()]] = match[2]
    return tuple(found.items())


def _posted_at(post: QuotedPost, ids: PostIds, path: str) -> datetime | None:
    if post.posted_at is None or post.posted_at.timestamp is None:
        return _time_in_ids(ids)
    return utc_from_milliseconds(post.posted_at.timestamp, f"{path}.posted_at.timestamp")


def _time_in_ids(ids: PostIds) -> datetime | None:
    """An activity id begins with the publication time in UTC milliseconds; None for an id that is too small."""
    kind, digits = ids[0]
    if kind != "activity":
        return None
    try:
        return utc_from_milliseconds(int(digits) >> 22, "activity id")
    except ItemRejectedError:
        return None


def _author(author: PostAuthor, path: str) -> Author | None:
    profile_url = clean_text(author.profile_url)
    address = _PROFILE_ADDRESS.search(profile_url) if profile_url else None
    username = clean_text(author.username) or (unquote(address[2]) if address else None)
    username = clean_handle(username, f"{path}.author.username")
    if username is None:
        return None
    return Author(
        username=username.lower(),
        name=clean_text(f"{author.first_name or ''} {author.last_name or ''}"),
        kind="company" if address and address[1].lower() != "in" else "person",
        headline=clean_text(author.headline),
        profile_url=profile_url,
    )


def _article(article: Article) -> dict[str, Any] | None:
    values = {"url": clean_text(article.url), "title": article.title, "subtitle": article.subtitle}
    return values if any(values.values()) else None


def _counters(stats: Stats | None) -> tuple[Counters, dict[str, Any] | None]:
    """Missing counters are None. Without `total_reactions` the kinds are not summed, because a kind may be missing."""
    if stats is None:
        return Counters(), None
    comments = stats.comments_count if stats.comments is None else stats.comments
    kinds = {kind: count for kind in _REACTION_KINDS if (count := getattr(stats, kind)) is not None}
    counters = Counters(reactions=stats.total_reactions, comments=comments, shares=stats.reposts)
    return counters, {"reactions": kinds} if kinds else None
