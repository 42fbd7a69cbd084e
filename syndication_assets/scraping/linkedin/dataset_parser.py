"""Adapter: datasets of the Apify actors for posts of a LinkedIn profile and of a company; `dataset_shapes` describes
them.

The canonical id of a post is its activity id; share and ugcPost ids are aliases. A plain repost contains two facts: the
act of a tracked person (its activity id and time) and the original (the rest of the item).
"""

import re
from typing import Any

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import MAXIMUM_KEY_BYTES, clean_handle, clean_text
from syndication_assets.scraping.items.observation import (
    Author,
    Counters,
    ObservedAs,
    ParsedItem,
    PostIds,
    PostObservation,
)
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.linkedin.dataset_ids import (
    has_another_original,
    ids_of,
    original_of_repost,
    posted_at,
    time_in_ids,
)
from syndication_assets.scraping.linkedin.dataset_media import media_of
from syndication_assets.scraping.linkedin.dataset_shapes import Article, Post, PostAuthor, QuotedPost, Stats

SOURCE = "linkedin_apify"
PLATFORM = "linkedin"
VERSION = 2
# Pages of an API around the posts, and the answer of Apify's client around a dataset.
LIST_PATHS: tuple[tuple[str, ...], ...] = (
    ("data", "posts"),
    ("posts",),
    ("items",),
    ("data", "items"),
    ("data",),
    ("data", "data", "posts"),
)
ONE_OBJECT_IS_AN_ITEM = True

_KNOWN_KEYS = known_keys(Post, {"reshared_post": QuotedPost})
# Our name of a kind of reaction, and LinkedIn's own name, under which it may come.
_REACTION_KINDS = (
    ("like", None),
    ("support", "appreciation"),
    ("love", "empathy"),
    ("insight", "interest"),
    ("celebrate", "praise"),
    ("funny", "entertainment"),
)

_HANDLE = re.compile(r"[^\s/]+")
_PROFILE_ADDRESS = re.compile(r"/(in|company|school|showcase)/([^/?#]+)", re.IGNORECASE)


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:
    """Parses one item of a dataset; raises only `ItemRejectedError`, for an item that cannot be loaded.

    `tracked_username` is the scraped profile: the item of a plain repost only names the author of the original. The
    posts of a company name the company for which they were scraped.
    """
    post = decode_item(payload, Post)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    company = _scraped_company(post)
    observations = _observe_repost(post, company or tracked_username) if _is_repost(post) else _observe_post(post)
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, observations, company)


def _scraped_company(post: Post) -> str | None:
    if post.source_company is None or len(post.source_company) > MAXIMUM_KEY_BYTES:
        return None
    address = _PROFILE_ADDRESS.search(post.source_company)
    name = address[2] if address else post.source_company
    # People also type a name with spaces, which is no handle.
    return _username(name, "$.source_company") if address or _HANDLE.fullmatch(name.strip()) else None


def _is_repost(post: Post) -> bool:
    """A repost says so, or has two activity ids: that of the act, and in `full_urn` that of the original.

    A quote with two activity ids stays ambiguous: the second may be that of the quoted post.
    """
    return post.post_type == "repost" or (bytes(post.reshared_post) == b"null" and has_another_original(post))


def _observe_post(post: Post) -> tuple[PostObservation, ...]:
    """A post of the profile, and the post it quotes if that has an id."""
    ids = ids_of(post, "$")
    if not ids:
        raise ItemRejectedError("$.urn: missing id: the item has neither an activity nor a ugcPost nor a share id")
    quoted_ids: PostIds = ()
    quoted_observations: tuple[PostObservation, ...] = ()
    quoted_payload = bytes(post.reshared_post)
    if quoted_payload != b"null":
        quoted = decode_item(quoted_payload, QuotedPost, "$.reshared_post")
        quoted_ids = ids_of(quoted, "$.reshared_post")
        if set(quoted_ids) & set(ids):
            raise ItemRejectedError("$.reshared_post.urn: the post would quote itself")
        if quoted_ids:
            counters = _counters(quoted.stats, leaves_out_zeros=post.is_of_company)
            quoted_observations = (
                _observe(quoted, "reshared", quoted_ids, quoted.post_type, counters, member="reshared_post"),
            )
    counters = _counters(post.stats, leaves_out_zeros=post.is_of_company)
    observation = _observe(post, "post", ids, post.post_type, counters, original_ids=quoted_ids or None)
    return (observation, *quoted_observations)


