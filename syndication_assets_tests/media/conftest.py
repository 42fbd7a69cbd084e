"""Fixtures of the media tests: scraped posts with pictures, and a server on loopback that has them."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from syndication_assets.http.clients.kept_public_transport import KeptPublicTransport
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.media.cache.caching import CacheRun, MediaCache
from syndication_assets.media.cache.fetching import MediaFetcher
from syndication_assets.media.cache.storing import ReadContent
from syndication_assets.media.contents.reading import read_content
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.settings import Settings
from syndication_assets_tests.documents.feed_server import Answer, Internet
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, post

TUESDAY = MONDAY + timedelta(days=1)
SIGNED_UNTIL = int(datetime(2099, 1, 1, tzinfo=UTC).timestamp())


@dataclass
class Shelf:
    """Posts whose pictures are on a server of this test, and a cache for them."""

    desk: Desk
    internet: Internet
    directory: Path
    settings: dict[str, object] = field(default_factory=dict)
    read: ReadContent | None = read_content

    @property
    def url(self) -> str:
        return self.desk.url

    @property
    def media_directory(self) -> Path:
        return self.directory / "media"

    def serve(self, path: str, content: bytes, mime_type: str | None = "image/jpeg", status: int = 200) -> str:
        """Serves a file; returns its URL."""
        self.internet.pages[path] = Answer(status, content, {"Content-Type": mime_type} if mime_type else {})
        return self.internet.url(path)

    def scrape(self, *urls: str, day: date = MONDAY, hour: int = 9, post_number: int = 1) -> None:
        """Loads a day on which a post with these pictures was observed."""
        self.desk.land(day, hour, post(activity_id(post_number), images=urls), username=f"anna{post_number}")
        self.desk.load(day)

    def cache(self) -> CacheRun:
        return self.media_cache().run()

    def media_cache(self) -> MediaCache:
        # In this process, which starts no child for each test.
        changes = {"media_url": str(self.media_directory)} | self.settings
        return cache_of(self.internet, self.url, changes, read=self.read)

    def states(self) -> list[tuple[str, str | None]]:
        return self.desk.rows(
            "select c.state::text, c.reason from media.cached_media c inner join scraping.media_records m"
            " using (organization_id, media_id) order by m.media_key",
        )

    def stored(self) -> list[Path]:
        files = (path for path in self.media_directory.rglob("*") if path.is_file())
        return sorted(path for path in files if not {"previews", MARK} & {*path.parts})


def cache_of(internet: Internet, url: str, changes: dict[str, object], read: ReadContent | None = None) -> MediaCache:
    """A cache whose public addresses are those of the fake internet, with these settings."""
    context = ssl.create_default_context(cafile=str(internet.directory / "certificate.pem"))
    settings = Settings.from_environment().model_copy(update=changes)
    transport = KeptPublicTransport(settings.media_connections, internet.addresses_of, context)
    fetcher = MediaFetcher(transport, maximum_bytes=settings.media_maximum_bytes)
    return MediaCache(url, settings, fetcher, read=read)


@pytest.fixture
def shelf(database_url: str, tmp_path: Path) -> Iterator[Shelf]:
    directory = tmp_path / "tls"
    directory.mkdir()
    with (
        Internet(directory).running() as internet,
        run_session(database_url, "test") as session,
    ):
        yield Shelf(Desk(database_url, LandingZone(str(tmp_path / "landing")), session), internet, tmp_path)
