"""What a trap is, and the stage on which its files are made.

A trap is one way in which real files differ from the happy case. Each has a profile of its own (a brownie, named after
the trap) and files of its own, so that a table that names a file names the trap.
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
"""About the reactions that a trap's post ends with: little beside the profiles of the regular files."""


@dataclass(frozen=True, slots=True)
class TrapStage:
    """The means by which a trap makes its files; day 0 is `first_day`."""

    trap: str
    first_day: date
    seed: int

    @property
    def brownie(self) -> Profile:
        return brownie(self.trap)

    def guest(self, number: int) -> Profile:
        """Somebody untracked, the same for each trap and number."""
        return profile(3_000 + number)

    def at(self, day: int, hour: int, minute: int = 0) -> int:
        """UTC milliseconds of a time of the range's day with this number."""
        return milliseconds(datetime.combine(self.first_day + timedelta(days=day), time(hour, minute), UTC))

    def post(self, number: int, published_ms: int, *, author: Profile | None = None, **changes: Any) -> LinkedInPost:
        """A post that nobody edits, with these fields changed; the same for the same number."""
        rng = Random(f"{self.seed}/trap/{self.trap}/{number}")
        post = draw_post(rng, author or self.brownie, published_ms, audience=AUDIENCE)
        return replace(post, **{"edited_ms": None, **changes})

    def items(self, entries: Sequence[LinkedInPost | Repost], observed_ms: int) -> list[Item]:
        """The items of a page, as independent copies that a trap may change."""
        token = pagination_token(self.brownie, observed_ms)
        page = [entry.item(observed_ms, token) for entry in entries]
        copies: list[Item] = msgspec.json.decode(encode_json(page))
        return copies

    def good_items(self, observed_ms: int, count: int = 2) -> list[Item]:
        """Ordinary items to stand beside an odd one: they have to be loaded whatever happens to it."""
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
        """A LinkedIn file; `content` is bytes as they are, or anything that JSON can say."""
        packed = content if isinstance(content, bytes) else encode_json(content)
        username = (profile or self.brownie).username
        return SampleFile(
            source="linkedin_apify",
            landed_on=moment_of(observed_ms).date() + timedelta(days=landed_days_late),
            name=file_name("linkedin_apify", username, observed_ms if has_time else None, is_gzipped=is_gzipped),
            content=gzipped(packed) if is_gzipped else packed,
        )


@dataclass(frozen=True, slots=True)
class Trap:
    """One row of the table of traps.

    `days` are the days of the range (counted from 0) on which its files land; a range that is too short for all of
    them goes without the trap. `quarantined` is how many rows of the quarantine come of it.
    """

    name: str
    what_happens: str
    expected: Expected
    days: tuple[int, ...]
    build: Callable[[TrapStage], Iterator[SampleFile]]
    quarantined: int = 0

    def files(self, *, first_day: date, seed: int) -> tuple[SampleFile, ...]:
        """The trap's files, in the order in which they land."""
        return tuple(self.build(TrapStage(self.name, first_day, seed)))


Change = Callable[[Item], None]


def one_odd_item(change: Change, *, day: int, **fields: Any) -> Callable[[TrapStage], Iterator[SampleFile]]:
    """A file of three items whose second one is changed; `fields` are those of its post."""

    def build(stage: TrapStage) -> Iterator[SampleFile]:
        observed_ms = stage.at(day, 9)
        odd = stage.post(0, observed_ms - 8 * 3_600_000 - 123, **fields)
        (item,) = stage.items([odd], observed_ms)
        change(item)
        first, last = stage.good_items(observed_ms)
        yield stage.dataset(observed_ms, [first, item, last])

    return build
