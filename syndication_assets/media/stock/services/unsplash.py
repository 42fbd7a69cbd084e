"""Unsplash: `GET /search/photos`, and `download_location`, which is asked for each photo that is used."""

from urllib.parse import urlsplit

import msgspec

from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.media.stock.stock_source import Orientation, ServiceClient, SourceRow, StockError

_LICENCE_URL = "https://unsplash.com/license"
_ORIENTATIONS = {"landscape": "landscape", "portrait": "portrait", "square": "squarish"}
_PAGE = 30


class _Links(msgspec.Struct):
    html: str
    download_location: str


class _Addresses(msgspec.Struct):
    regular: str
    full: str | None = None


class _User(msgspec.Struct):
    name: str


class _Photo(msgspec.Struct):
    id: str
    links: _Links
    urls: _Addresses
    user: _User
    alt_description: str | None = None


class _Found(msgspec.Struct):
    results: list[_Photo]


class _Download(msgspec.Struct):
    url: str


class Unsplash:
    """The API at the base URL of its row."""

    def __init__(self, row: SourceRow) -> None:
        self._row = row
        self._client = ServiceClient(row, key_prefix="Client-ID ")

    def close(self) -> None:
        self._client.close()

    def search(self, terms: str, orientation: Orientation) -> list[Candidate]:
        parameters: dict[str, str | int] = {
            "query": terms,
            "orientation": _ORIENTATIONS[orientation],
            "per_page": _PAGE,
            "content_filter": "high",
        }
        found = self._client.get("/search/photos", _Found, "search", parameters)
        return [
            Candidate(
                source=self._row.source,
                source_image_id=photo.id,
                download_url=photo.urls.full or photo.urls.regular,
                report_url=photo.links.download_location,
                title=photo.alt_description or None,
                page_url=photo.links.html,
                author=photo.user.name or None,
                licence="unsplash",
                licence_url=_LICENCE_URL,
                attribution=f"Photo by {photo.user.name} on Unsplash" if photo.user.name else None,
                is_attribution_required=self._row.attribution != "never",
                allows_commercial_use=True,
                allows_changes=True,
            )
            for photo in found.results
        ]

    def file_url(self, candidate: Candidate) -> str:
        """Asks `download_location`, which counts the use of the photo, on the server of the row and no other."""
        if candidate.report_url is None or not self._row.must_report_use:
            return candidate.download_url
        location = urlsplit(candidate.report_url)
        if not location.path.startswith("/photos/"):
            raise StockError("unsplash names a download that is none of its photos")
        path = f"{location.path}?{location.query}" if location.query else location.path
        return self._client.get(path, _Download, "download").url
