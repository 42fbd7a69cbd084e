"""The protocol of a source of photos, and what a service's client has in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol, TypeVar

from pydantic import SecretStr

from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.text.outside import read_as

Orientation = Literal["landscape", "portrait", "square"]
Shape = TypeVar("Shape")
_MAXIMUM_BYTES = 4 * 1024 * 1024
_TIMEOUT = timedelta(seconds=30)


class StockError(SyndicationError):
    """A source gave nothing. The message quotes neither address nor key."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
        """How long the source wants to be left alone; None if it does not say."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of media.stock_sources, with the key from the environment."""

    source: str
    base_url: str
    key_header: str | None
    attribution: Literal["never", "always", "by_licence"]
    must_report_use: bool
    key: SecretStr | None = field(default=None, repr=False)


class StockSource(Protocol):
    """One service."""

    def search(self, terms: str, orientation: Orientation) -> list[Candidate]:
        """What it offers, the best first. StockError."""

    def file_url(self, candidate: Candidate) -> str:
        """Where the file of a photo is, asked and reported as the service wants it. StockError."""

    def close(self) -> None: ...


class ServiceClient:
    """Requests of one service, on record before they are sent."""

    def __init__(
        self, row: SourceRow, *, key_prefix: str = "", provider: str | None = None, timeout: timedelta = _TIMEOUT
    ) -> None:
        self._row = row
        self._headers = {"Accept": "application/json", "User-Agent": "syndication-assets (stock images)"}
        if row.key_header is not None and row.key is not None:
            self._headers[row.key_header] = f"{key_prefix}{row.key.get_secret_value()}"
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            provider=provider or row.source,
        )

    def close(self) -> None:
        self._client.close()

    def get(
        self, path: str, shape: type[Shape], operation: str, parameters: Mapping[str, str | int] | None = None
    ) -> Shape:
        """An answer in this shape. StockError for anything else."""
        name = self._row.source
        try:
            response = self._client.get(
                f"{self._row.base_url.rstrip('/')}/{path.lstrip('/')}",
                parameters,
                headers=self._headers,
                operation=operation,
            )
        except HttpError as error:
            raise StockError(f"{name} could not be reached: {error}") from None
        if not response.is_ok:
            reason = {401: "its key is missing or wrong", 403: "its key may not do this", 429: "it was asked too often"}
            raise StockError(
                f"{name} answered {response.status}"
                + (f": {reason[response.status]}" if response.status in reason else ""),
                response.retry_after if response.retry_after is not None else 60.0 if response.status == 429 else None,
            )
        try:
            return read_as(response.content, shape)
        except ValueError:
            raise StockError(f"{name} answered, and not in the documented form") from None
