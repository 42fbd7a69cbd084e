"""Connections to public addresses only that are kept for further requests: for many files of few hosts.

The address is resolved and checked when a connection is made, and the connection stays with the address that was
checked. Each request's URL is checked too, because a redirect may leave https.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from syndication_assets.http.clients.public_transport import AddressesOf, PublicTransport
from syndication_assets.http.clients.public_urls import public_addresses, require_https
from syndication_assets.http.clients.system_trust import system_trust
from syndication_assets.http.clients.transports import CoreBody, core_request, errors_of_httpx2
from syndication_assets.http.deadlines import BoundedBackend

_KEPT_SECONDS = 15.0


class KeptPublicTransport(PublicTransport):
    """Several threads may share it. Close it when done."""

    def __init__(
        self,
        connections: int,
        addresses_of: AddressesOf = public_addresses,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(addresses_of, ssl_context)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or system_trust(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=_CheckingBackend(addresses_of),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        require_https(str(request.url))
        with errors_of_httpx2():
            response = self._pool.handle_request(core_request(request))
        return httpx2.Response(response.status, headers=response.headers, stream=CoreBody(response))

    def close(self) -> None:
        self._pool.close()


class _CheckingBackend(BoundedBackend):
    """Connects to the first public address of the host that accepts a connection."""

    def __init__(self, addresses_of: AddressesOf) -> None:
        self._addresses_of = addresses_of

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        name = f"[{host}]" if ":" in host else host
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses_of(f"https://{name}:{port}/"):
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure
