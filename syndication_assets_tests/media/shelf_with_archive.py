"""Old media and an archive for them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syndication_assets.media.archive.media_archiving import ArchiveRun, Direction, MediaArchiving
from syndication_assets.media.media_store import MediaStore
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets.settings import Settings
from syndication_assets_tests.media.conftest import Shelf

_KILLED = """
import sys
from syndication_assets.media.archive.media_archiving import MediaArchiving
from syndication_assets.settings import Settings

url, media, archive = sys.argv[1:]
settings = Settings.from_environment().model_copy(update={"media_url": media, "media_archive_url": archive})
MediaArchiving(url, settings).run()
"""


@dataclass
class ShelfWithArchive:
    """A shelf whose stored files are as old as the test says."""

    shelf: Shelf

    @property
    def archive_directory(self) -> Path:
        return self.shelf.directory / "archive"

    @property
    def settings(self) -> Settings:
        places = {"media_url": str(self.shelf.media_directory), "media_archive_url": str(self.archive_directory)}
        return Settings.from_environment().model_copy(update=places)

    @property
    def store(self) -> MediaStore:
        return MediaStore.of(self.settings)

    def cached(self, *contents: bytes) -> None:
        """Caches pictures and makes their files a hundred days old."""
        self.shelf.scrape(*(self.shelf.serve(f"/{number}.jpg", each) for number, each in enumerate(contents)))
        self.shelf.cache()
        self.shelf.desk.execute("update media.media_files set created_at = now() - interval '100 days'")

    def move(self, direction: Direction = "to the archive", **settings: Any) -> ArchiveRun:
        return MediaArchiving(self.shelf.url, self.settings.model_copy(update=settings)).run(direction)

    def killed_at(self, fault_point: str) -> int:
        """A run that dies there; the code that its process ended with."""
        places = (str(self.shelf.media_directory), str(self.archive_directory))
        return subprocess.run(
            [sys.executable, "-c", _KILLED, self.shelf.url, *places],
            env=os.environ | {"SYNDICATION_FAULT_POINT": fault_point},
            check=False,
        ).returncode

    def archived(self) -> list[Path]:
        """The files in the archive."""
        return sorted(each for each in self.archive_directory.rglob("*") if each.is_file() and each.name != MARK)

    def rows(self) -> list[tuple[str, bool]]:
        """Path → whether its row says that it is in the archive."""
        return self.shelf.desk.rows(
            "select object_path, archived_at is not null from media.media_files order by object_path"
        )
