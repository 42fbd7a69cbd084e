"""Freepik, whose API is Magnific's now: `GET /v1/resources`, and `/v1/resources/<id>/download`.

Base URL and header of the key are the row's. The answer to a download has an object or a list; an id is a number or a
text.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.media.stock.stock_source import Orientation, ServiceClient, SourceRow, StockError

_LICENCE_URL = "https://www.freepik.com/legal/terms-of-use"
_KNOWN_LICENCES = {"freemium", "premium", "essential"}
_PAGE = 20


class _Licence(msgspec.Struct):
    type: str
    url: str | None = None


class _Author(msgspec.Struct):
    name: str | None = None


class _Photo(msgspec.Struct):
    id: int | str
    title: str | None = None
    url: str | None = None
    licenses: list[_Licence] = []
    author: _Author | None = None
    is_ai_generated: bool | None = None


class _Found(msgspec.Struct):
    data: list[_Photo]


class _File(msgspec.Struct):
    url: str | None = None
    signed_url: str | None = None


class _Download(msgspec.Struct):
    data: Any


class Freepik:
    """The API at the base URL of its row. Downloads have a quota of their own."""

    def __init__(self, row: SourceRow) -> None:
        self._row = row
        self._client = ServiceClient(row)
        self._downloads = ServiceClient(row, provider="freepik_downloads")

    def close(self) -> None:
        self._client.close()
        self._downloads.close()

    def search(self, terms: str, orientation: Orientation) -> list[Candidate]:
        parameters: dict[str, str | int] = {
            "term": terms,
            "limit": _PAGE,
            "filters[content_type][photo]": 1,
            f"filters[orientation][{orientation}]": 1,
        }
        return [
            self._candidate(photo) for photo in self._client.get("/v1/resources", _Found, "search", parameters).data
        ]

    def file_url(self, candidate: Candidate) -> str:
        """The signed address of the file, which lives for an hour."""
        path = f"/v1/resources/{quote(candidate.source_image_id, safe='')}/download"
        answer = self._downloads.get(path, _Download, "download").data
        try:
            file = msgspec.convert(answer[0] if isinstance(answer, list) and answer else answer, _File)
        except msgspec.ValidationError:
            raise StockError("freepik answered a download, and not in the documented form") from None
        address = file.signed_url or file.url
        if address is None:
            raise StockError("freepik names no address of the file")
        return address

    def _candidate(self, photo: _Photo) -> Candidate:
        licence = next((each for each in photo.licenses if each.type in _KNOWN_LICENCES), None)
        author = photo.author.name if photo.author is not None else None
        return Candidate(
            source=self._row.source,
            source_image_id=str(photo.id),
            download_url=photo.url or "",
            title=photo.title or None,
            page_url=photo.url,
            author=author or None,
            licence=None if licence is None else f"freepik-{licence.type}",
            licence_url=_LICENCE_URL if licence is None or licence.url is None else licence.url,
            attribution=f"Photo: {author} / Freepik" if author else "Photo: Freepik",
            is_attribution_required=None if licence is None else self._row.attribution != "never",
            allows_commercial_use=None if licence is None else True,
            allows_changes=None if licence is None else True,
            is_made_by_ai=photo.is_ai_generated,
        )
