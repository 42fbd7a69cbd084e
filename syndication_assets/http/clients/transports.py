"""The transport of clients that talk to configured servers: kept connections, and the proxies of the environment.

It stands in for httpx2's own, whose connections know no total deadline.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from syndication_assets.http.clients.system_trust import system_trust
from syndication_assets.http.deadlines import BoundedBackend

_KEPT_SECONDS = 5.0


class PooledTransport(httpx2.BaseTransport):
    """Keeps up to `connections` connections, to each proxy or without one. Several threads may share it."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._pools: dict[str | None, httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with errors_of_httpx2():
            response = self._pool(_proxy_of(request.url)).handle_request(core_request(request))
        return httpx2.Response(response.status, headers=response.headers, stream=CoreBody(response))

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _pool(self, proxy: str | None) -> httpcore2.ConnectionPool:
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = httpcore2.ConnectionPool(
                    ssl_context=system_trust(),
                    proxy=None if proxy is None else _core_proxy(proxy),
                    max_connections=self._connections,
                    max_keepalive_connections=self._connections,
                    keepalive_expiry=_KEPT_SECONDS,
                    network_backend=BoundedBackend(),
                )
            return self._pools[proxy]


class CoreBody(httpx2.SyncByteStream):
    """The body of a response of the library below, piece by piece."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with errors_of_httpx2():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def core_request(request: httpx2.Request) -> httpcore2.Request:
    """The request in the form of the library below."""
    url = request.url
    return httpcore2.Request(
        request.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def errors_of_httpx2() -> Iterator[None]:
    """httpcore2's errors as httpx2's, which have the same names."""
    try:
        yield
    except (
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
        httpcore2.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from None


def _proxy_of(url: httpx2.URL) -> str | None:
    """The proxy that the environment names for the URL; None without one, or where NO_PROXY lists the host."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return None if not proxy or proxy_bypass(url.host) else proxy


def _core_proxy(url: str) -> httpcore2.Proxy:
    try:
        proxy = httpx2.Proxy(url if "://" in url else f"http://{url}")
    except (ValueError, httpx2.InvalidURL):
        raise httpx2.ProxyError("the proxy of the environment is none that is supported") from None
    if proxy.url.scheme not in {"http", "https"}:
        raise httpx2.ProxyError("the proxy of the environment is none that is supported")
    address = proxy.url
    return httpcore2.Proxy(
        httpcore2.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
        ssl_context=proxy.ssl_context,
    )
