"""The HTTP client of all rooms: bounded in time and size, with retries, and with messages that quote no URL.

It returns the last response, whatever its status: the caller decides what a status means. It raises HttpError if there
is no response.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx2

from syndication_assets.http.call_results import milliseconds_since, result_of
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.http.clients.redirects import origin, redirect_target
from syndication_assets.http.clients.request import Files, Parameters, Request
from syndication_assets.http.clients.transports import PooledTransport
from syndication_assets.http.deadlines import until
from syndication_assets.http.headers import check_encoding, check_headers
from syndication_assets.http.http_errors import (
    HttpError,
    InvalidRequestError,
    NotSentError,
    RedirectError,
    ResponseTimeoutError,
    ResponseTooLargeError,
    TooManyRedirectsError,
    http_error,
)
from syndication_assets.http.recording import CallResult, CallToMake, current_recorder
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status

MAXIMUM_ERROR_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0
_MAXIMUM_REDIRECTS = 5


class HttpClient:
    """Several threads may share one client. Close it when done.

    `request_timeout` bounds one attempt: connecting, headers and body however slowly they come, and every redirect.

    With `follow_redirects`, redirects are followed within the origin of the URL; one that leads to another origin is an
    error, because headers and parameters are meant for this server. Only a client of public pages that sends nothing
    else may set `leaves_origin`.

    `provider` names the API. Where calls are recorded (`recording.py`), each request of it is on record before it is
    sent, and WithheldError says that it may not be. None is for requests that nobody limits or charges.
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
        leaves_origin: bool = False,
        transport: PublicTransport | None = None,
        provider: str | None = None,
    ) -> None:
        check_headers(headers or {})
        self._provider = provider
        self._maximum_bytes = maximum_bytes
        self._headers = dict(headers or {})
        self._seconds = request_timeout.total_seconds()
        self._retries = retries or RetryPolicy()
        self._follow_redirects = follow_redirects
        self._leaves_origin = leaves_origin
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
        operation: str = "get",
        quota_units: int = 1,
    ) -> HttpResponse:
        """The last response. `is_transient` says whether the same request may get a better one, so is sent again.

        `operation` is what the request is for, as it is recorded, and never a part of an address.
        """
        check_headers(headers or {})
        request = Request("GET", url, parameters, headers, operation=operation, quota_units=quota_units)
        retrying = self._retries.retrying(is_transient)
        try:
            response = retrying(lambda: self._attempt(request))
        except HttpError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise
        return replace(response, attempts=retrying.statistics["attempt_number"])

    def post_once(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        *,
        parameters: Parameters | None = None,
        json: Any = None,
        files: Files | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        operation: str = "post",
        priced_units: Mapping[str, int] | None = None,
    ) -> HttpResponse:
        """Sends a form, with files or without, JSON or bytes exactly once, without following a redirect.

        `priced_units` are those that the provider charges for, at most; the response's `call` takes the cost later.

        After NotSentError or InvalidRequestError the server has received nothing; after any other HttpError it may have
        acted on the form. The connection is always a new one: a kept-alive connection that the server has just closed
        would leave that open for a form that nobody read.
        """
        request = Request(
            *("POST", url, parameters, headers),
            form=form,
            json=json,
            files=files,
            content=content,
            operation=operation,
            priced_units=priced_units,
        )
        return self._once(request)

    def put_once(
        self, url: str, content: bytes, *, headers: Mapping[str, str] | None = None, operation: str = "put"
    ) -> HttpResponse:
        """Sends bytes exactly once, on a new connection, without following a redirect; errors as of `post_once`."""
        return self._once(Request("PUT", url, None, headers, content=content, operation=operation))

    def _once(self, request: Request) -> HttpResponse:
        check_headers(request.headers or {})
        deadline = time.monotonic() + self._seconds
        with self._open(connections=1) as client:
            return self._exchange(client, request, deadline)

    def _open(self, connections: int) -> httpx2.Client:
        return httpx2.Client(
            headers=self._headers,
            follow_redirects=False,
            transport=self._transport or PooledTransport(connections),
            trust_env=False,
        )

    def _attempt(self, request: Request) -> HttpResponse:
        deadline = time.monotonic() + self._seconds
        for _ in range(_MAXIMUM_REDIRECTS + 1):
            response = self._exchange(self._client, request, deadline)
            if not (self._follow_redirects and response.is_redirect):
                return response
            target = redirect_target(request.url, response)
            if target is None:
                raise RedirectError("it redirects to an invalid URL")
            if not self._leaves_origin and origin(target) != origin(request.url):
                raise RedirectError("it redirects to another origin")
            request = replace(request, url=target, parameters=None)
        raise TooManyRedirectsError(f"more than {_MAXIMUM_REDIRECTS} redirects")

    def _exchange(self, client: httpx2.Client, request: Request, deadline: float) -> HttpResponse:
        """One request and its response, on record if somebody records. HttpError if there is no response."""
        recorder = None if self._provider is None else current_recorder()
        if recorder is None or self._provider is None:
            return self._send(client, request, deadline)
        call = recorder.reserve(
            CallToMake(self._provider, request.operation, request.quota_units, request.priced_units)
        )
        started_at = time.monotonic()
        try:
            response = self._send(client, request, deadline)
        except (NotSentError, InvalidRequestError, PublicUrlError):
            call.release()
            raise
        except BaseException:
            call.settle(CallResult(is_successful=False, latency_ms=milliseconds_since(started_at)))
            raise
        call.settle(result_of(response, milliseconds_since(started_at)))
        return replace(response, call=call)

    def _send(self, client: httpx2.Client, request: Request, deadline: float) -> HttpResponse:
        """One request and its response. HttpError if there is none."""
        seconds = max(deadline - time.monotonic(), 0.001)
        try:
            with (
                until(deadline),
                client.stream(
                    request.method,
                    request.url,
                    params=request.parameters,
                    headers=request.headers,
                    data=request.form,
                    json=request.json,
                    files=request.files,
                    content=request.content,
                    timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
                ) as response,
            ):
                check_encoding(response)
                content = b"" if response.has_redirect_location else self._content(response, deadline)
                return HttpResponse(response.status_code, response.headers, content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            described = http_error(error, self._seconds)
        # Raised out here, so that httpx2's error, which may quote a header, is neither its cause nor its context.
        raise described

    def _content(self, response: httpx2.Response, deadline: float) -> bytes:
        maximum_bytes = self._maximum_bytes if response.is_success else MAXIMUM_ERROR_BYTES
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
