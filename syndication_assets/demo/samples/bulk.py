"""Generates many LinkedIn posts quickly: the benchmarks load the files, then load the next snapshot of the posts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from math import exp
from random import Random

from syndication_assets.demo.samples.activity_ids import activity_id
from syndication_assets.demo.samples.growth import DAY_MS
from syndication_assets.demo.samples.linkedin_posts import REACTION_KINDS, VISIBILITY, pagination_token
from syndication_assets.demo.samples.people import LINKEDIN, Profile, profile
from syndication_assets.demo.samples.post_texts import draw_text
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json, file_name, gzipped, milliseconds
from syndication_assets.demo.samples.signed_urls import signed_url

PUBLISHED_BEFORE = date(2025, 11, 1)
PUBLISHED_WITHIN_DAYS = 90
TEXTS_PER_PROFILE = 20
MAXIMUM_POSTS = 1 << 22
"""The low bits of an id distinguish the posts."""

KIND_SHARES = (0.72, 0.04, 0.1, 0.06, 0.06, 0.02)


def bulk_linkedin_files(
    *,
    posts: int,
    observed_at: datetime,
    seed: int,
    growth: float = 0.0,
    profiles: int = 500,
    is_gzipped: bool = False,
) -> Iterator[SampleFile]:
    """One file per profile, with `posts` unique posts of about 1.6 kB JSON over all files.

    The same seed, `posts` and `profiles` give the same posts, published in the 90 days before 2025-11-01. Their
    counters depend on `observed_at` (they saturate with age) and are then multiplied by 1 + `growth`: a second call
    with a later time, or with growth, is the next snapshot. ValueError if `observed_at` is before 2025-11-01 or if
    there are more than 4 194 304 posts.
    """
    published_before_ms = milliseconds(datetime.combine(PUBLISHED_BEFORE, time(0), UTC))
    observed_ms = milliseconds(observed_at)
    if observed_ms < published_before_ms:
        raise ValueError(f"observed_at must be {PUBLISHED_BEFORE} or later: bulk posts are published before that day.")
    if not 0 <= posts <= MAXIMUM_POSTS:
        raise ValueError(f"posts must be between 0 and {MAXIMUM_POSTS:,}.")
    first_ordinal = 0
    for number in range(profiles):
        count = posts // profiles + (number < posts % profiles)
        author = profile(number)
        ordinals = range(first_ordinal, first_ordinal + count)
        items = bulk_items(author, ordinals, published_before_ms, observed_ms, growth, seed)
        content = b"[" + b",".join(items) + b"]"
        yield SampleFile(
            source="linkedin_apify",
            landed_on=observed_at.astimezone(UTC).date(),
            name=file_name("linkedin_apify", author.username, observed_ms, is_gzipped=is_gzipped),
            content=gzipped(content) if is_gzipped else content,
        )
        first_ordinal += count


def bulk_items(
    author: Profile, ordinals: range, published_before_ms: int, observed_ms: int, growth: float, seed: int
) -> Iterator[bytes]:
    """The items as JSON text, formatted by hand: encoding objects would dominate the benchmark."""
    rng = Random(f"{seed}/bulk/{author.username}")
    texts = [encode_json(draw_text(rng, author)).decode() for _ in range(TEXTS_PER_PROFILE)]
    author_json = encode_json(author.as_author(observed_ms)).decode()
    token = pagination_token(author, observed_ms)
    for ordinal in ordinals:
        published_ms = published_before_ms - 1 - int(rng.random() * PUBLISHED_WITHIN_DAYS * DAY_MS)
        size, spread = rng.lognormvariate(3.5, 1.0), rng.random()
        post_id = activity_id(published_ms, ordinal)
        share_id = activity_id(published_ms - 77, ordinal)
        progress = (1.0 - exp((published_ms - observed_ms) / (30 * DAY_MS))) * (1.0 + growth)
        yield (
            f'{{"urn":{{"activity_urn":"{post_id}","share_urn":"{share_id}","ugcPost_urn":null}},'
            f'"full_urn":"urn:li:activity:{post_id}",'
            f'"posted_at":{{"timestamp":{published_ms},"date":"{PUBLISHED_BEFORE}",'
            f'"relative":"{(observed_ms - published_ms) // DAY_MS} days ago • {VISIBILITY}"}},'
            f'"text":{texts[int(spread * TEXTS_PER_PROFILE)]},'
            f'"url":"{LINKEDIN}/posts/{author.username}_activity-{post_id}-bulk","post_type":"regular",'
            f'"author":{author_json},{stats_json(size * progress, spread)},{media_json(ordinal, observed_ms)},'
            f'"pagination_token":"{token}"}}'
        ).encode()


def stats_json(reactions: float, spread: float) -> str:
    """The `stats` member: six kinds of reactions, their sum, comments and reposts."""
    kinds = [int(reactions * share) for share in KIND_SHARES]
    by_kind = ",".join(f'"{kind}":{count}' for kind, count in zip(REACTION_KINDS, kinds, strict=True))
    return (
        f'"stats":{{"total_reactions":{sum(kinds)},{by_kind},'
        f'"comments":{int(reactions * 0.3 * spread)},"reposts":{int(reactions * 0.08 * spread)}}}'
    )


def media_json(ordinal: int, observed_ms: int) -> str:
    """The `media` member: one picture, two for every third post."""
    pictures = 2 if ordinal % 3 == 0 else 1
    urls = [signed_url(f"image/v2/D4E{ordinal:015X}/feedshare_{picture}", observed_ms) for picture in range(pictures)]
    images = ",".join(f'{{"url":"{url}","width":1200,"height":900}}' for url in urls)
    return f'"media":{{"type":"{"images" if pictures > 1 else "image"}","url":"{urls[0]}","images":[{images}]}}'
