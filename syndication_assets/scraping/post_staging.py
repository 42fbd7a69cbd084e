"""Copies parsed files into the temporary staging tables, in batches, while the next files are parsed.

`sql/scraping/staging.sql` creates the tables; each `_COLUMNS` entry lists the columns of a row in order.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec

from syndication_assets.database.connection import Connection, copy_rows, load_sql
from syndication_assets.landing.file_staging import FILE_COLUMNS, REJECTION_COLUMNS, StagedFile, staged_rejection
from syndication_assets.scraping.download_runs import DownloadRun
from syndication_assets.scraping.file_reading import FileReading, Item
from syndication_assets.scraping.hashtag_extraction import extract_hashtags
from syndication_assets.scraping.identity import IdentityGroups
from syndication_assets.scraping.observation import Author, Counters, PostObservation

_BATCH_ROWS = 1_000
_NO_COUNTERS = Counters()
_encode = msgspec.json.Encoder().encode

_COLUMNS = {
    "staged_files": FILE_COLUMNS,
    "staged_items": "organization_id, run_id, source, payload_hash, source_file_path, position, payload",
    "staged_quarantine": REJECTION_COLUMNS,
    "staged_observations": "observation_id, organization_id, run_id, source, source_file_path, payload_hash,"
    " payload_key, payload_member, platform, node, original_node, observed_as, is_description, observed_at,"
    " observed_at_source, content_hash, full_urn, posted_at, author_username, text_content, article, post_type, url,"
    " hashtags, has_counters, reactions, comments, shares, saves, clicks, views, impressions, reach, stats",
    "staged_media": "observation_id, position, media_key, media_type, media_url, width, height, title, page_count",
    "staged_authors": "organization_id, platform, username, name, kind, headline, profile_url, is_scraped_for,"
    " observed_at",
    "staged_followers": "organization_id, platform, username, observed_at, source_file_path, followers",
    "staged_aliases": "node, component, organization_id, platform, alias_kind, alias",
}


Rows = dict[str, list[Sequence[Any]]]
"""Table → its rows, in the order of `_COLUMNS`."""


class Staging:
    """Collects the rows of one load. A thread copies a batch and stores its payloads while the next one is parsed."""

    def __init__(self, connection: Connection, day: date, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._day = day
        self._thread = thread
        self._copying: Future[None] | None = None
        self._rows: Rows = {table: [] for table in _COLUMNS}
        self._identities = IdentityGroups()
        self._authors: dict[tuple[Any, ...], Sequence[Any]] = {}
        self._observation_id = 0

    def add(self, reading: FileReading, run: DownloadRun) -> None:
        """Stages one file: its ledger row, its items with their observations, and its rejections."""
        file, source = reading.file, reading.source
        version = source.version if source is not None else None
        staged = StagedFile(
            organization_id=run.organization_id,
            source=file.source,
            source_file_path=file.path,
            landed_on=file.landed_on,
            content_hash=reading.content_hash,
            size_bytes=reading.size_bytes,
            observed_at=reading.observed_at,
            observed_at_source=reading.observed_at_source,
            tracked_username=reading.tracked_username,
            items=len(reading.items),
            items_quarantined=len(reading.rejected),
            adapter_version=version,
            run_id=run.run_id,
        )
        self._rows["staged_files"].append(staged)
        self._rows["staged_quarantine"].extend(
            staged_rejection(staged, rejected, adapter_version=version, run_id=run.run_id)
            for rejected in reading.rejected
        )
        if source is not None and reading.tracked_username is not None and reading.observed_at is not None:
            self._add_author(
                run.organization_id, source.platform, reading.tracked_username, None, True, reading.observed_at
            )
        for item in reading.items:
            self._add_item(item, reading, run)
        if len(self._rows["staged_observations"]) >= _BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        """Stages the remaining rows and the grouped ids, waits for the thread and analyzes the tables."""
        self._rows["staged_aliases"].extend(
            (node, component, *key) for node, component, key in self._identities.components()
        )
        self._rows["staged_authors"].extend(self._authors.values())
        self._flush()
        if self._copying is not None:
            self._copying.result()
        # Only the columns that plans need: analyzing the wide columns is expensive.
        self._connection.execute(
            "analyze staged_files; analyze staged_observations (observation_id, organization_id, platform, node,"
            " original_node, observed_at, author_username, source_file_path); analyze staged_aliases;"
            " analyze staged_media (observation_id); analyze staged_authors"
        )

    def _add_item(self, item: Item, reading: FileReading, run: DownloadRun) -> None:
        self._rows["staged_items"].append(
            (
                run.organization_id,
                run.run_id,
                reading.file.source,
                item.payload_hash,
                reading.file.path,
                item.position,
                item.payload.decode(),
            )
        )
        for observation in item.parsed.observations:
            self._add_observation(observation, item, reading, run)

    def _add_observation(
        self, observation: PostObservation, item: Item, reading: FileReading, run: DownloadRun
    ) -> None:
        self._observation_id += 1
        organization_id, platform = run.organization_id, observation.platform
        author, counters = observation.author, observation.counters
        node = self._identities.node_of(organization_id, platform, observation.ids)
        original_node = None
        if observation.original_ids:
            original_node = self._identities.node_of(organization_id, platform, observation.original_ids)
        content = (
            observation.full_urn,
            observation.text,
            observation.article,
            observation.url,
            [media.media_key for media in observation.media],
        )
        numbers = counters or _NO_COUNTERS
        self._rows["staged_observations"].append(
            (
                self._observation_id,
                organization_id,
                run.run_id,
                reading.file.source,
                reading.file.path,
                item.payload_hash,
                int.from_bytes(item.payload_hash[:8], signed=True),
                observation.payload_member,
                platform,
                node,
                original_node,
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
        )
        for position, media in enumerate(observation.media):
            self._rows["staged_media"].append(
                (
                    self._observation_id,
                    position,
                    media.media_key,
                    media.media_type,
                    media.media_url,
                    media.width,
                    media.height,
                    media.title,
                    media.page_count,
                )
            )
        if author is not None:
            # The act of a repost names its author without describing it.
            described = author if author != Author(author.username) else None
            self._add_author(organization_id, platform, author.username, described, False, reading.observed_at)
            if author.followers is not None:
                self._rows["staged_followers"].append(
                    (
                        organization_id,
                        platform,
                        author.username,
                        reading.observed_at,
                        reading.file.path,
                        author.followers,
                    )
                )

    def _add_author(
        self,
        organization_id: str,
        platform: str,
        username: str,
        author: Author | None,
        is_scraped_for: bool,
        observed_at: Any,
    ) -> None:
        row = (
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
        self._authors[row] = row

    def _flush(self) -> None:
        """Hands the collected rows to the thread; waits for the batch before, so that at most two are in memory."""
        if self._copying is not None:
            self._copying.result()
        rows, self._rows = self._rows, {table: [] for table in _COLUMNS}
        self._copying = self._thread.submit(_store, self._connection, self._day, rows)


@contextmanager
def staging_of(connection: Connection, day: date) -> Iterator[Staging]:
    """Stages the rows added in the block. Nothing else may use the connection meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="staging") as thread:
        staging = Staging(connection, day, thread)
        yield staging
        staging.finish()


def _store(connection: Connection, day: date, batch: Mapping[str, list[Sequence[Any]]]) -> None:
    for table, rows in batch.items():
        if rows:
            copy_rows(connection, table, _COLUMNS[table], rows)
    connection.execute(load_sql("scraping/raw_payloads/merge.sql"), {"day": day})
