"""How far back a fetch lists the posts of a profile: it asks for more until it gets to what is known."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.fetching.profile_listing import (
    FetchedFile,
    FetchedProfile,
    ProfileToFetch,
    growing_pages,
    list_profile,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOURS = [NOON - timedelta(hours=number) for number in range(400)]
"""When each post was published, the newest first."""


def times_of(content: bytes) -> list[datetime | None]:
    return [time and datetime.fromisoformat(time) for time in json.loads(content)]


def source(
    times: list[datetime | None], asked: list[tuple[int, int]], fails_after: int = 99
) -> Callable[[int, int], FetchedFile]:
    def page(size: int, number: int) -> FetchedFile:
        if len(asked) == fails_after:
            raise FetchError("the budget is used up")
        asked.append((size, number))
        page_of_times = times[size * (number - 1) : size * number]
        return FetchedFile(json.dumps(page_of_times, default=datetime.isoformat).encode(), NOON)

    return page


def listed(
    profile: ProfileToFetch, times: list[datetime | None], *, largest_page: int = 100, fails_after: int = 99
) -> tuple[FetchedProfile, list[tuple[int, int]]]:
    asked: list[tuple[int, int]] = []
    pages = growing_pages(profile.posts or 10, largest_page)
    page = source(times, asked, fails_after)
    fetched = list_profile(profile, pages, page, times_of)
    return fetched, asked


def known(hours_ago: int, known_posts: int = 1, expected: float = 0.0, due: int | None = None) -> ProfileToFetch:
    """A profile whose newest known post is so old, and whose oldest due post may be older."""
    newest = NOON - timedelta(hours=hours_ago)
    goal = NOON - timedelta(hours=max(hours_ago, due or 0))
    return ProfileToFetch("ada", "prf-00000001", newest, goal, known_posts, expected)


def test_a_profile_of_which_nothing_is_known_takes_its_first_page_alone():
    fetched, asked = listed(ProfileToFetch("ada"), [*HOURS])
    assert asked == [(10, 1)]
    assert (fetched.reached_back_to, fetched.newest_posted_at) == (HOURS[9], NOON)


@pytest.mark.parametrize(("known_posts", "expected", "posts"), [(1, 0.0, 1), (3, 0.1, 4), (0, 0.0, 1), (2, 2.5, 5)])
def test_as_many_posts_are_asked_for_as_are_expected(known_posts: int, expected: float, posts: int):
    _, asked = listed(known(0, known_posts, expected), [*HOURS])
    assert asked == [(posts, 1)]


def test_a_busy_profile_loses_nothing_between_two_fetches():
    fetched, asked = listed(known(30), [*HOURS])
    assert asked == [(1, 1), (4, 1), (16, 1), (64, 1)]
    assert fetched.missed_since(known(30)) is None


def test_after_the_largest_page_the_next_ones_follow():
    fetched, asked = listed(known(250, 100), [*HOURS])
    assert asked == [(100, 1), (100, 2), (100, 3)]
    assert fetched.missed_since(known(250, 100)) is None


def test_the_list_reaches_back_to_the_oldest_post_that_is_due():
    fetched, asked = listed(known(0, known_posts=9, due=8), [*HOURS])
    assert asked == [(9, 1)]
    assert fetched.reached_back_to == HOURS[8]


def test_a_pinned_post_does_not_show_that_the_list_got_there():
    pinned = [HOURS[300], *HOURS[:300]]
    _, asked = listed(known(20, known_posts=4), pinned)  # type: ignore[arg-type]
    assert asked == [(4, 1), (16, 1), (64, 1)]


def test_a_list_that_ends_before_is_complete():
    """The newest known post was deleted, and there is no older one."""
    for posts in (HOURS[:3], [*HOURS[:2], None]):
        fetched, asked = listed(known(50, known_posts=5), posts)  # type: ignore[arg-type]
        assert asked == [(5, 1), (20, 1)]
        assert fetched.missed_since(known(50)) is None
    fetched, asked = listed(known(300, known_posts=100), [*HOURS[:100]])
    assert asked == [(100, 1), (100, 2)]
    assert fetched.missed_since(known(300)) is None


def test_an_empty_list_of_a_profile_with_posts_shows_nothing():
    fetched, asked = listed(known(50), [])
    assert (asked, fetched.reached_back_to) == ([(1, 1)], None)


def test_what_was_fetched_stays_if_more_fails_and_the_rest_is_a_gap():
    fetched, asked = listed(known(50), [*HOURS], fails_after=2)
    assert (len(fetched.files), asked, str(fetched.problem)) == (2, [(1, 1), (4, 1)], "the budget is used up")
    assert (fetched.missed_since(known(50)), fetched.reached_back_to) == (HOURS[50], HOURS[3])
    with pytest.raises(FetchError, match="used up"):
        listed(known(50), [*HOURS], fails_after=0)


def test_a_fetch_lists_at_most_500_posts():
    fetched, asked = listed(known(399, known_posts=50), [*HOURS], largest_page=50)
    assert len(asked) == 8, "it got there with 400"
    assert fetched.missed_since(known(399)) is None
    assert list(islice(growing_pages(50, 50), 20)) == [(50, number) for number in range(1, 11)]


@pytest.mark.parametrize("posts", [1, 10, 99, 100, 250])
def test_further_pages_are_asked_for_with_the_largest_size_only(posts: int):
    """LinkedIn's actor gives the first page again if a further one is asked for with a smaller limit."""
    pages = list(growing_pages(posts, 100))
    assert {size for size, number in pages if number > 1} == {100}
    assert [number for size, number in pages if size == 100] == [1, 2, 3, 4, 5]
