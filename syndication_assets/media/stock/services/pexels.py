"""Pexels: `GET /v1/search`. Its licence is one for all photos, and its API asks to name photographer and Pexels."""

import msgspec

from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.media.stock.stock_source import Orientation, ServiceClient, SourceRow

_LICENCE_URL = "https://www.pexels.com/license/"
_PAGE = 30


class _Sizes(msgspec.Struct):
    original: str
    large2x: str | None = None


class _Photo(msgspec.Struct):
    id: int
    url: str
    photographer: str
    src: _Sizes
    alt: str | None = None


class _Found(msgspec.Struct):
    photos: list[_Photo]


class Pexels:
    """The API at the base URL of its row."""

    def __init__(self, row: SourceRow) -> None:
        self._row = row
        self._client = ServiceClient(row)

    def close(self) -> None:
        self._client.close()

    def search(self, terms: str, orientation: Orientation) -> list[Candidate]:
        parameters: dict[str, str | int] = {"query": terms, "orientation": orientation, "per_page": _PAGE}
        found = self._client.get("/v1/search", _Found, "search", parameters)
        return [
            Candidate(
                source=self._row.source,
                source_image_id=str(photo.id),
                download_url=photo.src.large2x or photo.src.original,
                title=photo.alt or None,
                page_url=photo.url,
                author=photo.photographer or None,
                licence="pexels",
                licence_url=_LICENCE_URL,
                attribution=f"Photo: {photo.photographer} / Pexels" if photo.photographer else None,
                is_attribution_required=self._row.attribution != "never",
                allows_commercial_use=True,
                allows_changes=True,
            )
            for photo in found.photos
        ]

    def file_url(self, candidate: Candidate) -> str:
        return candidate.download_url
