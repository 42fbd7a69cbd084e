"""Moves old files to the archive of media, and back.

A file is read wherever it is, so nobody waits for a run. A row is written after its file has moved: if the run dies in
between, the next one finds the file at its target and writes the row.
"""

import logging
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from syndication_assets import fault_points
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.media.archive.archive_lock import between_moves
from syndication_assets.media.archive.file_move import FileToMove, Move
from syndication_assets.media.media_place import MediaPlace, MediaStoreError
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)
_BATCH = 100
Direction = Literal["to the archive", "back"]
_FILES = {"to the archive": "media/media_files/to_archive.sql", "back": "media/media_files/archived.sql"}
_MOVED = {
    "to the archive": "update media.media_files set archived_at = now()"
    " where organization_id = %s and media_file_id = %s and archived_at is null",
    "back": "update media.media_files set archived_at = null where organization_id = %s and media_file_id = %s",
}


@dataclass(slots=True)
class ArchiveRun:
    """What one run moved, and what it could not."""

    files: int = 0
    bytes: int = 0
    problems: list[tuple[FileToMove, str]] = field(default_factory=list)
    """Files that are missing or damaged, and stay as they are."""


@dataclass(frozen=True, slots=True)
class MediaArchiving:
    """Runs of any number may be started: their batches follow each other."""

    url: str
    settings: Settings
    organization: str | None = None
    """Slug of the organization whose files move; None for all."""
    log: logging.Logger = logger

    def run(self, direction: Direction = "to the archive", limit: int | None = None) -> ArchiveRun:
        """Moves what is due, `limit` files at most. MediaStoreError if a place cannot be read or written: what has
        moved stays there, the rest stays where it was.
        """
        store = MediaStore.of(self.settings)
        if store.archive is None:
            raise MediaStoreError("There is no archive of media: set SYNDICATION_MEDIA_ARCHIVE_URL to a place for it.")
        store.claim(self.url)
        store.archive.claim(self.url)
        _require_two_places(store, store.archive)
        move = Move(store, store.archive) if direction == "to the archive" else Move(store.archive, store)
        run, after = ArchiveRun(), ("", "")
        while limit is None or run.files + len(run.problems) < limit:
            left = _BATCH if limit is None else min(_BATCH, limit - run.files - len(run.problems))
            with between_moves(self.url):
                files = self._files(direction, after, left)
                if not files:
                    break
                self._move(files, move, direction, run)
            after = files[-1].organization_id, files[-1].media_file_id
            self.log.info(f"media: {run.files:,} files of {run.bytes:,} bytes were moved {direction}")
        return run

    def _files(self, direction: Direction, after: tuple[str, str], maximum: int) -> list[FileToMove]:
        values = {"after_organization": after[0], "after_file": after[1], "maximum": maximum}
        with transaction(self.url) as connection:
            rows = connection.execute(load_sql(_FILES[direction]), {"organization": self.organization, **values})
            return [FileToMove(*row) for row in rows]

    def _move(self, files: list[FileToMove], move: Move, direction: Direction, run: ArchiveRun) -> None:
        """Moves files at once, and writes the rows of those that have moved, even if others could not."""
        moved: list[FileToMove] = []
        try:
            with ThreadPoolExecutor(self.settings.media_connections) as movers:
                for file, problem in zip(files, movers.map(move.move, files), strict=True):
                    if problem is None:
                        moved.append(file)
                    else:
                        run.problems.append((file, problem))
        finally:
            fault_points.reach("media.moved.before_rows")
            with transaction(self.url) as connection:
                for file in moved:
                    connection.execute(_MOVED[direction].encode(), [file.organization_id, file.media_file_id])
            run.files += len(moved)
            run.bytes += sum(file.size_bytes for file in moved)


def _require_two_places(store: MediaPlace, archive: MediaPlace) -> None:
    """MediaStoreError if what is written to one is seen in the other, whatever they are called: a file that is copied
    and then removed would be gone.
    """
    probe = f".probe-{uuid.uuid4().hex}"
    archive.write(probe, b"Whether the archive is another place than the store.")
    try:
        if store.has(probe):
            raise MediaStoreError(
                f"{archive.url} and {store.url} are the same place: a file that is archived would be removed. Set "
                "SYNDICATION_MEDIA_ARCHIVE_URL to a place of its own."
            )
    finally:
        archive.remove(probe)