def _observe_repost(post: Post, tracked_username: str | None) -> tuple[PostObservation, ...]:
    """The act, which only has an id and a time, and the original, to which everything else in the item belongs.

    The share and ugcPost ids of the item are ignored: they may belong to the act or to the original.
    """
    act_id = dict(ids_of(post, "$", with_full_urn=False)).get("activity")
    if act_id is None:
        raise ItemRejectedError("$.urn: missing id: a repost without the activity id of the act")
    act_ids: PostIds = (("activity", act_id),)
    original_ids = original_of_repost(post)
    if not original_ids:
        raise ItemRejectedError("$.full_urn: a repost that does not identify its original by full_urn or url")
    if original_ids == act_ids:
        raise ItemRejectedError("$.full_urn: a repost that names itself as its original")
    tracked = _username(tracked_username, "tracked username")
    act = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        # An act has no text, so this description is complete.
        is_description=True,
        ids=act_ids,
        full_urn=None,
        posted_at=posted_at(post, act_ids, "$"),
        author=Author(tracked) if tracked else None,
        text=None,
        url=None,
        post_type="repost",
        original_ids=original_ids,
    )
    counters = _counters(post.stats, leaves_out_zeros=post.is_of_company)
    return act, _observe(post, "repost", original_ids, None, counters)


def _observe(
    post: QuotedPost,
    observed_as: ObservedAs,
    ids: PostIds,
    post_type: str | None,
    counters_and_stats: tuple[Counters, dict[str, Any] | None],
    original_ids: PostIds | None = None,
    member: str | None = None,
) -> PostObservation:
    path = "$" if member is None else f"$.{member}"
    counters, stats = counters_and_stats
    return PostObservation(
        platform=PLATFORM,
        observed_as=observed_as,
        # An empty text counts as missing: the actor leaves it empty if it could not read the text. A post without text
        # has an attachment.
        is_description=bool(post.text) or any(part is not None for part in (post.media, post.document, post.article)),
        ids=ids,
        full_urn=clean_text(post.full_urn),
        # The time in a repost belongs to the act.
        posted_at=time_in_ids(ids) if observed_as == "repost" else posted_at(post, ids, path),
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


def _username(value: str | None, path: str) -> str | None:
    name = clean_text(value)
    # The limit of a handle is that of its characters: escaped, each may take nine.
    if name is not None and len(name) <= MAXIMUM_KEY_BYTES:
        name = canonical_username(PLATFORM, name)
    return clean_handle(name, path)


def _author(author: PostAuthor, path: str) -> Author | None:
    profile_url = clean_text(author.profile_url) or clean_text(author.company_url)
    address = _PROFILE_ADDRESS.search(profile_url) if profile_url else None
    username = _username(clean_text(author.username) or (address[2] if address else None), f"{path}.author.username")
    if username is None:
        return None
    return Author(
        username=username,
        name=clean_text(f"{author.first_name or ''} {author.last_name or ''}") or clean_text(author.name),
        kind="company" if address and address[1].lower() != "in" else "person",
        headline=clean_text(author.headline),
        profile_url=profile_url,
        followers=author.follower_count,
    )


def _article(article: Article) -> dict[str, Any] | None:
    values = {"url": clean_text(article.url), "title": article.title, "subtitle": article.subtitle}
    return values if any(values.values()) else None


def _counters(stats: Stats | None, *, leaves_out_zeros: bool) -> tuple[Counters, dict[str, Any] | None]:
    """Missing counters are None; where the source leaves out zeros and gives the total of reactions, they are 0.

    Without `total_reactions` the kinds are not summed, because a kind may be missing.
    """
    if stats is None:
        return Counters(), None
    missing = 0 if leaves_out_zeros and stats.total_reactions is not None else None
    kinds = {}
    for kind, other_name in _REACTION_KINDS:
        count = getattr(stats, kind)
        if count is None and other_name is not None:
            count = getattr(stats, other_name)
        if count is not None:
            kinds[kind] = count
    counters = Counters(
        reactions=stats.total_reactions,
        comments=next((count for count in (stats.comments, stats.comments_count) if count is not None), missing),
        shares=missing if stats.reposts is None else stats.reposts,
    )
    return counters, {"reactions": kinds} if kinds else None
