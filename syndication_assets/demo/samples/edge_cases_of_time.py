"""Edge cases of time: what only shows when a post is observed more than once. All of them load."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from syndication_assets.demo.samples.edge_case_stage import EdgeCase, EdgeCaseStage, Expected
from syndication_assets.demo.samples.growth import DAY_MS, HOUR_MS, Correction, Counter, Growth
from syndication_assets.demo.samples.linkedin_media import media_of_form
from syndication_assets.demo.samples.linkedin_posts import LinkedInPost
from syndication_assets.demo.samples.sample_file import SampleFile

SCRAPES = ((1, 5), (1, 12), (1, 20), (2, 5))
"""Day and hour of each scrape of a closely watched post."""


def watched(stage: EdgeCaseStage, post: LinkedInPost) -> Iterator[SampleFile]:
    for day, hour in SCRAPES:
        observed_ms = stage.at(day, hour)
        yield stage.dataset(observed_ms, stage.items([post], observed_ms))


def comments_absent_once(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    post = stage.post(0, stage.at(0, 9))
    for day, hour in SCRAPES:
        observed_ms = stage.at(day, hour)
        items = stage.items([post], observed_ms)
        if (day, hour) == SCRAPES[1]:
            del items[0]["stats"]["comments"]
        yield stage.dataset(observed_ms, items)


def counters_go_down(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    """A post old enough to have stopped growing, so the whole loss shows: 40 likes become 31, 12 comments become 10."""
    published_ms = stage.at(0, 9) - 60 * DAY_MS
    post = stage.post(0, published_ms)
    corrected_ms = stage.at(1, 16)
    yield from watched(
        stage,
        replace(
            post,
            growth=Growth(published_ms, days_to_saturate=0.5),
            reactions=(Counter(40.5, Correction(corrected_ms, 9)), *(Counter(2.5) for _ in range(5))),
            comments=Counter(12.5, Correction(corrected_ms, 2)),
        ),
    )


def text_edited(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    yield from watched(stage, stage.post(0, stage.at(0, 9), edited_ms=stage.at(1, 10)))


def signed_urls(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    media = media_of_form("images", Random(stage.edge_case), stage.brownie)
    yield from watched(stage, stage.post(0, stage.at(0, 9), media=media, article=None))


def window_moves_on(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    posts = [stage.post(number, stage.at(0, 1) + number * 3 * HOUR_MS) for number in range(16)]
    for day, hour in SCRAPES:
        observed_ms = stage.at(day, hour)
        page = [post for post in reversed(posts) if post.published_ms < observed_ms][:10]
        yield stage.dataset(observed_ms, stage.items(page, observed_ms))


def old_posts(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    posts = [stage.post(number, stage.at(0, 9) - (120 + 11 * number) * DAY_MS) for number in range(6)]
    for day, hour in ((1, 9), (2, 9)):
        observed_ms = stage.at(day, hour)
        yield stage.dataset(observed_ms, stage.items(posts, observed_ms))


def gap_of_three_days(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    posts = [stage.post(number, stage.at(0, 3 + number)) for number in range(3)]
    for day in (0, 1, 5, 6):
        for hour in (5, 12, 20):
            observed_ms = stage.at(day, hour)
            page = [post for post in reversed(posts) if post.published_ms < observed_ms]
            yield stage.dataset(observed_ms, stage.items(page, observed_ms))


def timely(
    name: str,
    what_happens: str,
    build: Callable[[EdgeCaseStage], Iterator[SampleFile]],
    days: tuple[int, ...] = (1, 2),
    expected: Expected = "loaded",
) -> EdgeCase:
    return EdgeCase(name, what_happens, expected, days, build)


TIME_EDGE_CASES: tuple[EdgeCase, ...] = (
    timely(
        "comments_absent_once",
        "comments are missing in one of four scrapes: not measured at that time, not 0",
        comments_absent_once,
    ),
    timely(
        "counters_go_down", "9 likes and 2 comments are taken back: a correction, kept as measured", counters_go_down
    ),
    timely("text_edited", "the text changes with the second scrape", text_edited),
    timely("signed_urls", "the same pictures under new URLs in every scrape: the path stays the same", signed_urls),
    timely("window_moves_on", "ten posts a page: older posts drop out as new ones appear", window_moves_on),
    timely(
        "old_posts",
        "a profile first scraped when its posts are four to six months old: their growth is not that day's",
        old_posts,
    ),
    timely(
        "gap_of_three_days",
        "no scrapes on three consecutive days: growth over the gap is flagged, not spread over the days",
        gap_of_three_days,
        (0, 1, 5, 6),
    ),
)
