"""Adapter: the posts of a page with their insights, responses of Facebook's Graph API to
`/{page}/posts?fields=…,insights…`.

Insights without data are an empty list: "not measured", not zero. Graph renames its metrics every year, so this module
passes them on under Graph's names: the rows of `engagement.platform_metrics` say which of them fill a counter.
"""

import re

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.graph.insights import Insights, newest_metrics
from syndication_assets.scraping.items.item_decoding import Counter, Ignored, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import Author, Counters, Media, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape

SOURCE = "facebook_graph"
PLATFORM = "facebook"
VERSION = 2
# A page that is asked for with its posts has them in a field.
LIST_PATHS: tuple[tuple[str, ...], ...] = (
    ("data",),
    ("posts", "data"),
    ("published_posts", "data"),
    ("feed", "data"),
    ("data", "data"),
)
ONE_OBJECT_IS_AN_ITEM = False


class Summary(msgspec.Struct, gc=False):
    total_count: Counter | None = None
    order: Ignored = None
    can_comment: Ignored = None
    viewer_reaction: Ignored = None


class Edge(msgspec.Struct, gc=False):
    """Reactions or comments: only their number; names and texts of other people are not read."""

    summary: Summary | None = None
    data: Ignored = None
    paging: Ignored = None


class Shares(msgspec.Struct, gc=False):
    count: Counter | None = None


class Page(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None


class Post(msgspec.Struct, gc=False):
    id: str | None = None
    created_time: str | None = None
    message: str | None = None
    permalink_url: str | None = None
    full_picture: str | None = None
    status_type: str | None = None
    from_: Page | None = msgspec.field(default=None, name="from")
    reactions: Edge | None = None
    comments: Edge | None = None
    shares: Shares | None = None
    insights: Insights | None = None
    updated_time: Ignored = None
    is_simulated: bool = False


_KNOWN_KEYS = known_keys(Post)
_POST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one post of the response; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    post = decode_item(payload, Post)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if post.id is None:
        raise ItemRejectedError("$.id: missing id")
    if not _POST_ID.fullmatch(post.id):
        raise ItemRejectedError("$.id: not a post id")
    if "_" not in post.id:
        raise ItemRejectedError("$.id: the id of a page or of another object, where a post (<page>_<post>) is expected")
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=post.message is not None or post.full_picture is not None,
        ids=(("post", post.id),),
        full_urn=f"fb:post:{post.id}",
        posted_at=utc_from_iso(post.created_time, "$.created_time") if post.created_time else None,
        author=_author(post.from_),
        text=clean_text(post.message),
        url=clean_text(post.permalink_url),
        post_type=clean_text(post.status_type),
        media=_picture(post.full_picture),
        counters=Counters(
            reactions=_total(post.reactions),
            comments=_total(post.comments),
            # Graph omits `shares` both if nobody shared and if it was not requested: the two cannot be distinguished.
            shares=post.shares.count if post.shares is not None else None,
        ),
        stats={"is_simulated": True} if post.is_simulated else None,
        metrics=newest_metrics(post.insights),
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def _author(page: Page | None) -> Author | None:
    page_id = clean_handle(page.id, "$.from.id") if page is not None else None
    if page is None or page_id is None:
        return None
    return Author(username=page_id, name=clean_text(page.name), kind="company")


def _picture(url: str | None) -> tuple[Media, ...]:
    picture = clean_text(url)
    return (Media(media_key(picture, "$.full_picture"), "image", picture),) if picture else ()


def _total(edge: Edge | None) -> int | None:
    return edge.summary.total_count if edge is not None and edge.summary is not None else None
