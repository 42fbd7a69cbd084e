"""Copies the rows of files into the temporary staging tables, in batches, while the next files are read.

`sql/scraping/staging.sql` creates the tables; each `_COLUMNS` entry lists the columns of a row in order.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

from syndication_assets.database.connection import Connection, copy_rows, load_sql
from syndication_assets.landing.loading.file_staging import (
    FILE_COLUMNS,
    REJECTION_COLUMNS,
    StagedFile,
    staged_rejection,
)
from syndication_assets.scraping.items.post_identity import IdentityGroups
from syndication_assets.scraping.reading.landed_rows import (
    AUTHOR_COLUMNS,
    FOLLOWER_COLUMNS,
    ITEM_COLUMNS,
    MEDIA_COLUMNS,
    OBSERVATION_COLUMNS,
    FileRows,
    ObservedPost,
    RunOfSource,
)

_BATCH_ROWS = 1_000

_COLUMNS = {
    "staged_files": FILE_COLUMNS,
    "staged_items": ITEM_COLUMNS,
    "staged_quarantine": REJECTION_COLUMNS,
    "staged_observations": f"observation_id, node, original_node, {OBSERVATION_COLUMNS}",
    "staged_media": f"observation_id, {MEDIA_COLUMNS}",
    "staged_authors": AUTHOR_COLUMNS,
    "staged_followers": FOLLOWER_COLUMNS,
    "staged_aliases": "node, component, organization_id, platform, alias_kind, alias",
}

Rows = dict[str, list[Sequence[Any]]]
"""Table → its rows, in the order of `_COLUMNS`."""


class Staging:
    """Collects the rows of one load. A thread copies a batch and stores its payloads while the next one is read."""

    def __init__(self, connection: Connection, day: date, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._day = day
        self._thread = thread
        self._copying: Future[None] | None = None
        self._rows: Rows = {table: [] for table in _COLUMNS}
        self._identities = IdentityGroups()
        self._authors: dict[Sequence[Any], None] = {}
        self._observation_id = 0

    def add(self, file_rows: FileRows, run: RunOfSource) -> None:
        """Stages one file: its ledger row, its items with their observations, and its rejections."""
        reading = file_rows.reading
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
            items=len(file_rows.items),
            items_quarantined=len(reading.rejected),
            adapter_version=version,
            run_id=run.run_id,
        )
        self._rows["staged_files"].append(staged)
        self._rows["staged_quarantine"].extend(
            staged_rejection(staged, rejected, adapter_version=version, run_id=run.run_id)
            for rejected in reading.rejected
        )
        self._rows["staged_items"] += file_rows.items
        for observation in file_rows.observations:
            self._add_observation(observation, run)
        self._authors.update(file_rows.authors)
        self._rows["staged_followers"] += file_rows.followers
        if len(self._rows["staged_observations"]) >= _BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        """Stages the remaining rows and the grouped ids, waits for the thread and analyzes the tables."""
        self._rows["staged_aliases"].extend(
            (node, component, *key) for node, component, key in self._identities.components()
        )
        self._rows["staged_authors"].extend(self._authors)
        self._flush()
        if self._copying is not None:
            self._copying.result()
        # Only the columns that plans need: analyzing the wide columns is expensive.
        self._connection.execute(
            "analyze staged_files; analyze staged_observations (observation_id, organization_id, platform, node,"
            " original_node, observed_at, author_username, source_file_path); analyze staged_aliases;"
            " analyze staged_media (observation_id); analyze staged_authors"
        )

    def _add_observation(self, observation: ObservedPost, run: RunOfSource) -> None:
        self._observation_id += 1
        platform, ids, original_ids, row, media = observation
        node = self._identities.node_of(run.organization_id, platform, ids)
        original_node = self._identities.node_of(run.organization_id, platform, original_ids) if original_ids else None
        self._rows["staged_observations"].append((self._observation_id, node, original_node, *row))
        for medium in media:
            self._rows["staged_media"].append((self._observation_id, *medium))

    def _flush(self) -> None:
        """Hands the collected rows to the thread; waits for the batch before, so that at most two are in memory."""
        if self._copying is not None:
            self._copying.result()
        rows, self._rows = self._rows, {table: [] for table in _COLUMNS}
        self._copying = self._thread.submit(_store, self._connection, self._day, rows)


@contextmanager
def staging_of(connection: Connection, day: date) -> Iterator[Staging]:
    """Stages the rows added in the block. Nothing else may use the connection meanwhile."""
    with _garbage_collection_paused(), ThreadPoolExecutor(1, thread_name_prefix="staging") as thread:
        staging = Staging(connection, day, thread)
        yield staging
        staging.finish()


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Rows refer to nothing that refers to them: the collector would visit millions of them, and all objects of
    Dagster, to find nothing, in a third of the processor time that this process spends on a day.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _store(connection: Connection, day: date, batch: Mapping[str, list[Sequence[Any]]]) -> None:
    for table, rows in batch.items():
        if rows:
            copy_rows(connection, table, _COLUMNS[table], rows)
    connection.execute(load_sql("scraping/raw_payloads/merge.sql"), {"day": day})
