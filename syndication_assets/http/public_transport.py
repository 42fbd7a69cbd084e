"""Connections to public addresses only: the client connects to the address that was checked.

Every request, so every redirect too, resolves and checks its URL and gets a connection of its own. TLS and the Host
header keep the name of the host. No operation waits past the request's deadline, even if a server sends its headers one
byte at a time. No proxy of the environment is used: the proxy would choose the address.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

from syndication_assets.http.public_urls import public_addresses
from syndication_assets.http.system_trust import system_trust

AddressesOf = Callable[[str], list[str]]
"""The addresses of a URL that may be connected to. PublicUrlError if there are none."""


class PublicTransport(httpx2.BaseTransport):
    """HttpClient sets the deadline of each request. Without an `ssl_context`, it trusts what the system trusts."""

    def __init__(self, addresses_of: AddressesOf = public_addresses, ssl_context: ssl.SSLContext | None = None) -> None:
        self._addresses_of = addresses_of
        self._ssl_context = ssl_context

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        pool = httpcore2.ConnectionPool(
            ssl_context=self._ssl_context or system_trust(),
            network_backend=_CheckedBackend(self._addresses_of(str(url)), request.extensions["deadline"]),
        )
        try:
            with _errors_of_httpx2():
                response = pool.handle_request(
                    httpcore2.Request(
                        request.method,
                        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                        headers=request.headers.raw,
                        content=request.stream,
                        extensions=request.extensions,
                    )
                )
        except BaseException:
            pool.close()
            raise
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(pool, response))


class _Body(httpx2.SyncByteStream):
    def __init__(self, pool: httpcore2.ConnectionPool, response: httpcore2.Response) -> None:
        self._pool = pool
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx2():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
        self._pool.close()


class _CheckedBackend(httpcore2.SyncBackend):
    """Connects to the first checked address that accepts a connection: not every machine reaches IPv6."""

    def __init__(self, addresses: list[str], deadline: float) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the checked addresses are its own
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses:
            try:
                seconds = _remaining(self._deadline, timeout, httpcore2.ConnectTimeout)
                stream = super().connect_tcp(address, port, seconds, local_address, socket_options)
                return _BoundedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class _BoundedStream(httpcore2.NetworkStream):
    """No operation waits past the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(self._deadline, timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(self._deadline, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = _remaining(self._deadline, timeout, httpcore2.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None, expired: type[Exception]) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise expired("the deadline has passed")
    return seconds if timeout is None else min(seconds, timeout)


@contextmanager
def _errors_of_httpx2() -> Iterator[None]:
    """httpcore2's errors as httpx2's, which have the same names."""
    try:
        yield
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from None
