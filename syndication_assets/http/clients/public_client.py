"""Fetches URLs from outside, of feeds and shops: only https on public addresses, checked again on every redirect."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError, public_addresses
from syndication_assets.http.http_errors import (
    HttpError,
    InvalidRequestError,
    RedirectError,
    ResponseTooLargeError,
    TooManyRedirectsError,
    WithheldError,
)
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status

_HEADERS = {
    "User-Agent": "syndication-assets (blog feed)",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
}


class FetchError(SyndicationError):
    """It could not be fetched. The message names the host and never the URL, which may hold a token."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The status of the last answer; None without an answer."""


@dataclass(frozen=True)
class PublicClient:
    """Fetches one URL at a time, with `maximum_attempts` requests at most after transient errors.

    A server whose Retry-After is longer than `longest_wait` is left for the next run.
    """

    maximum_bytes: int
    request_timeout: timedelta = timedelta(seconds=60)
    maximum_attempts: int = 3
    retry_delay: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(seconds=60)
    addresses_of: Callable[[str], list[str]] = field(default=public_addresses)
    """The addresses of a URL that may be connected to; PublicUrlError if there are none."""
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    """None trusts what the system trusts."""
    what: str = "feed"
    """What is fetched, as the messages name it."""
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)
    leaves_origin: bool = True
    """Whether redirects to other hosts are followed: blogs move, and a request for a feed holds nothing of ours."""
    provider: str | None = None
    """The provider of the requests, as they are recorded; None if nobody limits or charges them."""

    def get(self, url: str) -> bytes:
        """The content behind the URL and its redirects. FetchError, or PublicUrlError for a URL that is not public."""
        host = _host(url)
        retries = RetryPolicy(self.maximum_attempts, self.retry_delay, self.longest_wait, gives_up_on_longer_waits=True)
        response = self._response(url, host, retries)
        if response.is_ok and response.content:
            return response.content
        status = "the answer was empty" if response.is_ok else f"it answered {response.status}"
        if not _is_transient(response):
            raise FetchError(f"{host}: {status}. Check the URL of the {self.what}.", response.status)
        if retries.is_too_long(response):
            raise FetchError(
                f"{host}: {status}, and asks to wait {response.retry_after:,.0f} s. Fetch again after that."
            )
        raise FetchError(f"{host}: {status}, {response.attempts} times. Fetch again later.")

    def _response(self, url: str, host: str, retries: RetryPolicy) -> HttpResponse:
        try:
            with HttpClient(
                maximum_bytes=self.maximum_bytes,
                headers=self.headers,
                request_timeout=self.request_timeout,
                retries=retries,
                follow_redirects=True,
                leaves_origin=self.leaves_origin,
                transport=PublicTransport(self.addresses_of, self.ssl_context),
                provider=self.provider,
            ) as client:
                return client.get(url, is_transient=_is_transient, operation=self.what)
        except ResponseTooLargeError:
            raise FetchError(f"{host}: the {self.what} is larger than {self.maximum_bytes:,} bytes.") from None
        except TooManyRedirectsError as error:
            raise FetchError(f"{host}: {error}. Check the URL of the {self.what}.") from None
        except (RedirectError, InvalidRequestError) as error:
            raise PublicUrlError(f"{host}: {error}. Check the URL of the {self.what}.") from None
        except WithheldError as error:
            raise FetchError(f"{host}: {error}") from None
        except HttpError as error:
            raise FetchError(f"{host}: {error}, {error.attempts} times. Fetch again later.") from None


def _is_transient(response: HttpResponse) -> bool:
    return is_transient_status(response) or (response.is_ok and not response.content)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the URL"
    except ValueError:
        return "the URL"
