"""The rows that one landed file adds to the staging tables. Pure: a process without a database builds them too.

`sql/scraping/staging.sql` creates the tables. A row here lacks only what the whole day decides: the number of an
observation, and the nodes that stand for its post and for the original of its post (see `identity`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from syndication_assets.scraping.erasure.erased_people import ErasedPeople
from syndication_assets.scraping.erasure.erased_readings import leave_out_erased
from syndication_assets.scraping.items.hashtag_extraction import extract_hashtags
from syndication_assets.scraping.items.observation import Author, Counters, PostIds, PostObservation
from syndication_assets.scraping.reading.counter_filling import Definitions, fill_counters
from syndication_assets.scraping.reading.file_reading import FileReading, Item

ITEM_COLUMNS = "organization_id, run_id, source, payload_hash, source_file_path, position, payload"
OBSERVATION_COLUMNS = (
    "organization_id, run_id, source, source_file_path, payload_hash, payload_key, payload_member, platform,"
    " observed_as, is_description, observed_at, observed_at_source, content_hash, full_urn, posted_at, author_username,"
    " text_content, article, post_type, url, hashtags, has_counters, reactions, comments, shares, saves, clicks, views,"
    " impressions, reach, stats"
)
MEDIA_COLUMNS = "position, media_key, media_type, media_url, width, height, title, page_count"
AUTHOR_COLUMNS = "organization_id, platform, username, name, kind, headline, profile_url, is_scraped_for, observed_at"
FOLLOWER_COLUMNS = "organization_id, platform, username, observed_at, source_file_path, followers"

Row = tuple[Any, ...]

_NO_COUNTERS = Counters()
_encode = msgspec.json.Encoder().encode


class RunOfSource(NamedTuple):
    """The run that loads the files of one organization and source."""

    organization_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What the database says about a day's files before they are read."""

    runs: Mapping[tuple[str, str], RunOfSource]
    """(slug, source) → the run."""
    tracked: frozenset[tuple[str, str, str]]
    """(organization_id, platform, username) of the tracked profiles."""
    definitions: Definitions
    erased: ErasedPeople | None = None
    """Who was erased; None if nobody was."""

    def run_of(self, reading: FileReading) -> RunOfSource:
        return self.runs[reading.file.organization, reading.file.source]


class ObservedPost(NamedTuple):
    """One observation: the ids by which its post is found, its row, and the rows of its media."""

    platform: str
    ids: PostIds
    original_ids: PostIds | None
    row: Row
    media: list[Row]


@dataclass(slots=True)
class FileRows:
    """One file, ready to be staged."""

    reading: FileReading
    """The file without its items."""
    items: list[Row] = field(default_factory=list)
    observations: list[ObservedPost] = field(default_factory=list)
    authors: dict[Row, None] = field(default_factory=dict)
    """The distinct rows, because most files name one author in every item."""
    followers: list[Row] = field(default_factory=list)


def complete(reading: FileReading, facts: DayFacts) -> None:
    """Adds what the database knows: counters by their definitions, and whether the file's profile is one.

    A profile is confirmed by the companion of the file or by an item (see `file_reading`), or because somebody tracks
    it. A file name alone proves nothing: exports are named after actors, people rename files.
    Erased people are left out.
    """
    if facts.erased is not None:
        leave_out_erased(reading, facts.run_of(reading).organization_id, facts.erased)
    fill_counters(reading, facts.definitions)
    if reading.is_profile_confirmed or reading.tracked_username is None or reading.source is None:
        return
    organization_id = facts.run_of(reading).organization_id
    if (organization_id, reading.source.platform, reading.tracked_username) not in facts.tracked:
        reading.forget_profile()


def rows_of(reading: FileReading, run: RunOfSource) -> FileRows:
    """The rows of a complete reading."""
    rows = FileRows(replace(reading, items=[]))
    if reading.source is not None and reading.tracked_username is not None and reading.observed_at is not None:
        author = _author_row(
            run.organization_id, reading.source.platform, reading.tracked_username, None, True, reading.observed_at
        )
        rows.authors[author] = None
    file = reading.file
    for item in reading.items:
        rows.items.append((*run, file.source, item.payload_hash, file.path, item.position, item.payload.decode()))
        for observation in item.parsed.observations:
            rows.observations.append(
                ObservedPost(
                    observation.platform,
                    observation.ids,
                    observation.original_ids,
                    _observation_row(observation, item, reading, run),
                    [
                        (
                            position,
                            media.media_key,
                            media.media_type,
                            media.media_url,
                            media.width,
                            media.height,
                            media.title,
                            media.page_count,
                        )
                        for position, media in enumerate(observation.media)
                    ],
                )
            )
            if observation.author is not None:
                _add_author(rows, observation.platform, observation.author, reading, run)
    return rows


def _observation_row(observation: PostObservation, item: Item, reading: FileReading, run: RunOfSource) -> Row:
    author, counters = observation.author, observation.counters
    content = (
        observation.full_urn,
        observation.text,
        observation.article,
        observation.url,
        [media.media_key for media in observation.media],
    )
    numbers = counters or _NO_COUNTERS
    return (
        *run,
        reading.file.source,
        reading.file.path,
        item.payload_hash,
        int.from_bytes(item.payload_hash[:8], signed=True),
        observation.payload_member,
        observation.platform,
        observation.observed_as,
        observation.is_description,
        reading.observed_at,
        reading.observed_at_source,
        hashlib.blake2b(_encode(content), digest_size=16).digest(),
        observation.full_urn,
        observation.posted_at,
        author.username if author is not None else None,
        observation.text,
        _encode(observation.article).decode() if observation.article is not None else None,
        observation.post_type,
        observation.url,
        list(extract_hashtags(observation.text)) if observation.text else None,
        counters is not None,
        numbers.reactions,
        numbers.comments,
        numbers.shares,
        numbers.saves,
        numbers.clicks,
        numbers.views,
        numbers.impressions,
        numbers.reach,
        _encode(observation.stats).decode() if observation.stats is not None else None,
    )


def _add_author(rows: FileRows, platform: str, author: Author, reading: FileReading, run: RunOfSource) -> None:
    # The act of a repost names its author without describing it.
    described = author if author != Author(author.username) else None
    row = _author_row(run.organization_id, platform, author.username, described, False, reading.observed_at)
    rows.authors[row] = None
    if author.followers is not None:
        rows.followers.append(
            (
                run.organization_id,
                platform,
                author.username,
                reading.observed_at,
                reading.file.path,
                author.followers,
            )
        )


def _author_row(
    organization_id: str,
    platform: str,
    username: str,
    author: Author | None,
    is_scraped_for: bool,
    observed_at: datetime | None,
) -> Row:
    return (
        organization_id,
        platform,
        username,
        author.name if author is not None else None,
        author.kind if author is not None else None,
        author.headline if author is not None else None,
        author.profile_url if author is not None else None,
        is_scraped_for,
        observed_at,
    )
