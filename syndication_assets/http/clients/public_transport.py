"""Connections to public addresses only: the client connects to the address that was checked.

Every request, so every redirect too, resolves and checks its URL and gets a connection of its own. TLS and the Host
header keep the name of the host. No proxy of the environment is used: the proxy would choose the address.
"""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore2
import httpx2

from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.http.clients.system_trust import system_trust
from syndication_assets.http.clients.transports import CoreBody, core_request, errors_of_httpx2
from syndication_assets.http.deadlines import BoundedBackend

AddressesOf = Callable[[str], list[str]]
"""The addresses of a URL that may be connected to. PublicUrlError if there are none."""


class PublicTransport(httpx2.BaseTransport):
    """Without an `ssl_context`, it trusts what the system trusts."""

    def __init__(self, addresses_of: AddressesOf = public_addresses, ssl_context: ssl.SSLContext | None = None) -> None:
        self._addresses_of = addresses_of
        self._ssl_context = ssl_context

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        addresses = self._addresses_of(str(request.url))
        pool = httpcore2.ConnectionPool(
            ssl_context=self._ssl_context or system_trust(),
            network_backend=PublicBackend(lambda *_: addresses),
        )
        try:
            with errors_of_httpx2():
                response = pool.handle_request(core_request(request))
        except BaseException:
            pool.close()
            raise
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(pool, response))


class _Body(CoreBody):
    """Closes the response's own connection with it."""

    def __init__(self, pool: httpcore2.ConnectionPool, response: httpcore2.Response) -> None:
        super().__init__(response)
        self._pool = pool

    def close(self) -> None:
        super().close()
        self._pool.close()


class PublicBackend(BoundedBackend):
    """Connects to the first checked address of a host that accepts a connection: not every machine reaches IPv6.

    `addresses_at` names the checked addresses of a host and port; PublicUrlError if there are none.
    """

    def __init__(self, addresses_at: Callable[[str, int], list[str]]) -> None:
        self._addresses_at = addresses_at

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses_at(host, port):
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure
