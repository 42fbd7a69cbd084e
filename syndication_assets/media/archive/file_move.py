"""Moves one stored file from one place to the other, so that at each moment a complete copy is at one of them."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from syndication_assets import fault_points
from syndication_assets.media.media_place import MediaPlace, MediaStoreError


class FileToMove(NamedTuple):
    """One row of `media/media_files/to_archive.sql` or `archived.sql`."""

    organization_id: str
    media_file_id: str
    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Move:
    """From one place to the other; both are claimed by the caller. Several threads may share it."""

    source: MediaPlace
    target: MediaPlace

    def move(self, file: FileToMove) -> str | None:
        """Why a file is not at its target now; None if it is, complete, and nowhere else.

        It is copied, read back and compared with its SHA-256, and only then removed from its source. If the process
        dies in between, it is at both places, or at the target: a later move goes on from there. MediaStoreError if a
        place cannot be read or written.
        """
        content = self.source.own_content(file.path)
        if content is None:
            # A move that died had come so far, or the file is lost.
            return None if self._is_at_target(file) else "it is missing"
        if _sha256(content) != file.sha256:
            return "its content has another SHA-256"
        if not self._is_at_target(file):
            self.target.write(file.path, content)
            if not self._is_at_target(file):
                raise MediaStoreError(
                    f"{file.path} was written to {self.target.url}, but what is read back has another SHA-256. It "
                    f"stays in {self.source.url}. Check the place, then try again."
                )
        fault_points.reach("media.moved.copied")
        self.source.remove(file.path)
        fault_points.reach("media.moved.removed")
        return None

    def _is_at_target(self, file: FileToMove) -> bool:
        content = self.target.own_content(file.path)
        return content is not None and _sha256(content) == file.sha256


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
