"""The items of landed files and what they observe, read with the standard library alone, without the adapters."""

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote


class Content(NamedTuple):
    """The content of a post in an item, besides its counters."""

    is_description: bool
    """Whether the item has text, media or an article."""
    text: str | None
    author: str | None


class Observation(NamedTuple):
    """What an item contains about a post, with the canonical id first."""

    slug: str
    platform: str
    ids: tuple[tuple[str, str], ...]
    observed_at: datetime
    counters: tuple[int | None, ...]
    """reactions, comments, shares, views"""
    content: Content


class Item(NamedTuple):
    """One item of a landed file."""

    slug: str
    source: str
    day: date
    path: str
    position: int
    value: Any
    observed_at: datetime


UNREADABLE = (ValueError, LookupError, OSError, EOFError, RecursionError)


def landed_paths(landing: Path) -> Iterator[str]:
    for file in landing.glob("*/*/*/*"):
        if file.is_file() and not file.name.startswith(".") and not file.name.endswith((".meta.json", ".part")):
            yield file.relative_to(landing).as_posix()


def items_of(landing: Path, path: str) -> list[Item]:
    content = (landing / path).read_bytes()
    if path.endswith(".gz"):
        content = gzip.decompress(content)
    value = json.loads(content.decode("utf-8-sig"))
    if isinstance(value, dict):
        inner = value.get("items") or (value.get("data") or {}).get("posts")
        value = [value] if inner is None and "urn" in value else inner
    if not value:
        raise ValueError("a file without items")
    return _placed(landing, path, value)


def items_before_the_damage(landing: Path, path: str) -> list[Item]:
    """The items of a damaged list before its first defect."""
    values = []
    with suppress(*UNREADABLE):
        text = (landing / path).read_bytes().decode("utf-8-sig").strip()
        end = 0
        while text[end] in "[,":
            start = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
            value, end = json.JSONDecoder().raw_decode(text, start)
            values.append(value)
    with suppress(*UNREADABLE):
        return _placed(landing, path, values)
    return []


def _placed(landing: Path, path: str, values: list[Any]) -> list[Item]:
    slug, source, day, name = path.split("/")
    observed_at = _observed_at(landing, path, name, date.fromisoformat(day))
    if observed_at.date() != date.fromisoformat(day):
        raise ValueError("a file of another day")
    return [
        Item(slug, source, date.fromisoformat(day), path, position, value, observed_at)
        for position, value in enumerate(values)
    ]


def _observed_at(landing: Path, path: str, name: str, day: date) -> datetime:
    stamp = name.removesuffix(".gz").removesuffix(".json")[-23:]
    try:
        return datetime.strptime(stamp + "000", "%Y-%m-%d_%H-%M-%S-%f").replace(tzinfo=UTC)
    except ValueError:
        meta = landing / f"{path}.meta.json"
        if meta.exists():
            return datetime.fromisoformat(json.loads(meta.read_bytes())["observed_at"])
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def observations_of(item: Item) -> Iterator[Observation]:
    value = item.value
    if item.source == "youtube_data_api":
        counts = value.get("statistics", {})
        numbers = (counts.get("likeCount"), counts.get("commentCount"), None, counts.get("viewCount"))
        counters = tuple(None if number is None else int(number) for number in numbers)
        content = _youtube_content(value.get("snippet") or {})
        yield Observation(item.slug, "youtube", (("video", value["id"]),), item.observed_at, counters, content)
        return
    if item.source in {"instagram_graph", "instagram_apify"}:
        yield _instagram_observation(item)
        return
    if value.get("post_type") == "repost":
        kind, _, digits = value["full_urn"].removeprefix("urn:li:").partition(":")
        counters, content = _linkedin_counters(value), _linkedin_content(value)
        yield Observation(item.slug, "linkedin", ((kind, digits),), item.observed_at, counters, content)
        return
    for post in (value, value.get("reshared_post")):
        if post is not None and (ids := _linkedin_ids(post)):
            counters, content = _linkedin_counters(post), _linkedin_content(post)
            yield Observation(item.slug, "linkedin", ids, item.observed_at, counters, content)


def _linkedin_ids(post: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    urn = post.get("urn") or {}
    urn = urn if isinstance(urn, dict) else {"activity_urn": urn}
    named = {
        "activity": urn.get("activity_urn") or post.get("activity_urn"),
        "ugcPost": urn.get("ugcPost_urn"),
        "share": urn.get("share_urn"),
    }
    return tuple((kind, digits) for kind, digits in named.items() if digits)


def _linkedin_counters(post: dict[str, Any]) -> tuple[int | None, ...]:
    stats = post.get("stats") or {}
    # The actor for posts of a company leaves out zeros.
    missing = 0 if "source_company" in post and stats.get("total_reactions") is not None else None
    return (
        stats.get("total_reactions"),
        stats.get("comments", stats.get("comments_count", missing)),
        stats.get("reposts", missing),
        None,
    )


def _linkedin_content(post: dict[str, Any]) -> Content:
    text, author = post.get("text"), post.get("author") or {}
    address = (
        (author.get("profile_url") or author.get("company_url") or "")
        .partition("?")[0]
        .rstrip("/")
        .removesuffix("/posts")
    )
    handle = author.get("username") or unquote(address.rpartition("/")[2])
    is_description = bool(text) or any(post.get(key) is not None for key in ("media", "document", "article"))
    return Content(is_description, text, handle.strip().lower() or None)


def _youtube_content(snippet: dict[str, Any]) -> Content:
    texts = [snippet[key] for key in ("title", "description") if snippet.get(key)]
    return Content(bool(texts or snippet.get("thumbnails")), "\n\n".join(texts) or None, snippet.get("channelId"))


def _instagram_observation(item: Item) -> Observation:
    value = item.value
    address = value.get("permalink") or value.get("url") or ""
    code = value.get("shortCode") or address.partition("?")[0].rstrip("/").rpartition("/")[2]
    ids = (("post", code), ("media", value.get("id") if item.source == "instagram_graph" else None))
    likes, comments = value.get("like_count", value.get("likesCount")), value.get("commentsCount")
    counters = (likes, value.get("comments_count", comments), None, None)
    picture = value.get("media_url") or value.get("displayUrl")
    content = Content(
        picture is not None or bool(value.get("caption")),
        value.get("caption") or None,
        value.get("username") or value.get("ownerUsername"),
    )
    known = tuple((kind, alias) for kind, alias in ids if alias)
    return Observation(item.slug, "instagram", known, item.observed_at, counters, content)
