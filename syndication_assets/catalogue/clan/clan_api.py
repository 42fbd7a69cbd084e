"""The shop's HTTP API: one GET at a time, with a time limit, a size limit and patience for a busy server.

What comes back is bytes; what they mean is the parser's to say. Only the URLs of the operator's settings are asked:
a redirect is not followed.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import httpx

from syndication_assets.errors import SyndicationError
from syndication_assets.http.retry_after import seconds_to_wait

_USER_AGENT = "syndication-assets (catalogue)"
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class ShopError(SyndicationError):
    """The shop did not give an answer that could be used."""


class ShopRefusalError(ShopError):
    """The shop has nothing to give for this request (404, 400 …); others may be answered."""


class _PassingError(Exception):
    """It may work in a moment; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class ShopApi:
    """One shop. A request that fails in passing is tried `maximum_tries` times, later each time, or when the server's
    `Retry-After` says, but `longest_wait` at most.
    """

    url: str = field(repr=False)
    maximum_bytes: int
    request_timeout: timedelta = timedelta(seconds=60)
    maximum_tries: int = 4
    retry_delay: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(seconds=120)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ShopError(
                f"The URL of the shop begins with {parts.scheme + '://' if parts.scheme else 'no scheme'!r}: "
                "set SYNDICATION_CLAN_URL to an http(s) URL, as in https://shop.example/api."
            )

    def get(self, path: str, parameters: dict[str, str | int], is_usable: Callable[[bytes], bool]) -> bytes:
        """The body of an answer. One that is not usable (a maintenance page, a cut one) is asked for again, and handed
        back if it stays so; ShopError if there is no answer, or an HTTP error.
        """
        body: bytes | None = None
        problem = ""
        for number in range(1, self.maximum_tries + 1):
            wait = None
            try:
                body = self._ask(path, parameters)
                if is_usable(body):
                    return body
            except _PassingError as error:
                body, problem, wait = None, str(error), error.wait
            if number < self.maximum_tries:
                self._wait(number, wait)
        if body is not None:
            return body
        raise ShopError(f"{path}: {problem}, {self.maximum_tries} times. Fetch again later.")

    def _ask(self, path: str, parameters: dict[str, str | int]) -> bytes:
        deadline = time.monotonic() + self.request_timeout.total_seconds()
        content = bytearray()
        try:
            with (
                httpx.Client(
                    timeout=self.request_timeout.total_seconds(),
                    headers={"User-Agent": _USER_AGENT, "Accept": "application/json"},
                    follow_redirects=False,
                    verify=_ssl_context(),
                ) as client,
                client.stream("GET", self.url.rstrip("/") + path, params=parameters) as response,
            ):
                self._check_status(path, response)
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > self.maximum_bytes:
                        raise ShopError(
                            f"{path}: the answer is larger than {self.maximum_bytes:,} bytes. Lower "
                            "SYNDICATION_CLAN_PAGE_SIZE, or raise SYNDICATION_MAXIMUM_FILE_BYTES."
                        )
                    if time.monotonic() > deadline:
                        raise _PassingError(
                            f"the answer was not there after {self.request_timeout.total_seconds():g} s"
                        )
        except httpx.TimeoutException:
            raise _PassingError(f"no answer within {self.request_timeout.total_seconds():g} s") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _PassingError(f"the connection failed ({type(error).__name__})") from None
        return bytes(content)

    def _check_status(self, path: str, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
            raise _PassingError(f"the shop answered {status}", seconds_to_wait(response.headers.get("Retry-After")))
        if response.has_redirect_location:
            raise ShopError(f"{path}: the shop redirects ({status}): set SYNDICATION_CLAN_URL to where it leads.")
        is_of_the_caller = status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
        raise (ShopError if is_of_the_caller else ShopRefusalError)(
            f"{path}: the shop answered {status}. Check SYNDICATION_CLAN_URL."
        )

    def _wait(self, number: int, asked_for: float | None) -> None:
        seconds = self.retry_delay.total_seconds() * 2 ** (number - 1) if asked_for is None else asked_for
        time.sleep(min(max(seconds, 0.0), self.longest_wait.total_seconds()))


@cache
def _ssl_context() -> ssl.SSLContext:
    """Made once: it reads all certificates."""
    return httpx.create_ssl_context()
