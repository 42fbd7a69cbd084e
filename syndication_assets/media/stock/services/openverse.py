"""Openverse: `GET /v1/images/`, without a key. Each photo has its own Creative Commons licence."""

import msgspec

from syndication_assets.media.stock.candidate import Candidate, creative_commons
from syndication_assets.media.stock.stock_source import Orientation, ServiceClient, SourceRow

_PAGE = 20
"""Without a key, more are refused."""
_RATIOS = {"landscape": "wide", "portrait": "tall", "square": "square"}


class _Photo(msgspec.Struct):
    id: str
    url: str
    license: str
    title: str | None = None
    foreign_landing_url: str | None = None
    creator: str | None = None
    license_version: str | None = None
    license_url: str | None = None
    attribution: str | None = None


class _Found(msgspec.Struct):
    results: list[_Photo]


class Openverse:
    """The API at the base URL of its row."""

    def __init__(self, row: SourceRow) -> None:
        self._row = row
        self._client = ServiceClient(row)

    def close(self) -> None:
        self._client.close()

    def search(self, terms: str, orientation: Orientation) -> list[Candidate]:
        parameters: dict[str, str | int] = {
            "q": terms,
            "page_size": _PAGE,
            "license_type": "commercial,modification",
            "aspect_ratio": _RATIOS[orientation],
            "mature": "false",
        }
        return [
            self._candidate(photo) for photo in self._client.get("/v1/images/", _Found, "search", parameters).results
        ]

    def file_url(self, candidate: Candidate) -> str:
        return candidate.download_url

    def _candidate(self, photo: _Photo) -> Candidate:
        values = {
            "source": self._row.source,
            "source_image_id": photo.id,
            "download_url": photo.url,
            "title": photo.title or None,
            "page_url": photo.foreign_landing_url,
            "author": photo.creator or None,
            "licence_url": photo.license_url,
            "attribution": photo.attribution or None,
            **creative_commons(photo.license, photo.license_version),
        }
        if self._row.attribution == "always":
            values["is_attribution_required"] = True
        return msgspec.convert(values, Candidate)
