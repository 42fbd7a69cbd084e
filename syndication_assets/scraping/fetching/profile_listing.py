"""How far back the posts of one profile are listed: to the oldest that is due and the newest that is known. Pure.

A platform lists the newest posts first, and nobody knows in advance how many there are since the newest known one. So a
fetch asks for as many as are expected, and for more until it gets there. What lies between the oldest post that it got
and the newest known one may be missing: a gap, which the next fetches reach for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.items.observation import ParsedItem

MOST_POSTS = 500
"""A fetch of one profile lists no more: a gap beyond is left, and visible."""

_GROWTH = 4

Times = list[datetime | None]
"""When each item was published, in the order of the list (UTC); None where the item does not say."""


@dataclass(frozen=True, slots=True)
class ProfileToFetch:
    """One profile, and what a fetch of it is for."""

    username: str
    profile_id: str = ""
    known_until: datetime | None = None
    """When the newest known post was published; None if none is known."""
    reach_back_to: datetime | None = None
    """The oldest of: the oldest post that is due, the newest known one, and the beginning of an open gap; None if no
    post is known."""
    known_posts: int = 0
    """Posts that were published since `reach_back_to`, as far as they are known."""
    expected_posts: float = 0.0
    """New posts since the last fetch, at the pace of the last four weeks."""

    @property
    def posts(self) -> int | None:
        """How many posts to ask for; None if nothing is known of the profile."""
        if self.reach_back_to is None:
            return None
        return max(self.known_posts + ceil(self.expected_posts), 1)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One file to land: a response of the API for one profile, and its time (UTC)."""

    content: bytes
    observed_at: datetime
    actor_run_id: str | None = None
    cost_usd: float | None = None


@dataclass(slots=True)
class FetchedProfile:
    """The files of one profile, and how far back they reach."""

    files: list[FetchedFile] = field(default_factory=list)
    reached_back_to: datetime | None = None
    """All posts since then were asked for; None if no item tells its time."""
    newest_posted_at: datetime | None = None
    problem: FetchError | None = None
    """Why the list ended before it got where it was to get; None if it did, or if the profile has too many posts."""

    def add(self, file: FetchedFile, times: Times) -> None:
        """Adds the next file of the list, whose items were published at these times."""
        self.files.append(file)
        known = [time for time in times if time is not None]
        if known:
            self.reach(known[-1])
            self.newest_posted_at = max([*known, *filter(None, [self.newest_posted_at])])

    def reach(self, time: datetime | None) -> None:
        """Notes that the list got there: an item is as old, or the list has ended."""
        self.reached_back_to = min(filter(None, [self.reached_back_to, time]), default=None)

    def missed_since(self, profile: ProfileToFetch) -> datetime | None:
        """The publication time of the known post before the gap; None if there is no gap."""
        known = profile.known_until
        return known if known and self.reached_back_to and known < self.reached_back_to else None


Page = tuple[int, int]
"""(posts a page, number of the page from 1)."""


def growing_pages(posts: int, largest_page: int) -> Iterator[Page]:
    """Ever larger first pages, because asking again costs less than a second page of few posts; then further pages."""
    size = min(posts, largest_page)
    while size < largest_page:
        yield size, 1
        size = min(_GROWTH * size, largest_page)
    for number in range(1, MOST_POSTS // largest_page + 1):
        yield largest_page, number


def list_profile(
    profile: ProfileToFetch,
    pages: Iterable[Page],
    fetch_page: Callable[[int, int], FetchedFile],
    times_of: Callable[[bytes], Times],
) -> FetchedProfile:
    """Fetches pages until one reaches back far enough, or the list ends. The first alone if nothing is to be reached.

    FetchError if not even the first page could be fetched.
    """
    fetched = FetchedProfile()
    before: Times | None = None
    is_complete = False
    for size, number in pages:
        try:
            file = fetch_page(size, number)
        except FetchError as error:
            if not fetched.files:
                raise
            fetched.problem = error
            break
        times = times_of(file.content)
        fetched.add(file, times)
        is_without_posts = before is None and not times
        if profile.reach_back_to is None or is_without_posts or reaches(times, profile.reach_back_to):
            break
        # A larger first page with no more posts, or a further page without any, is the end of the list.
        is_complete = before is not None and (not times if number > 1 else len(times) <= len(before))
        if is_complete:
            break
        before = times
    if is_complete:
        fetched.reach(profile.reach_back_to)
    return fetched


def reaches(times: Sequence[datetime | None], goal: datetime) -> bool:
    """Whether the end of the list is as old: not any post of it, because pinned posts stand before newer ones."""
    known = [time for time in times if time is not None]
    return bool(known) and known[-1] <= goal


def publication_times(
    items: Iterable[bytes], parse_item: Callable[[bytes, str | None], ParsedItem], username: str
) -> Times:
    """When each item was published. An item that the load will reject has no time here."""
    times: Times = []
    for item in items:
        try:
            times.append(parse_item(item, username).observations[0].posted_at)
        except ItemRejectedError:
            times.append(None)
    return times


def items_of(content: bytes) -> list[bytes]:
    """The items of a dataset, a JSON list; none if it is something else, which the load tells."""
    try:
        return [bytes(item) for item in msgspec.json.decode(content, type=list[msgspec.Raw])]
    except ValueError:
        return []
