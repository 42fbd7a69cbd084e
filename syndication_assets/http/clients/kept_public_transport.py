"""Connections to public addresses only that are kept for further requests: for many files of few hosts.

The address is resolved and checked when a connection is made, and the connection stays with the address that was
checked. Each request's URL is checked too, because a redirect may leave https.
"""

import ssl

import httpcore2
import httpx2

from syndication_assets.http.clients.public_transport import AddressesOf, PublicBackend, PublicTransport
from syndication_assets.http.clients.public_urls import public_addresses, require_https
from syndication_assets.http.clients.system_trust import system_trust
from syndication_assets.http.clients.transports import CoreBody, core_request, errors_of_httpx2

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
            network_backend=PublicBackend(self._addresses_at),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        require_https(str(request.url))
        with errors_of_httpx2():
            response = self._pool.handle_request(core_request(request))
        return httpx2.Response(response.status, headers=response.headers, stream=CoreBody(response))

    def close(self) -> None:
        self._pool.close()

    def _addresses_at(self, host: str, port: int) -> list[str]:
        name = f"[{host}]" if ":" in host else host
        return self._addresses_of(f"https://{name}:{port}/")
