"""Fetches what people's URLs lead to, feeds and shops, from the internet and from nowhere else.

Only https on public addresses, checked again on each redirect.

The connection goes to an address that was checked, with the host's own name in TLS: a name that answers otherwise the
next time leads nowhere. What comes back is bytes; what they mean is the parser's to say.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx

from syndication_assets.errors import SyndicationError
from syndication_assets.http.public_urls import PublicUrlError, public_addresses
from syndication_assets.http.retry_after import seconds_to_wait

_HEADERS = {
    "User-Agent": "syndication-assets (blog feed)",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
}
_MOST_REDIRECTS = 5
_BUSY = frozenset({429, 503})
_SERVER_ERROR = 500


class FetchError(SyndicationError):
    """It could not be fetched. The message names the host and never the URL, which may hold a token."""


class _PassingError(Exception):
    """It may work in a moment; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class PublicClient:
    """Fetches one URL at a time. A request that fails in passing is made `maximum_tries` times, later each time, or
    when the server's `Retry-After` says; one that asks for more than `longest_wait` is left for the next run.
    """

    maximum_bytes: int
    request_timeout: timedelta = timedelta(seconds=60)
    maximum_tries: int = 3
    retry_delay: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(seconds=60)
    addresses_of: Callable[[str], list[str]] = field(default=public_addresses)
    """The addresses of a URL that may be connected to; PublicUrlError if there are none."""
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    """None trusts what the system trusts."""
    what: str = "feed"
    """What is fetched, as the messages name it."""
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)

    def get(self, url: str) -> bytes:
        """What the URL, or where it redirects to, answers. FetchError, or PublicUrlError for where nobody may go."""
        return asyncio.run(self._get(url))

    async def _get(self, url: str) -> bytes:
        problem = ""
        for number in range(1, self.maximum_tries + 1):
            wait = None
            try:
                # Of the whole answer, headers too: a server may send them a byte at a time.
                async with asyncio.timeout(self.request_timeout.total_seconds()):
                    return await self._follow(url)
            except TimeoutError:
                problem = f"no answer within {self.request_timeout.total_seconds():g} s"
            except _PassingError as error:
                problem, wait = str(error), error.wait
            if wait is not None and wait > self.longest_wait.total_seconds():
                raise FetchError(
                    f"{_host(url)}: {problem}, and asks to be left alone for {wait:,.0f} s. Fetch it then."
                )
            if number < self.maximum_tries:
                delay = self.retry_delay.total_seconds() * 2 ** (number - 1)
                await asyncio.sleep(delay if wait is None else max(wait, 0.0))
        raise FetchError(f"{_host(url)}: {problem}, {self.maximum_tries} times. Fetch again later.")

    async def _follow(self, url: str) -> bytes:
        # No proxy of the environment: the address that was checked must be the one that is asked.
        async with httpx.AsyncClient(
            timeout=self.request_timeout.total_seconds(),
            headers=dict(self.headers),
            follow_redirects=False,
            trust_env=False,
            verify=self.ssl_context or _system_trust(),
        ) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                answer = await self._ask_one_of(client, url, await asyncio.to_thread(self.addresses_of, url))
                if isinstance(answer, bytes):
                    return answer
                url = answer
        raise FetchError(f"{_host(url)}: more than {_MOST_REDIRECTS} redirects. Check the URL of the {self.what}.")

    async def _ask_one_of(self, client: httpx.AsyncClient, url: str, addresses: list[str]) -> bytes | str:
        """The answer of the first address that takes a connection: not every machine reaches IPv6."""
        for address in addresses:
            try:
                return await self._ask(client, url, address)
            except httpx.ConnectError:
                continue
        raise _PassingError("the connection failed (ConnectError)")

    async def _ask(self, client: httpx.AsyncClient, url: str, address: str) -> bytes | str:
        """The content, or the URL of a redirect. httpx.ConnectError if the address takes no connection."""
        content = bytearray()
        try:
            target = httpx.URL(url)
            async with client.stream(
                "GET",
                target.copy_with(host=address),
                headers={"Host": target.netloc.decode("ascii")},
                extensions={"sni_hostname": target.raw_host.decode("ascii")},
            ) as response:
                if response.has_redirect_location:
                    return _without_fragment(urljoin(url, response.headers["Location"]))
                self._check_status(target.host, response)
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > self.maximum_bytes:
                        raise FetchError(f"{target.host}: the {self.what} is larger than {self.maximum_bytes:,} bytes.")
        except httpx.ConnectError:
            raise
        except httpx.TimeoutException:
            raise _PassingError(f"no answer within {self.request_timeout.total_seconds():g} s") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _PassingError(f"the connection failed ({type(error).__name__})") from None
        except (httpx.InvalidURL, ValueError):
            raise PublicUrlError(f"{_host(url)} redirects to what is no URL.") from None
        if not content:
            raise _PassingError("the answer was empty")
        return bytes(content)

    def _check_status(self, host: str, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        if status in _BUSY or status >= _SERVER_ERROR:
            raise _PassingError(f"it answered {status}", seconds_to_wait(response.headers.get("Retry-After")))
        raise FetchError(f"{host}: it answered {status}. Check the URL of the {self.what}.")


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the feed"
    except ValueError:
        return "the feed"


@cache
def _system_trust() -> ssl.SSLContext:
    """Made once: it reads all certificates."""
    return httpx.create_ssl_context()
