"""Adapter: responses of YouTube's Data API to `videos.list`, with any of its parts.

The API returns statistics as strings of digits and omits hidden counters: "not measured", not zero.
"""

import re

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import MAXIMUM_COUNTER, Ignored, Size, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import Author, Counters, Media, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape

SOURCE = "youtube_data_api"
PLATFORM = "youtube"
VERSION = 2
# Client libraries wrap the answer of the API.
LIST_PATHS: tuple[tuple[str, ...], ...] = (("items",), ("data", "items"), ("result", "items"), ("response", "items"))
ONE_OBJECT_IS_AN_ITEM = False

Digits = str | int | None
"""A counter: digits in a string; a JSON integer, which may be written `12.0`, is exact too and accepted."""


class Thumbnail(msgspec.Struct, gc=False):
    url: str | None = None
    width: Size | None = None
    height: Size | None = None


class Thumbnails(msgspec.Struct, gc=False):
    """The sizes, the largest first; small uploads lack the large sizes."""

    maxres: Thumbnail | None = None
    standard: Thumbnail | None = None
    high: Thumbnail | None = None
    medium: Thumbnail | None = None
    default: Thumbnail | None = None


class Snippet(msgspec.Struct, gc=False, rename="camel"):
    published_at: str | None = None
    channel_id: str | None = None
    channel_title: str | None = None
    title: str | None = None
    description: str | None = None
    thumbnails: Thumbnails | None = None
    tags: Ignored = None
    category_id: Ignored = None
    live_broadcast_content: Ignored = None
    default_language: Ignored = None
    default_audio_language: Ignored = None
    localized: Ignored = None


class Statistics(msgspec.Struct, gc=False, rename="camel"):
    view_count: Digits = None
    like_count: Digits = None
    comment_count: Digits = None
    dislike_count: Ignored = None
    favorite_count: Ignored = None


class ContentDetails(msgspec.Struct, gc=False, rename="camel"):
    duration: str | None = None
    dimension: Ignored = None
    definition: Ignored = None
    caption: Ignored = None
    licensed_content: Ignored = None
    content_rating: Ignored = None
    region_restriction: Ignored = None
    projection: Ignored = None
    has_custom_thumbnail: Ignored = None


class Video(msgspec.Struct, gc=False, rename="camel"):
    id: str | None = None
    snippet: Snippet | None = None
    statistics: Statistics | None = None
    content_details: ContentDetails | None = None
    kind: str | None = None
    etag: Ignored = None
    status: Ignored = None
    player: Ignored = None
    topic_details: Ignored = None
    recording_details: Ignored = None
    live_streaming_details: Ignored = None
    localizations: Ignored = None
    paid_product_placement_details: Ignored = None


_KNOWN_KEYS = known_keys(Video)
_KIND = "youtube#video"
_READABLE_KIND = re.compile(r"youtube#[A-Za-z]{1,40}")
# Ids of videos have 11 characters. Those of channels and playlists begin with one of these and have 18 or more.
_VIDEO_ID = re.compile(r"(?!(?:UC|UU|PL|LL|FL|OL|RD)[A-Za-z0-9_-]{16})[A-Za-z0-9_-]{1,64}")
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_SECONDS = (7 * 86_400, 86_400, 3_600, 60, 1)


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one video of the response; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    video = decode_item(payload, Video)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    _require_kind(video.kind)
    if video.id is None:
        raise ItemRejectedError("$.id: missing id")
    if not _VIDEO_ID.fullmatch(video.id):
        raise ItemRejectedError("$.id: not a video id")
    snippet = video.snippet or Snippet()
    duration = video.content_details.duration if video.content_details else None
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        # A request for some parts or fields returns the video without the others.
        is_description=any((snippet.title, snippet.description, snippet.thumbnails)),
        ids=(("video", video.id),),
        full_urn=f"yt:video:{video.id}",
        posted_at=utc_from_iso(snippet.published_at, "$.snippet.publishedAt") if snippet.published_at else None,
        author=_author(snippet),
        text=_text(snippet),
        url=f"https://www.youtube.com/watch?v={video.id}",
        post_type="video",
        media=_best_thumbnail(snippet.thumbnails) if snippet.thumbnails else (),
        counters=_counters(video.statistics or Statistics()),
        stats=None if duration is None else {"duration_seconds": _duration_seconds(duration)},
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def _require_kind(kind: str | None) -> None:
    """Channels, playlist items and comments have an id and some statistics too. Without a kind, the item is a video."""
    if kind is not None and kind != _KIND:
        found = kind if _READABLE_KIND.fullmatch(kind) else "another kind"
        raise ItemRejectedError(f"$.kind: {found}, where {_KIND} is expected")


def _author(snippet: Snippet) -> Author | None:
    # Channel ids are case-sensitive: in lower case the id would be another channel.
    channel_id = clean_handle(snippet.channel_id, "$.snippet.channelId")
    if channel_id is None:
        return None
    return Author(username=channel_id, name=clean_text(snippet.channel_title), kind="channel")


def _text(snippet: Snippet) -> str | None:
    return "\n\n".join(part for part in (snippet.title, snippet.description) if part) or None


def _best_thumbnail(thumbnails: Thumbnails) -> tuple[Media, ...]:
    for size in Thumbnails.__struct_fields__:
        thumbnail: Thumbnail | None = getattr(thumbnails, size)
        if thumbnail and (url := clean_text(thumbnail.url)):
            key = media_key(url, f"$.snippet.thumbnails.{size}.url")
            return (Media(key, "thumbnail", url, width=thumbnail.width, height=thumbnail.height),)
    return ()


def _counters(statistics: Statistics) -> Counters:
    return Counters(
        reactions=_count(statistics.like_count, "$.statistics.likeCount"),
        comments=_count(statistics.comment_count, "$.statistics.commentCount"),
        views=_count(statistics.view_count, "$.statistics.viewCount"),
    )


def _count(value: Digits, path: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 20):
            raise ItemRejectedError(f"{path}: a counter that is not a string of digits")
        value = int(value)
    if not 0 <= value <= MAXIMUM_COUNTER:
        raise ItemRejectedError(f"{path}: a counter below 0 or above {MAXIMUM_COUNTER}")
    return value


def _duration_seconds(duration: str) -> int:
    """The seconds of an ISO 8601 duration of weeks, days and a time (`PT1H2M3S`; a live stream has `P0D`)."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ItemRejectedError("$.contentDetails.duration: not a duration in ISO 8601")
    return sum(int(number) * seconds for number, seconds in zip(match.groups(), _SECONDS, strict=True) if number)
