"""The HTTP client for many requests at a time on one thread, with the same bounds as HttpClient."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from syndication_assets.http.clients.http_client import CONNECT_SECONDS, MAXIMUM_ERROR_BYTES
from syndication_assets.http.clients.system_trust import system_trust
from syndication_assets.http.headers import check_encoding, check_headers
from syndication_assets.http.http_errors import HttpError, ResponseTimeoutError, ResponseTooLargeError, http_error
from syndication_assets.http.response import HttpResponse


class AsyncHttpClient:
    """An asynchronous context manager. `seconds` bound a request: connecting, headers and body however slowly they
    come.

    No redirect is followed: what is posted goes to the configured server and to no other.
    """

    def __init__(self, *, maximum_bytes: int, headers: Mapping[str, str], seconds: float, connections: int) -> None:
        check_headers(headers)
        self._maximum_bytes = maximum_bytes
        self._headers = dict(headers)
        self._seconds = seconds
        self._connections = connections
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = httpx2.AsyncClient(
            headers=self._headers,
            follow_redirects=False,
            verify=system_trust(),
            timeout=httpx2.Timeout(self._seconds, connect=min(self._seconds, CONNECT_SECONDS)),
            limits=httpx2.Limits(max_connections=self._connections, max_keepalive_connections=self._connections),
        )
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def post_json(self, url: str, body: Any) -> HttpResponse:
        """The response, whatever its status; HttpError if there is none. Never sent again."""
        if self._client is None:
            raise RuntimeError("the client is not open: use `async with`")
        described: HttpError
        try:
            async with asyncio.timeout(self._seconds), self._client.stream("POST", url, json=body) as response:
                check_encoding(response)
                content = b"" if response.has_redirect_location else await self._content(response)
                return HttpResponse(response.status_code, response.headers, content)
        except TimeoutError:
            described = ResponseTimeoutError(f"no answer within {self._seconds:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            described = http_error(error, self._seconds)
        # Raised out here, so that httpx2's error, which may quote a header, is neither its cause nor its context.
        raise described

    async def _content(self, response: httpx2.Response) -> bytes:
        maximum_bytes = self._maximum_bytes if response.is_success else MAXIMUM_ERROR_BYTES
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > maximum_bytes:
                if not response.is_success:
                    return bytes(content[:maximum_bytes])
                raise ResponseTooLargeError(f"the answer is larger than {maximum_bytes:,} bytes")
        return bytes(content)
