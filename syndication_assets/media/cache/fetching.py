"""Fetches media over https from public addresses."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.kept_public_transport import KeptPublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError, UnresolvedUrlError
from syndication_assets.http.http_errors import (
    CompressedTwiceError,
    HttpError,
    InvalidRequestError,
    RedirectError,
    ResponseTooLargeError,
)
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.media.cache.outcomes import Outcome, after_failure, after_status, rejected

NO_HOST = "no host"
_HEADERS = {"User-Agent": "syndication-assets (media cache)", "Accept": "image/*, video/*, application/pdf, */*;q=0.1"}
_NEVER_FETCHED = (
    PublicUrlError,
    ResponseTooLargeError,
    CompressedTwiceError,
    RedirectError,
    InvalidRequestError,
)
_LONGEST_REQUEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered: the content, and its Content-Type."""

    content: bytes
    declared_type: str | None


class Fetcher(Protocol):
    """Where media come from. Several threads share it."""

    def fetch(self, url: str, attempts: int, expires_at: datetime | None) -> Fetched | Outcome:
        """The file behind the URL, or what becomes of the medium. It is the `attempts`th attempt."""
        ...

    def close(self) -> None: ...


class MediaFetcher:
    """Several threads may share it. Close it when done."""

    def __init__(self, transport: KeptPublicTransport, *, maximum_bytes: int) -> None:
        self._client = HttpClient(
            maximum_bytes=maximum_bytes,
            headers=_HEADERS,
            request_timeout=_LONGEST_REQUEST,
            retries=NO_RETRIES,
            follow_redirects=True,
            leaves_origin=True,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def fetch(self, url: str, attempts: int, expires_at: datetime | None) -> Fetched | Outcome:
        """The file behind the URL, or what becomes of the medium. It is the `attempts`th attempt."""
        try:
            response = self._client.get(url)
        except _NEVER_FETCHED as error:
            # A name without an address may have one later.
            if not isinstance(error, UnresolvedUrlError):
                return rejected(_reason(error))
            return after_failure(_reason(error), attempts, datetime.now(UTC))
        except HttpError as error:
            return after_failure(_reason(error), attempts, datetime.now(UTC))
        if not response.is_ok:
            return after_status(response.status, attempts, datetime.now(UTC), expires_at, response.retry_after)
        if not response.content:
            return after_failure("the answer was empty", attempts, datetime.now(UTC))
        return Fetched(response.content, response.headers.get("Content-Type"))


def host_of(url: str) -> str:
    """The host of a URL, which may be shown; `no host` if it has none."""
    try:
        return urlsplit(url).hostname or NO_HOST
    except ValueError:
        return NO_HOST


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".")
