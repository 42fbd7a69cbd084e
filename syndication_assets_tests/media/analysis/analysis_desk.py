"""Stored pictures without a server, and a run of the analysis over them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.analysing import PictureAnalysis
from syndication_assets.media.analysis.analysis_run import AnalysisRun
from syndication_assets.media.analysis.prepared_pictures import prepared_picture
from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.contents.pictures import FORMATS
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings


@dataclass
class AnalysisDesk:
    """A media store with the pictures of one organization."""

    url: str
    directory: Path
    changes: dict[str, Any] = field(default_factory=dict)
    """Settings that differ from the defaults."""

    @property
    def settings(self) -> Settings:
        return Settings.from_environment().model_copy(update={"media_url": str(self.directory)} | self.changes)

    def store(self, *contents: bytes, poster: bytes | None = None) -> list[str]:
        """Stores files as the cache does, all with this poster; returns their SHA-256."""
        store, stored = MediaStore(str(self.directory)), []
        store.claim(self.url)
        with transaction(self.url) as connection:
            ((organization_id,),) = connection.execute(
                "select organization_id from tenancy.organizations where slug = 'default'"
            ).fetchall()
            for content in contents:
                mime_type = mime_type_of(content)
                assert mime_type is not None
                sha256, path = store.store(organization_id, content, mime_type)
                poster_path = None if poster is None else store.store_preview(organization_id, poster)
                connection.execute(
                    "insert into media.media_files (organization_id, sha256, size_bytes, mime_type, object_path,"
                    " frame_count, poster_path) values (%s, %s, %s, %s, %s, %s, %s)"
                    " on conflict (organization_id, sha256) do nothing",
                    (
                        organization_id,
                        sha256,
                        len(content),
                        mime_type,
                        path,
                        1 if mime_type in FORMATS else None,
                        poster_path,
                    ),
                )
                stored.append(sha256)
        return stored

    def choose(self, analyzer: str, **columns: Any) -> None:
        """Chooses an analyzer for the organization."""
        values = {"analyzer": analyzer, **columns}
        with transaction(self.url) as connection:
            connection.execute(
                f"insert into media.analyzers (organization_id, {', '.join(values)})"
                f" select organization_id, {', '.join(['%s'] * len(values))} from tenancy.organizations"
                " where slug = 'default'",
                list(values.values()),
            )

    def run(self, **changes: Any) -> AnalysisRun:
        # In this process, which starts no child for each test.
        return PictureAnalysis(self.url, self.settings, prepare=prepared_picture, **changes).run()

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with transaction(self.url) as connection:
            return connection.execute(query, parameters).fetchall()
