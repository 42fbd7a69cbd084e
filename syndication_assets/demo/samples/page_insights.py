"""Simulated insights for the posts of a dry run, in the form in which the Graph API answers.

Every item is marked `is_simulated`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

from syndication_assets.demo.samples.growth import Counter, draw_growth
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json, milliseconds

OBSERVED_AT = time(23, 30)


@dataclass(frozen=True, slots=True)
class SimulatedPost:
    """A post of the publishing queue. Its numbers depend on `appeal`: posts of the same product perform alike."""

    post_id: str
    appeal: str
    published_at: datetime
    message: str
    page_id: str
    page_name: str


def insights_files(posts: Iterable[SimulatedPost], days: Iterable[date], *, seed: int = 7) -> Iterator[SampleFile]:
    """One file per page and day: every post published before that evening, with its counters.

    The same posts and days give the same bytes; a day without posts has no file.
    """
    by_page: dict[str, list[SimulatedPost]] = {}
    for post in sorted(posts, key=lambda post: post.post_id):
        by_page.setdefault(post.page_id, []).append(post)
    for day in days:
        observed_at = datetime.combine(day, OBSERVED_AT, UTC)
        for page_id, its_posts in sorted(by_page.items()):
            items = [_item(post, observed_at, seed) for post in its_posts if post.published_at < observed_at]
            if items:
                yield SampleFile(
                    "facebook_graph",
                    day,
                    f"posts_{page_id}_{observed_at:%Y-%m-%d_%H-%M-%S}-000.json",
                    encode_json({"data": items, "paging": {}}),
                )


def _item(post: SimulatedPost, observed_at: datetime, seed: int) -> dict[str, Any]:
    # All posts of a product share its appeal, with some variation.
    rng = Random(f"{seed}/{post.post_id}")
    reactions = Random(f"{seed}/{post.appeal}").lognormvariate(3.0, 0.9) * rng.uniform(0.7, 1.4)
    observed_ms = milliseconds(observed_at)
    progress = draw_growth(rng, milliseconds(post.published_at), days_to_saturate=2.0, viral_odds=0.05).progress(
        observed_ms
    )
    kinds = {"like": int(reactions * 0.8 * progress), "love": int(reactions * 0.2 * progress)}

    def count(final: float) -> int:
        return Counter(final).value(progress, observed_ms)

    return {
        "id": post.post_id,
        "created_time": post.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "message": post.message,
        "from": {"id": post.page_id, "name": post.page_name},
        "reactions": {"data": [], "summary": {"total_count": sum(kinds.values())}},
        "comments": {"data": [], "summary": {"total_count": count(reactions * 0.15)}},
        "shares": {"count": count(reactions * 0.1)},
        "insights": {
            "data": [
                _insight("post_media_view", count(reactions * 40)),
                _insight("post_impressions_unique", count(reactions * 25)),
                _insight("post_clicks", count(reactions * 1.5)),
                _insight("post_reactions_by_type_total", kinds),
            ]
        },
        "is_simulated": True,
    }


def _insight(name: str, value: int | dict[str, int]) -> dict[str, Any]:
    return {"name": name, "period": "lifetime", "values": [{"value": value}]}
