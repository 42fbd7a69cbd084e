"""The shop's HTTP API: one GET at a time, bounded in time and size, with retries for a busy server.

It returns bytes, which the parser reads. Only the URLs of the vendor's row are requested: redirects are not followed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError, ResponseTooLargeError, WithheldError
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status

_HEADERS = {"User-Agent": "syndication-assets (catalogue)", "Accept": "application/json"}


class ShopError(SyndicationError):
    """The shop gave no usable response."""


class ShopRejectedError(ShopError):
    """The shop has nothing for this request (404, 400 …); other requests may succeed."""


@dataclass(frozen=True)
class ShopApi:
    """One shop. After a transient error the request is sent again, `maximum_attempts` times in all: after
    `retry_delay`, twice that and so on, or after the server's Retry-After, cut at `longest_wait`.
    """

    url: str = field(repr=False)
    maximum_bytes: int
    request_timeout: timedelta = timedelta(seconds=60)
    maximum_attempts: int = 4
    retry_delay: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(seconds=120)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ShopError(
                f"The URL of the shop begins with {parts.scheme + '://' if parts.scheme else 'no scheme'!r}: "
                "set the vendor's api_url to an http(s) URL, as in https://shop.example/api."
            )

    def get(self, path: str, parameters: dict[str, str | int], is_usable: Callable[[bytes], bool]) -> bytes:
        """The body of a response. An unusable body (a maintenance page, a truncated one) is requested again, and
        returned if the last attempt is unusable too; ShopError if there is no response, or an HTTP error.
        """

        def is_transient(response: HttpResponse) -> bool:
            return is_transient_status(response) or (response.is_ok and not is_usable(response.content))

        try:
            with self._client() as client:
                response = client.get(
                    self.url.rstrip("/") + path, parameters, is_transient=is_transient, operation="catalogue"
                )
        except ResponseTooLargeError as error:
            raise ShopError(
                f"{path}: {error}. Lower SYNDICATION_CLAN_PAGE_SIZE, or raise SYNDICATION_MAXIMUM_FILE_BYTES."
            ) from None
        except WithheldError as error:
            raise ShopError(f"{path}: {error}") from None
        except HttpError as error:
            raise ShopError(f"{path}: {error}, {error.attempts} times. Fetch again later.") from None
        if response.is_ok:
            return response.content
        status = f"{path}: the shop answered {response.status}"
        if is_transient_status(response):
            raise ShopError(f"{status}, {response.attempts} times. Fetch again later.")
        if response.is_redirect:
            raise ShopError(
                f"{path}: the shop redirects ({response.status}): set the vendor's api_url to where it leads."
            )
        is_of_the_caller = response.status in {401, 403}
        raise (ShopError if is_of_the_caller else ShopRejectedError)(f"{status}. Check the vendor's api_url.")

    def _client(self) -> HttpClient:
        return HttpClient(
            maximum_bytes=self.maximum_bytes,
            headers=_HEADERS,
            request_timeout=self.request_timeout,
            retries=RetryPolicy(self.maximum_attempts, self.retry_delay, self.longest_wait),
            provider="clan",
        )
