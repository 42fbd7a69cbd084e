"""The record of a Bluesky post (`app.bsky.feed.post`) and its key. Pure.

Links and hashtags are facets: parts of the text by UTF-8 byte offsets. A mention would need the DID of its account and
stays plain text.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from syndication_assets.publishing.publisher import Post
from syndication_assets.text.lengths import link_spans

COLLECTION = "app.bsky.feed.post"
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_HASHTAG = re.compile(r"(?<![\w#\uff03&/])[#\uff03](?=\d*[^\W\d])(\w+)")
_LONGEST_TAG_GRAPHEMES = 64


def record_key(post: Post, first_called_at: datetime) -> str:
    """The TID of a target: the microseconds of its first call, and ten bits of its text in place of a clock's id.

    Each attempt of a target has the same key, and a server makes a second record of one key for nobody.
    """
    microseconds = int(first_called_at.timestamp() * 1_000_000)
    words = f"{post.remote_account_id}\0{post.text}".encode("utf-8", "replace")
    number = microseconds << 10 | int.from_bytes(hashlib.sha256(words).digest()[:2]) >> 6
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def post_record(post: Post, created_at: datetime, blob: Any = None) -> dict[str, Any]:
    """The record: text, facets, language, and the picture (`blob`, as its upload returned it) or a card of the link."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": post.text,
        "createdAt": created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [post.language],
    }
    if facets := facets_of(post.text):
        record["facets"] = facets
    if blob is not None:
        # The lexicon requires `alt`; without alternative text it is empty.
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": post.alt_text or ""}]}
    elif post.link_url is not None:
        host = urlsplit(post.link_url).hostname or post.link_url
        card = {"uri": post.link_url, "title": post.alt_text or host, "description": ""}
        record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
    return record


def facets_of(text: str) -> list[dict[str, Any]]:
    """The links and hashtags of a text, in its order."""
    links = link_spans(text)
    found = [(start, end, {"$type": "app.bsky.richtext.facet#link", "uri": text[start:end]}) for start, end in links]
    for tag in _HASHTAG.finditer(text):
        is_in_link = any(start <= tag.start() < end for start, end in links)
        if not is_in_link and len(tag[1]) <= _LONGEST_TAG_GRAPHEMES:
            found.append((*tag.span(), {"$type": "app.bsky.richtext.facet#tag", "tag": tag[1]}))
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [feature],
        }
        for start, end, feature in sorted(found, key=lambda facet: facet[0])
    ]
