"""YouTube channels and videos, and the `videos.list` response at a given time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from syndication_assets.demo.samples.growth import DAY_MS, Counter, Growth, correction_of, draw_growth
from syndication_assets.demo.samples.people import COMPANIES, TOPICS, Profile, profile
from syndication_assets.demo.samples.post_texts import draw_text, draw_title

ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
THUMBNAIL_SIZES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
HISTORY_DAYS = 60
PAGE_SIZE = 12

FIRST_HOST = 2_000
"""Number of the profile behind channel 0."""


@dataclass(frozen=True, slots=True)
class Video:
    """One video. If the channel hides likes or turns comments off, the keys are absent."""

    video_id: str
    channel_id: str
    channel_title: str
    published_ms: int
    title: str
    description: str
    tags: tuple[str, ...]
    duration_seconds: int
    growth: Growth
    views: Counter
    likes: Counter | None
    comments: Counter | None

    def item(self, observed_ms: int) -> dict[str, Any]:
        progress = self.growth.progress(observed_ms)
        statistics = {"viewCount": str(self.views.value(progress, observed_ms))}
        if self.likes is not None:
            statistics["likeCount"] = str(self.likes.value(progress, observed_ms))
        if self.comments is not None:
            statistics["commentCount"] = str(self.comments.value(progress, observed_ms))
        snippet: dict[str, Any] = {
            "publishedAt": f"{datetime.fromtimestamp(self.published_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "channelId": self.channel_id,
            "title": self.title,
            "description": self.description,
            "thumbnails": {
                name: {
                    "url": f"https://i.ytimg.example/vi/{self.video_id}/{name}.jpg",
                    "width": width,
                    "height": height,
                }
                for name, (width, height) in THUMBNAIL_SIZES.items()
            },
            "channelTitle": self.channel_title,
        }
        if self.tags:
            snippet["tags"] = list(self.tags)
        return {
            "kind": "youtube#video",
            "etag": f"{observed_ms:x}-{self.video_id}",
            "id": self.video_id,
            "snippet": snippet,
            "contentDetails": {"duration": duration(self.duration_seconds)},
            "statistics": statistics,
        }


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel and all its videos, oldest first."""

    channel_id: str
    videos: tuple[Video, ...]

    def page(self, observed_ms: int) -> list[Video]:
        """The newest videos published before this time, newest first, at most twelve."""
        published = [video for video in self.videos if video.published_ms < observed_ms]
        return published[: -PAGE_SIZE - 1 : -1]


def videos_response(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The envelope of `videos.list`; a request by ids has no next page."""
    return {
        "kind": "youtube#videoListResponse",
        "etag": f"sample-{len(items)}",
        "items": items,
        "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)},
    }


def duration(seconds: int) -> str:
    """An ISO 8601 duration as the API formats it: `PT4M13S`, `PT1H2M`."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + "".join(f"{count}{unit}" for count, unit in parts if count)


def draw_video(rng: Random, channel_id: str, author: Profile, published_ms: int, *, audience: float) -> Video:
    """A random video; `audience` is roughly the number of views it ends up with.

    3 % of the videos have their views corrected and 12 % their comments purged; one in thirty hides its likes, another
    one in thirty its comments.
    """
    growth = draw_growth(rng, published_ms, days_to_saturate=7.0, viral_odds=0.06)
    views = audience * rng.lognormvariate(0.0, 0.8)
    likes, comments = views * rng.uniform(0.02, 0.08), views * rng.uniform(0.002, 0.02)
    fate, at_ms = rng.random(), published_ms + int(rng.uniform(12.0, 25.0) * DAY_MS)
    hidden = rng.choices(("", "likes", "comments"), weights=(28, 1, 1))[0]
    text = draw_text(rng, author)
    return Video(
        video_id="".join(rng.choices(ID_ALPHABET, k=11)),
        channel_id=channel_id,
        channel_title=author.first_name if author.last_name is None else f"{author.first_name} {author.last_name}",
        published_ms=published_ms // 1000 * 1000,
        title=draw_title(rng, author),
        description=text,
        tags=tuple(word.lstrip("#") for word in text.split() if word.startswith("#")) if rng.random() < 0.8 else (),
        duration_seconds=rng.randint(25, 5_400),
        growth=replace(growth, published_ms=published_ms // 1000 * 1000),
        views=Counter(views, correction_of(views, growth, at_ms) if fate < 0.03 else None),
        likes=None if hidden == "likes" else Counter(likes),
        comments=None
        if hidden == "comments"
        else Counter(comments, correction_of(comments, growth, at_ms) if 0.03 <= fate < 0.15 else None),
    )


def channels(*, first_ms: int, end_ms: int, count: int, seed: int) -> tuple[Channel, ...]:
    """`count` channels; their ids contain `_` and `-`, as real ids do."""
    return tuple(draw_channel(number, first_ms, end_ms, seed) for number in range(count))


def draw_channel(number: int, first_ms: int, end_ms: int, seed: int) -> Channel:
    rng = Random(f"{seed}/youtube/{number}")
    channel_id = "UC" + "".join(rng.choices(ID_ALPHABET, k=18)) + f"_{number % 100:02}-"
    name, _, topic, language = COMPANIES[number % len(COMPANIES)]
    author = replace(profile(number), topic=topic, language=language, first_name=f"{name} TV", last_name=None)
    if number >= len(COMPANIES):
        author = replace(profile(FIRST_HOST + number), topic=TOPICS[number % len(TOPICS)])
    audience = rng.lognormvariate(8.0, 1.2)
    days_between = rng.choice((2.0, 3.5, 7.0))
    videos = []
    moment_ms = first_ms - HISTORY_DAYS * DAY_MS
    while (moment_ms := moment_ms + DAY_MS // 4 + int(rng.expovariate(1 / days_between) * DAY_MS)) < end_ms:
        video_rng = Random(f"{seed}/{channel_id}/{moment_ms}")
        videos.append(draw_video(video_rng, channel_id, author, moment_ms, audience=audience))
    return Channel(channel_id, tuple(videos))
