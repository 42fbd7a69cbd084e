"""One HTTP client: bounded in time and size, with retries, and with messages that quote no URL.

It returns the last response, whatever its status: the caller decides what a status means. It raises HttpError if there
is no response.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx2

from syndication_assets.http.http_errors import (
    HttpError,
    InvalidRequestError,
    RedirectError,
    ResponseTimeoutError,
    ResponseTooLargeError,
    TooManyRedirectsError,
    http_error,
)
from syndication_assets.http.public_transport import PublicTransport
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status
from syndication_assets.http.system_trust import system_trust

Parameters = Mapping[str, str | int]
_MAXIMUM_ERROR_BYTES = 64 * 1024
_CONNECT_SECONDS = 10.0
_MAXIMUM_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    parameters: Parameters | None = None
    headers: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None


class HttpClient:
    """Several threads may share one client. Close it when done.

    `request_timeout` bounds one attempt: connecting, the whole body, and every redirect. A server that sends its
    headers one byte at a time is stopped in time by a PublicTransport only, which connects to public addresses and uses
    no proxy. Where redirects are followed, `headers` go to every host on the way: no secret belongs in them.
    """

    def __init__(
        self,
        *,
        maximum_bytes: int,
        headers: Mapping[str, str] | None = None,
        request_timeout: timedelta = timedelta(seconds=60),
        retries: RetryPolicy | None = None,
        connections: int = 10,
        follow_redirects: bool = False,
        transport: PublicTransport | None = None,
    ) -> None:
        _check_headers(headers or {})
        self._maximum_bytes = maximum_bytes
        self._headers = dict(headers or {})
        self._seconds = request_timeout.total_seconds()
        self._retries = retries or RetryPolicy()
        self._follow_redirects = follow_redirects
        self._transport = transport
        self._client = self._open(connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        parameters: Parameters | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        is_transient: Callable[[HttpResponse], bool] = is_transient_status,
    ) -> HttpResponse:
        """The last response. `is_transient` says whether the same request may get a better one, so is sent again."""
        _check_headers(headers or {})
        request = _Request("GET", url, parameters, headers)
        retrying = self._retries.retrying(is_transient)
        try:
            response = retrying(lambda: self._attempt(request))
        except HttpError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise
        return replace(response, attempts=retrying.statistics["attempt_number"])

    def post_once(self, url: str, form: Mapping[str, str]) -> HttpResponse:
        """Sends a form exactly once, without following a redirect.

        After NotSentError or InvalidRequestError the server has received nothing; after any other HttpError it may have
        acted on the form. The connection is always a new one: a kept-alive connection that the server has just closed
        would leave that open for a form that nobody read.
        """
        deadline = time.monotonic() + self._seconds
        with self._open(connections=1) as client:
            return self._exchange(client, _Request("POST", url, form=form), deadline)

    def _open(self, connections: int) -> httpx2.Client:
        return httpx2.Client(
            headers=self._headers,
            follow_redirects=False,
            transport=self._transport,
            trust_env=self._transport is None,
            verify=system_trust(),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    def _attempt(self, request: _Request) -> HttpResponse:
        deadline = time.monotonic() + self._seconds
        for _ in range(_MAXIMUM_REDIRECTS + 1):
            response = self._exchange(self._client, request, deadline)
            if not (self._follow_redirects and response.is_redirect):
                return response
            target = _redirect_target(request.url, response)
            if target is None:
                raise RedirectError("it redirects to an invalid URL")
            request = replace(request, url=target, parameters=None)
        raise TooManyRedirectsError(f"more than {_MAXIMUM_REDIRECTS} redirects")

    def _exchange(self, client: httpx2.Client, request: _Request, deadline: float) -> HttpResponse:
        """One request and its response. HttpError if there is none."""
        seconds = max(deadline - time.monotonic(), 0.001)
        try:
            with client.stream(
                request.method,
                request.url,
                params=request.parameters,
                headers=request.headers,
                data=request.form,
                timeout=httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
                extensions={"deadline": deadline},
            ) as response:
                content = b"" if response.has_redirect_location else self._content(response, deadline)
                return HttpResponse(response.status_code, response.headers, content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            described = http_error(error, self._seconds)
        # Raised out here, so that httpx2's error, which may quote a header, is neither its cause nor its context.
        raise described

    def _content(self, response: httpx2.Response, deadline: float) -> bytes:
        maximum_bytes = self._maximum_bytes if response.is_success else _MAXIMUM_ERROR_BYTES
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > maximum_bytes:
                if not response.is_success:
                    return bytes(content[:maximum_bytes])
                raise ResponseTooLargeError(f"the answer is larger than {maximum_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise ResponseTimeoutError(f"no answer within {self._seconds:g} s")
        return bytes(content)


def _redirect_target(url: str, response: HttpResponse) -> str | None:
    """Where a redirect leads, without the fragment; None if that is no URL."""
    try:
        return urljoin(url, response.headers["Location"]).partition("#")[0]
    except ValueError:
        return None


def _check_headers(headers: Mapping[str, str]) -> None:
    """The HTTP library would quote the whole value, perhaps a key, to say what is wrong with it."""
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise InvalidRequestError(f"the value of the header {name} has a character that no header may have")
