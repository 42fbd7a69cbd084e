"""Adapter: a status, the response of a Mastodon server to `GET /api/v1/statuses/:id`.

Counters are passed on under the server's names: rows of `engagement.platform_metrics` say which of them fill which
counter. A counter that is missing is not measured.
"""

import re

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import Counter, Ignored, Size, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import clean_handle, clean_text, media_key, utc_from_iso
from syndication_assets.scraping.items.observation import Author, Media, Metric, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import item_of_known_shape
from syndication_assets.text.html_text import plain_text

SOURCE = "mastodon_api"
PLATFORM = "mastodon"
VERSION = 1
LIST_PATHS: tuple[tuple[str, ...], ...] = ()
ONE_OBJECT_IS_AN_ITEM = True

_MEDIA_TYPES = {"image": "image", "gifv": "video", "video": "video"}
_COUNTERS = ("favourites_count", "reblogs_count", "replies_count")


class Account(msgspec.Struct, gc=False):
    id: str | None = None
    username: str | None = None
    acct: str | None = None
    display_name: str | None = None
    url: str | None = None
    followers_count: Counter | None = None
    locked: Ignored = None
    bot: Ignored = None
    discoverable: Ignored = None
    indexable: Ignored = None
    group: Ignored = None
    created_at: Ignored = None
    note: Ignored = None
    uri: Ignored = None
    avatar: Ignored = None
    avatar_static: Ignored = None
    avatar_description: Ignored = None
    header: Ignored = None
    header_static: Ignored = None
    header_description: Ignored = None
    following_count: Ignored = None
    statuses_count: Ignored = None
    last_status_at: Ignored = None
    hide_collections: Ignored = None
    noindex: Ignored = None
    emojis: Ignored = None
    roles: Ignored = None
    fields: Ignored = None


class Size2D(msgspec.Struct, gc=False):
    width: Size | None = None
    height: Size | None = None
    size: Ignored = None
    aspect: Ignored = None
    frame_rate: Ignored = None
    duration: Ignored = None
    bitrate: Ignored = None


class Meta(msgspec.Struct, gc=False):
    original: Size2D | None = None
    small: Ignored = None
    focus: Ignored = None
    length: Ignored = None
    duration: Ignored = None
    fps: Ignored = None
    size: Ignored = None
    width: Ignored = None
    height: Ignored = None
    aspect: Ignored = None
    audio_encode: Ignored = None
    audio_bitrate: Ignored = None
    audio_channels: Ignored = None


class Attachment(msgspec.Struct, gc=False):
    type: str | None = None
    url: str | None = None
    description: str | None = None
    meta: Meta | None = None
    id: Ignored = None
    preview_url: Ignored = None
    remote_url: Ignored = None
    preview_remote_url: Ignored = None
    text_url: Ignored = None
    blurhash: Ignored = None


class Status(msgspec.Struct, gc=False):
    id: str | None = None
    created_at: str | None = None
    url: str | None = None
    content: str | None = None
    account: Account | None = None
    media_attachments: list[Attachment] = []
    favourites_count: Counter | None = None
    reblogs_count: Counter | None = None
    replies_count: Counter | None = None
    quotes_count: Counter | None = None
    in_reply_to_id: Ignored = None
    in_reply_to_account_id: Ignored = None
    sensitive: Ignored = None
    spoiler_text: Ignored = None
    visibility: Ignored = None
    language: Ignored = None
    uri: Ignored = None
    edited_at: Ignored = None
    favourited: Ignored = None
    reblogged: Ignored = None
    muted: Ignored = None
    bookmarked: Ignored = None
    pinned: Ignored = None
    filtered: Ignored = None
    local_only: Ignored = None
    reblog: Ignored = None
    application: Ignored = None
    mentions: Ignored = None
    tags: Ignored = None
    emojis: Ignored = None
    card: Ignored = None
    poll: Ignored = None
    quote: Ignored = None
    quote_approval: Ignored = None
    tagged_collections: Ignored = None
    text: Ignored = None


_KNOWN_KEYS = known_keys(Status)
_STATUS_ID = re.compile(r"[A-Za-z0-9]{1,64}")


def parse_item(payload: bytes, tracked_username: str | None) -> ParsedItem:  # noqa: ARG001 - every adapter is called so
    """Parses one status; raises only `ItemRejectedError`, for an item that cannot be loaded."""
    status = decode_item(payload, Status)
    unknown_keys = survey_item(payload, _KNOWN_KEYS)
    if status.id is None:
        raise ItemRejectedError("$.id: missing id")
    if not _STATUS_ID.fullmatch(status.id):
        raise ItemRejectedError("$.id: not the id of a status")
    counts = ((name, getattr(status, name)) for name in _COUNTERS)
    observation = PostObservation(
        platform=PLATFORM,
        observed_as="post",
        is_description=status.content is not None,
        ids=(("post", status.id),),
        full_urn=f"mastodon:status:{status.id}",
        posted_at=utc_from_iso(status.created_at, "$.created_at") if status.created_at else None,
        author=_author(status.account),
        text=_text(status.content),
        url=clean_text(status.url),
        post_type=None,
        media=tuple(_media(status.media_attachments)),
        stats={"quotes": status.quotes_count} if status.quotes_count is not None else None,
        metrics=tuple(Metric(name, "lifetime", count) for name, count in counts if count is not None),
    )
    return item_of_known_shape(payload, _KNOWN_KEYS, unknown_keys, (observation,))


def _text(content: str | None) -> str | None:
    try:
        return clean_text(plain_text(content)) if content else None
    except ValueError:
        raise ItemRejectedError("$.content: HTML that is nested too deeply") from None


def _author(account: Account | None) -> Author | None:
    handle = clean_handle(account.acct or account.username, "$.account.acct") if account is not None else None
    if account is None or handle is None:
        return None
    return Author(
        username=handle,
        name=clean_text(account.display_name),
        profile_url=clean_text(account.url),
        followers=account.followers_count,
    )


def _media(attachments: list[Attachment]) -> list[Media]:
    found = []
    for number, attachment in enumerate(attachments):
        url, media_type = clean_text(attachment.url), _MEDIA_TYPES.get(attachment.type or "")
        if url is None or media_type is None:
            continue
        original = attachment.meta.original if attachment.meta is not None else None
        found.append(
            Media(
                media_key(url, f"$.media_attachments[{number}].url"),
                "image" if media_type == "image" else "video",
                url,
                width=original.width if original is not None else None,
                height=original.height if original is not None else None,
                title=clean_text(attachment.description),
            )
        )
    return found
