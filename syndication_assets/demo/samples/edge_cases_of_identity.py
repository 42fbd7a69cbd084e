"""Edge cases of identity: which items describe the same post, and which describe two. All of them load."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from syndication_assets.demo.samples.activity_ids import activity_id
from syndication_assets.demo.samples.edge_case_stage import EdgeCase, EdgeCaseStage
from syndication_assets.demo.samples.linkedin_posts import LinkedInPost, Repost
from syndication_assets.demo.samples.people import Profile, brownie
from syndication_assets.demo.samples.sample_file import SampleFile


def original_by_share(stage: EdgeCaseStage, number: int = 0, author: Profile | None = None) -> LinkedInPost:
    """An original post whose full URN is its activity id."""
    post = stage.post(number, stage.at(0, 8), author=author or stage.guest(number))
    return replace(post, share_id=post.share_id or post.ugc_post_id, ugc_post_id=None)


def original_by_ugc_post(stage: EdgeCaseStage, number: int = 0, author: Profile | None = None) -> LinkedInPost:
    """An original post whose full URN is a ugcPost id: a repost of it does not contain its activity id."""
    post = stage.post(number, stage.at(0, 8), author=author or stage.guest(number))
    return replace(post, ugc_post_id=post.ugc_post_id or post.share_id, share_id=None)


def act_of_reposting(original: LinkedInPost, reposter: Profile, published_ms: int) -> Repost:
    return Repost(reposter, published_ms, activity_id(published_ms, len(reposter.username)), original)


def repost_by_activity(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    repost = act_of_reposting(original_by_share(stage), stage.brownie, stage.at(1, 6))
    yield stage.dataset(stage.at(1, 10), stage.items([repost], stage.at(1, 10)))


def repost_by_ugc_post(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    repost = act_of_reposting(original_by_ugc_post(stage), stage.brownie, stage.at(1, 6))
    yield stage.dataset(stage.at(1, 10), stage.items([repost], stage.at(1, 10)))


def repost_of_textless_post(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    original = replace(original_by_share(stage), text="")
    repost = act_of_reposting(original, stage.brownie, stage.at(1, 6))
    yield stage.dataset(stage.at(1, 10), stage.items([repost], stage.at(1, 10)))


def two_reposters(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    original = original_by_share(stage)
    for number, reposter in enumerate((stage.brownie, brownie(f"{stage.edge_case}_second"))):
        repost = act_of_reposting(original, reposter, stage.at(1, 5 + number))
        observed_ms = stage.at(1, 10, 5 * number)
        yield stage.dataset(observed_ms, stage.items([repost], observed_ms), profile=reposter)


def repost_first(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    author = brownie(f"{stage.edge_case}_author")
    original = original_by_ugc_post(stage, author=author)
    repost = act_of_reposting(original, stage.brownie, stage.at(1, 6))
    yield stage.dataset(stage.at(1, 10), stage.items([repost], stage.at(1, 10)))
    yield stage.dataset(stage.at(2, 10), stage.items([original], stage.at(2, 10)), profile=author)


def original_first(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    author = brownie(f"{stage.edge_case}_author")
    original = original_by_ugc_post(stage, author=author)
    repost = act_of_reposting(original, stage.brownie, stage.at(1, 18))
    yield stage.dataset(stage.at(1, 10), stage.items([original], stage.at(1, 10)), profile=author)
    yield stage.dataset(stage.at(2, 10), stage.items([repost], stage.at(2, 10)))


def two_pages_one_post(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    post = stage.post(0, stage.at(1, 5))
    for minute, page in enumerate((stage.brownie, brownie(f"{stage.edge_case}_second"))):
        observed_ms = stage.at(1, 10, minute)
        yield stage.dataset(observed_ms, stage.items([post], observed_ms), profile=page)


def twice_in_one_file(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 10)
    pinned = stage.post(0, stage.at(0, 5))
    (item,) = stage.items([pinned], observed_ms)
    yield stage.dataset(observed_ms, [item, *stage.good_items(observed_ms), item])


def identity(
    name: str,
    what_happens: str,
    build: Callable[[EdgeCaseStage], Iterator[SampleFile]],
    *days: int,
    is_noted: bool = False,
) -> EdgeCase:
    return EdgeCase(name, what_happens, "loaded with note" if is_noted else "loaded", days, build)


IDENTITY_EDGE_CASES: tuple[EdgeCase, ...] = (
    identity(
        "repost_by_activity",
        "a plain repost: the act has its own id and time, everything else belongs to the original's activity id",
        repost_by_activity,
        1,
    ),
    identity(
        "repost_by_ugc_post", "a plain repost of an original known by its ugcPost id alone", repost_by_ugc_post, 1
    ),
    identity("repost_without_text", "a plain repost of a post without text", repost_of_textless_post, 1),
    identity("two_reposters", "two tracked profiles repost one original: two acts, one original", two_reposters, 1),
    identity(
        "repost_then_original",
        "an original first seen by its ugcPost id, then directly with both ids the next day: one post",
        repost_first,
        *(1, 2),
    ),
    identity(
        "original_then_repost",
        "an original first seen directly, then by its ugcPost id the next day: one post",
        original_first,
        *(1, 2),
    ),
    identity("two_pages", "one post in the files of two profiles, a minute apart", two_pages_one_post, 1),
    identity(
        "twice_in_one_file",
        "a pinned post appears twice in one file with the same numbers: one snapshot",
        twice_in_one_file,
        1,
        is_noted=True,
    ),
)
