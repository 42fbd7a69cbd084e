"""Finds a photo: asks one source after another until one has a photo whose licence allows it, and stores it.

An answer to a search is kept for an hour. A photo that a visual has shown within the days of the setting is not chosen
again. A source that fails, is at its quota or asks to wait is passed over, and the report says so.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.http.clients.public_client import FetchError, PublicClient
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.contents.pictures import FORMATS
from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.media.stock.sources import open_source, read_sources
from syndication_assets.media.stock.stock_source import Orientation, SourceRow, StockError, StockSource
from syndication_assets.media.stock.use import (
    StockImage,
    add_image,
    mark_used,
    own_images,
    read_image,
    recently_used,
    take_image,
)
from syndication_assets.media.stored_media import add_file, store_file
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.settings import Settings

_SEARCH_LIVES = timedelta(hours=1)
_MOST_DOWNLOADS = 3
"""How many photos of one source are tried: the first that cannot be stored is no reason to give the source up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The photo, or why no source had one: source → reason."""

    image: StockImage | None
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StockPhotos:
    """The sources as one run uses them."""

    url: str
    settings: Settings
    store: MediaStore
    ledger: CallLedger
    download: Callable[[str], bytes]
    read: Callable[[bytes, str], Preview]
    services: dict[str, StockSource] = field(default_factory=dict)

    def find(self, organization_id: str, terms: str, orientation: Orientation, *, only_own: bool = False) -> Finding:
        """The first photo that a source has for the terms, or that the organization itself has. DatabaseError."""
        with transaction(self.url) as connection:
            unused_since = _unused_since(connection, organization_id)
            sources, reasons = read_sources(connection, self.settings)
            own = own_images(connection, organization_id, terms, unused_since)
        for row in sources:
            if row is None:
                if own:
                    return Finding(own[0], reasons)
                reasons["own"] = "no own picture says one of the words"
                continue
            if only_own:
                continue
            try:
                with self.ledger.of(organization_id):
                    image = self._of_source(row, organization_id, terms, orientation, unused_since)
            except StockError as error:
                reasons[row.source] = str(error)
                if error.wait_seconds is not None:
                    self._block(row.source, error.wait_seconds)
                continue
            if image is not None:
                return Finding(image, reasons)
            reasons[row.source] = "it has no unused photo that may be used"
        return Finding(None, reasons)

    def take(
        self, organization_id: str, terms: str, orientation: Orientation, *, only_own: bool = False
    ) -> tuple[Finding, datetime | None]:
        """The photo as `find` finds it, which nobody else takes from now on, and when it was used before.

        Two runs may find the same one: who comes second looks for another. DatabaseError.
        """
        while True:
            found = self.find(organization_id, terms, orientation, only_own=only_own)
            if found.image is None:
                return found, None
            with transaction(self.url) as connection:
                unused_since = _unused_since(connection, organization_id)
                taken = take_image(connection, organization_id, found.image.stock_image_id, unused_since)
            if taken is not None:
                return found, taken.used_before

    def give_back(self, organization_id: str, stock_image_id: str, used_before: datetime | None) -> None:
        """Lets others take a photo that nothing was made of."""
        with transaction(self.url) as connection:
            mark_used(connection, organization_id, stock_image_id, used_before)

    def close(self) -> None:
        for service in self.services.values():
            service.close()

    def _of_source(
        self, row: SourceRow, organization_id: str, terms: str, orientation: Orientation, unused_since: datetime
    ) -> StockImage | None:
        service = self.services.get(row.source)
        if service is None:
            service = self.services[row.source] = open_source(row)
        candidates = self._candidates(row, service, organization_id, terms, orientation)
        with transaction(self.url) as connection:
            used = recently_used(connection, organization_id, row.source, unused_since)
        usable = [each for each in candidates if each.problem is None and each.source_image_id not in used]
        problem = None
        for candidate in usable[:_MOST_DOWNLOADS]:
            try:
                return self._stored(service, organization_id, candidate, terms)
            except (FetchError, PublicUrlError, DamagedMediaError) as error:
                problem = f"its photo could not be stored: {error}"
        if problem is not None:
            raise StockError(problem)
        return None

    def _candidates(
        self, row: SourceRow, service: StockSource, organization_id: str, terms: str, orientation: Orientation
    ) -> Sequence[Candidate]:
        """What the source said within the hour, else what it says now."""
        key = [organization_id, row.source, " ".join(terms.casefold().split()), orientation]
        with transaction(self.url) as connection:
            kept = connection.execute(
                "select candidates from media.stock_searches where organization_id = %s and source = %s and terms = %s"
                " and orientation = %s and searched_at > %s",
                [*key, datetime.now(UTC) - _SEARCH_LIVES],
            ).fetchall()
        if kept:
            return msgspec.convert(kept[0][0], list[Candidate])
        found = service.search(terms, orientation)
        with transaction(self.url) as connection:
            connection.execute(
                "insert into media.stock_searches"
                " (organization_id, source, terms, orientation, candidates, searched_at)"
                " values (%s, %s, %s, %s, %s, now()) on conflict (organization_id, source, terms, orientation)"
                " do update set candidates = excluded.candidates, searched_at = excluded.searched_at",
                [*key, json.dumps(msgspec.to_builtins(found))],
            )
        return found

    def _stored(
        self, service: StockSource, organization_id: str, candidate: Candidate, terms: str
    ) -> StockImage | None:
        """The stored photo with its licence: the file first, its rows second."""
        content = self.download(service.file_url(candidate))
        mime_type = mime_type_of(content)
        if mime_type not in FORMATS:
            raise DamagedMediaError("it is no picture that can be drawn")
        stored = store_file(self.store, organization_id, content, mime_type, self.read(content, mime_type))
        with transaction(self.url) as connection:
            media_file_id = add_file(connection, organization_id, stored)
            stock_image_id = add_image(connection, organization_id, candidate, media_file_id, terms)
            return read_image(connection, organization_id, stock_image_id)

    def _block(self, source: str, seconds: float) -> None:
        with transaction(self.url) as connection:
            connection.execute(
                "update media.stock_sources set blocked_until = now() + make_interval(secs => %s) where source = %s",
                [min(seconds, 86_400.0), source],
            )


@contextmanager
def opened_stock_photos(
    url: str,
    settings: Settings,
    store: MediaStore,
    run_id: str | None = None,
    *,
    client: PublicClient | None = None,
    read: Callable[[bytes, str], Preview] | None = None,
) -> Iterator[StockPhotos]:
    """The sources; files are fetched from public https addresses only, and read in a process of their own."""
    client = client or PublicClient(
        maximum_bytes=settings.media_maximum_bytes,
        what="photo",
        headers={"User-Agent": "syndication-assets (stock images)", "Accept": "image/*"},
    )
    with ExitStack() as stack:
        if read is None:
            read = stack.enter_context(MediaInspector()).read
        ledger = stack.enter_context(CallLedger(url, run_id))
        photos = StockPhotos(url, settings, store, ledger, client.get, read)
        stack.callback(photos.close)
        yield photos


def _unused_since(connection: Connection, organization_id: str) -> datetime:
    return datetime.now(UTC) - timedelta(days=read_setting(connection, "studio.photo_no_repeat_days", organization_id))
