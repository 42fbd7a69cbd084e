"""The ids of a LinkedIn item, in all their forms, and the time that an activity id contains."""

import re
from datetime import datetime

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_values import utc_from_milliseconds
from syndication_assets.scraping.items.observation import AliasKind, PostIds
from syndication_assets.scraping.linkedin.dataset_shapes import Id, Post, QuotedPost, Urn

_ID_KINDS: tuple[AliasKind, ...] = ("activity", "ugcPost", "share")
_KIND_NAMES: dict[str, AliasKind] = {kind.lower(): kind for kind in _ID_KINDS}
_URN = re.compile(r"urn:li:(activity|ugcPost|share):(.*)", re.DOTALL)
# The words before the id may contain a number too ("market-share-2024-…"), but an id has more digits than a year.
_ID_IN_ADDRESS = re.compile(
    r"(?:(?<![a-z0-9])|(?<=%3a))(activity|ugcpost|share)(?:[-:]|%3a)([0-9]{15,20})(?![0-9])", re.IGNORECASE
)


def ids_of(post: QuotedPost, path: str, *, with_full_urn: bool = True) -> PostIds:
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


def has_another_original(post: Post) -> bool:
    """Whether `full_urn` has an activity id, and another one than the item's own."""
    kind, _, original = (post.full_urn or "").strip().rpartition(":")
    own = post.urn.activity_urn if isinstance(post.urn, Urn) else post.urn
    own = own or post.activity_urn
    digits = own.strip().removeprefix("urn:li:activity:") if isinstance(own, str) else ""
    return kind == "urn:li:activity" and original.isdigit() and digits.isdigit() and original != digits


def original_of_repost(post: Post) -> PostIds:
    """The id of the original, by `full_urn` or by the address; empty if neither has one."""
    found: dict[AliasKind, str] = {}
    if post.full_urn and (match := _URN.fullmatch(post.full_urn.strip())):
        _add_id(found, "activity", match[0], "$.full_urn")
    elif match := _ID_IN_ADDRESS.search(post.url or post.post_url or ""):
        found[_KIND_NAMES[match[1].lower()]] = match[2]
    return tuple(found.items())


def posted_at(post: QuotedPost, ids: PostIds, path: str) -> datetime | None:
    """The time of publication in UTC, by the item or by its activity id; None if neither tells it."""
    if post.posted_at is None or post.posted_at.timestamp is None:
        return time_in_ids(ids)
    return utc_from_milliseconds(post.posted_at.timestamp, f"{path}.posted_at.timestamp")


def time_in_ids(ids: PostIds) -> datetime | None:
    """An activity id begins with the publication time in UTC milliseconds; None for an id that is too small."""
    kind, digits = ids[0]
    if kind != "activity":
        return None
    try:
        return utc_from_milliseconds(int(digits) >> 22, "activity id")
    except ItemRejectedError:
        return None
