"""Who posts, reposts and quotes what and when: the timelines behind the scrapes of the profiles.

With the same seed and number of profiles, the timeline of a shorter range is a prefix of that of a longer range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from syndication_assets.demo.samples.activity_ids import draw_activity_id
from syndication_assets.demo.samples.growth import DAY_MS, HOUR_MS
from syndication_assets.demo.samples.linkedin_posts import LinkedInPost, Repost, draw_post
from syndication_assets.demo.samples.people import Profile, profile

HISTORY_DAYS = 45
"""Posts begin this long before the first scrape, so that the first files are full."""

PAGE_SIZE = 10
"""A scrape returns the newest posts only."""

FIRST_GUEST = 1_000
"""Profiles from this number on are untracked: they only appear as authors of posts that others repost or quote."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that one tracked profile publishes, oldest first."""

    profile: Profile
    entries: tuple[LinkedInPost | Repost, ...]

    def page(self, observed_ms: int) -> list[LinkedInPost | Repost]:
        """The newest entries published before this time, newest first, at most ten."""
        published = [entry for entry in self.entries if entry.published_ms < observed_ms]
        return published[: -PAGE_SIZE - 1 : -1]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a profile; the original of a repost or quote is resolved later."""

    moment_ms: int
    audience: float
    kind: str
    post: LinkedInPost | None


def timelines(*, first_ms: int, end_ms: int, profiles: int, seed: int) -> tuple[Timeline, ...]:
    """The timelines of profiles 0 to `profiles` - 1, from 45 days before `first_ms` until `end_ms`."""
    members = [profile(number) for number in range(profiles)]
    acts = [draw_acts(member, first_ms, end_ms, seed) for member in members]
    originals = [[act.post for act in member_acts if act.post is not None] for member_acts in acts]
    return tuple(
        Timeline(member, tuple(resolve(act, number, member, originals, seed) for act in acts[number]))
        for number, member in enumerate(members)
    )


def draw_acts(member: Profile, first_ms: int, end_ms: int, seed: int) -> list[Act]:
    """Four of five acts are own posts; one in ten is a repost, one in ten a quote."""
    rng = Random(f"{seed}/linkedin/{member.username}")
    days_between = rng.choice((0.6, 0.9, 1.3, 1.9, 2.8, 4.5))
    audience = rng.lognormvariate(3.6, 0.9)
    acts: list[Act] = []
    moment_ms = first_ms - HISTORY_DAYS * DAY_MS
    while True:
        moment_ms += 2 * HOUR_MS + int(rng.expovariate(1 / days_between) * DAY_MS)
        kind = rng.choices(("own", "repost", "quote"), weights=(80, 10, 10))[0]
        if moment_ms >= end_ms:
            return acts
        own = Random(f"{seed}/{member.username}/{moment_ms}")
        post = draw_post(own, member, moment_ms, audience=audience) if kind == "own" else None
        acts.append(Act(moment_ms, audience, kind, post))


def resolve(
    act: Act, number: int, member: Profile, originals: Sequence[Sequence[LinkedInPost]], seed: int
) -> LinkedInPost | Repost:
    """The act as an entry: the original of a repost or quote is the newest post of another profile, tracked or not."""
    if act.post is not None:
        return act.post
    rng = Random(f"{seed}/{member.username}/{act.moment_ms}")
    other = rng.randrange(2 * len(originals))
    recent = (
        [post for post in originals[other] if post.published_ms < act.moment_ms - HOUR_MS]
        if other < len(originals) and other != number
        else []
    )
    original = recent[-1] if recent else draw_guest_post(rng, act)
    if act.kind == "quote":
        return draw_post(rng, member, act.moment_ms, audience=act.audience, quoted=original)
    return Repost(member, act.moment_ms, draw_activity_id(rng, act.moment_ms), original)


def draw_guest_post(rng: Random, act: Act) -> LinkedInPost:
    """A post by an untracked profile, from some hours to four days older than the act that refers to it."""
    guest = profile(FIRST_GUEST + rng.randrange(200))
    published_ms = act.moment_ms - int(rng.uniform(0.1, 4.0) * DAY_MS)
    return draw_post(rng, guest, published_ms, audience=3 * act.audience)
