"""What an edge case is, and the stage that builds its files.

An edge case is one way in which real files differ from the happy path. Each has its own profile (a brownie named after
the edge case) and its own files, so every table that names a file also names the edge case.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Literal

import msgspec

from syndication_assets.demo.samples.linkedin_posts import LinkedInPost, Repost, draw_post, pagination_token
from syndication_assets.demo.samples.people import Profile, brownie, profile
from syndication_assets.demo.samples.sample_file import (
    SampleFile,
    encode_json,
    file_name,
    gzipped,
    milliseconds,
    moment_of,
)

Expected = Literal["loaded", "loaded with note", "quarantined"]
Item = dict[str, Any]

AUDIENCE = 60.0
"""Roughly how many reactions a post of an edge case ends up with: few compared with the regular profiles."""


@dataclass(frozen=True, slots=True)
class EdgeCaseStage:
    """What an edge case builds its files with; day 0 is `first_day`."""

    edge_case: str
    first_day: date
    seed: int

    @property
    def brownie(self) -> Profile:
        return brownie(self.edge_case)

    def guest(self, number: int) -> Profile:
        """An untracked profile; the same number always gives the same profile."""
        return profile(3_000 + number)

    def at(self, day: int, hour: int, minute: int = 0) -> int:
        """UTC milliseconds of a time on the given day of the range, counted from 0."""
        return milliseconds(datetime.combine(self.first_day + timedelta(days=day), time(hour, minute), UTC))

    def post(self, number: int, published_ms: int, *, author: Profile | None = None, **changes: Any) -> LinkedInPost:
        """A post that is never edited, with `changes` applied; the same number always gives the same post."""
        # "trap" is part of the seed: another word here would draw other numbers.
        rng = Random(f"{self.seed}/trap/{self.edge_case}/{number}")
        post = draw_post(rng, author or self.brownie, published_ms, audience=AUDIENCE)
        return replace(post, **{"edited_ms": None, **changes})

    def items(self, entries: Sequence[LinkedInPost | Repost], observed_ms: int) -> list[Item]:
        """The items of a page, as independent copies that an edge case may modify."""
        token = pagination_token(self.brownie, observed_ms)
        page = [entry.item(observed_ms, token) for entry in entries]
        copies: list[Item] = msgspec.json.decode(encode_json(page))
        return copies

    def good_items(self, observed_ms: int, count: int = 2) -> list[Item]:
        """Ordinary items around an odd one: they must load whatever happens to their neighbour."""
        hour = 3_600_000
        posts = [self.post(100 + number, observed_ms - (5 + 30 * number) * hour) for number in range(count)]
        return self.items(posts, observed_ms)

    def dataset(
        self,
        observed_ms: int,
        content: Any,
        *,
        profile: Profile | None = None,
        has_time: bool = True,
        is_gzipped: bool = False,
        landed_days_late: int = 0,
    ) -> SampleFile:
        """A LinkedIn file; `content` is either raw bytes or anything that can be encoded as JSON."""
        packed = content if isinstance(content, bytes) else encode_json(content)
        username = (profile or self.brownie).username
        return SampleFile(
            source="linkedin_apify",
            landed_on=moment_of(observed_ms).date() + timedelta(days=landed_days_late),
            name=file_name("linkedin_apify", username, observed_ms if has_time else None, is_gzipped=is_gzipped),
            content=gzipped(packed) if is_gzipped else packed,
        )


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """One row of the table of edge cases.

    `days` are the days of the range (counted from 0) on which its files land; a range that lacks any of them omits the
    edge case. `quarantined` is the number of quarantine rows it causes.
    """

    name: str
    what_happens: str
    expected: Expected
    days: tuple[int, ...]
    build: Callable[[EdgeCaseStage], Iterator[SampleFile]]
    quarantined: int = 0

    def files(self, *, first_day: date, seed: int) -> tuple[SampleFile, ...]:
        """The files of the edge case, in the order in which they land."""
        return tuple(self.build(EdgeCaseStage(self.name, first_day, seed)))


Change = Callable[[Item], None]


def one_odd_item(change: Change, *, day: int, **fields: Any) -> Callable[[EdgeCaseStage], Iterator[SampleFile]]:
    """A file of three items; `change` modifies the second item, whose post is built with `fields`."""

    def build(stage: EdgeCaseStage) -> Iterator[SampleFile]:
        observed_ms = stage.at(day, 9)
        odd = stage.post(0, observed_ms - 8 * 3_600_000 - 123, **fields)
        (item,) = stage.items([odd], observed_ms)
        change(item)
        first, last = stage.good_items(observed_ms)
        yield stage.dataset(observed_ms, [first, item, last])

    return build
