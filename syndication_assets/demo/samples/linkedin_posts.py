"""LinkedIn posts and reposts, and their items as scraped at a given time.

Times are UTC milliseconds since the epoch, as in the ids and in `posted_at.timestamp`.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from syndication_assets.demo.samples.activity_ids import draw_activity_id, draw_content_id
from syndication_assets.demo.samples.growth import DAY_MS, HOUR_MS, Counter, Growth, correction_of, draw_growth
from syndication_assets.demo.samples.linkedin_media import PostMedia, draw_article, draw_media
from syndication_assets.demo.samples.people import LINKEDIN, Profile
from syndication_assets.demo.samples.post_texts import draw_text, edited

REACTION_KINDS = ("like", "support", "love", "insight", "celebrate", "funny")
SCRAPER_TIME_ZONE = timezone(timedelta(hours=-5))
VISIBILITY = "Visible to anyone on or off the network"


@dataclass(frozen=True, slots=True)
class LinkedInPost:
    """A post by its author: `regular`, or a `quote` if `quoted` is another post."""

    author: Profile
    published_ms: int
    activity_id: str
    share_id: str | None
    ugc_post_id: str | None
    text: str
    growth: Growth
    reactions: tuple[Counter, ...]
    """One counter for each of `REACTION_KINDS`."""
    comments: Counter
    reposts: Counter
    media: PostMedia | None = None
    article: dict[str, Any] | None = None
    edited_ms: int | None = None
    quoted: "LinkedInPost | None" = None

    @property
    def full_urn(self) -> str:
        if self.ugc_post_id is not None:
            return f"urn:li:ugcPost:{self.ugc_post_id}"
        return f"urn:li:activity:{self.activity_id}"

    @property
    def url(self) -> str:
        return f"{LINKEDIN}/posts/{self.author.username}_activity-{self.activity_id}-sample"

    @property
    def urn(self) -> dict[str, str | None]:
        return {"activity_urn": self.activity_id, "share_urn": self.share_id, "ugcPost_urn": self.ugc_post_id}

    def is_edited(self, observed_ms: int) -> bool:
        return self.edited_ms is not None and observed_ms >= self.edited_ms

    def text_at(self, observed_ms: int) -> str:
        return edited(self.text) if self.is_edited(observed_ms) else self.text

    def stats(self, observed_ms: int) -> dict[str, int]:
        """The `stats` object; `total_reactions` is the sum of the six kinds."""
        progress = self.growth.progress(observed_ms)
        kinds = [counter.value(progress, observed_ms) for counter in self.reactions]
        return {
            "total_reactions": sum(kinds),
            **dict(zip(REACTION_KINDS, kinds, strict=True)),
            "comments": self.comments.value(progress, observed_ms),
            "reposts": self.reposts.value(progress, observed_ms),
        }

    def as_reshared_post(self, observed_ms: int) -> dict[str, Any]:
        """The post as it appears inside a quote of it."""
        return {
            "urn": self.urn,
            "posted_at": posted_at(self.published_ms, observed_ms, is_edited=self.is_edited(observed_ms)),
            "text": self.text_at(observed_ms),
            "url": self.url,
            "post_type": "regular",
            "author": self.author.as_author(observed_ms),
            "stats": self.stats(observed_ms),
            "media": self.media.as_media(observed_ms) if self.media is not None else None,
            "article": self.article,
        }

    def item(self, observed_ms: int, pagination_token: str) -> dict[str, Any]:
        item: dict[str, Any] = {
            "urn": self.urn,
            "full_urn": self.full_urn,
            "posted_at": posted_at(self.published_ms, observed_ms, is_edited=self.is_edited(observed_ms)),
            "text": self.text_at(observed_ms),
            "url": self.url,
            "post_type": "regular" if self.quoted is None else "quote",
            "author": self.author.as_author(observed_ms),
            "stats": self.stats(observed_ms),
        }
        if self.media is not None:
            item["media"] = self.media.as_media(observed_ms)
        if self.article is not None:
            item["article"] = self.article
        if self.quoted is not None:
            item["reshared_post"] = self.quoted.as_reshared_post(observed_ms)
        item["pagination_token"] = pagination_token
        return item


@dataclass(frozen=True, slots=True)
class Repost:
    """An act of reposting: `activity_id` and time are the act's, everything else is the original's."""

    reposter: Profile
    published_ms: int
    activity_id: str
    original: LinkedInPost

    def item(self, observed_ms: int, pagination_token: str) -> dict[str, Any]:
        item = self.original.item(observed_ms, pagination_token)
        item["urn"] = {"activity_urn": self.activity_id, "share_urn": None, "ugcPost_urn": None}
        item["posted_at"] = posted_at(self.published_ms, observed_ms, is_edited=False)
        item["post_type"] = "repost"
        return item


def posted_at(published_ms: int, observed_ms: int, *, is_edited: bool) -> dict[str, Any]:
    """The `posted_at` object. `date` is the local time of a scraper five hours behind UTC."""
    local = datetime.fromtimestamp(published_ms / 1000, SCRAPER_TIME_ZONE)
    edit = " • Edited" if is_edited else ""
    return {
        "timestamp": published_ms,
        "date": f"{local:%Y-%m-%d %H:%M:%S}",
        "relative": f"{age_in_words(observed_ms - published_ms)} ago{edit} • {VISIBILITY}",
    }


def age_in_words(age_ms: int) -> str:
    """The age in the largest unit that fits, rounded down, as the platform shows it."""
    for unit, length in (("month", 30 * DAY_MS), ("week", 7 * DAY_MS), ("day", DAY_MS), ("hour", HOUR_MS)):
        if age_ms >= length:
            count = age_ms // length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{max(age_ms, 0) // 60_000} minutes"


def pagination_token(profile: Profile, observed_ms: int) -> str:
    """One token for all items of a page."""
    return b64encode(f"{profile.username}-{observed_ms}-page-1".encode()).decode()


def draw_post(
    rng: Random, author: Profile, published_ms: int, *, audience: float, quoted: LinkedInPost | None = None
) -> LinkedInPost:
    """A random post; `audience` is roughly the number of reactions it ends up with.

    One in twenty-five posts is edited within three days, one in twenty loses likes, another one in twenty loses
    comments.
    """
    size = audience * rng.lognormvariate(0.0, 0.7)
    growth = draw_growth(rng, published_ms, days_to_saturate=1.4, viral_odds=0.03)
    weights = [rng.uniform(0.8, 1.2) * weight for weight in (0.72, 0.04, 0.1, 0.06, 0.06, 0.02)]
    finals = [size * weight for weight in weights]
    comments, reposts = size * rng.uniform(0.05, 0.35), size * rng.uniform(0.01, 0.08)
    fate, at_ms = rng.random(), published_ms + int(rng.uniform(3.0, 8.0) * DAY_MS)
    likes_lost = correction_of(finals[0], growth, at_ms) if fate < 0.05 else None
    comments_lost = correction_of(comments, growth, at_ms) if 0.05 <= fate < 0.1 else None
    media = draw_media(rng, author) if quoted is None else None
    has_content_id = media is not None and media.form in ("video", "document")
    content_id = draw_content_id(rng, published_ms)
    return LinkedInPost(
        author=author,
        published_ms=published_ms,
        activity_id=draw_activity_id(rng, published_ms),
        share_id=None if has_content_id else content_id,
        ugc_post_id=content_id if has_content_id else None,
        text=draw_text(rng, author),
        growth=growth,
        reactions=(Counter(finals[0], likes_lost), *map(Counter, finals[1:])),
        comments=Counter(comments, comments_lost),
        reposts=Counter(reposts),
        media=media,
        article=draw_article(rng, author) if media is None and quoted is None and rng.random() < 0.4 else None,
        edited_ms=published_ms + int(rng.uniform(0.2, 3.0) * DAY_MS) if rng.random() < 0.04 else None,
        quoted=quoted,
    )
