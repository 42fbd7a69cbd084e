"""Which URLs from the outside may be followed: https, on addresses that everybody can reach.

A name is resolved and each of its addresses is checked. A caller must connect to one of the checked addresses, because
the name may resolve differently later, and must check every redirect. Kept as own code: a library that only resolves
and checks leaves the second resolution to the HTTP client, which is where the check is lost.
"""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from urllib.parse import urlsplit

from syndication_assets.errors import SyndicationError

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Iterable[str]]
"""Host and port → addresses; OSError if there are none."""

_LONGEST_URL = 2048
# Relays to IPv6, addresses of protocols, and the address under which a cloud's host answers its machines.
_NOT_OF_THE_INTERNET = tuple(map(IPv4Network, ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")))
_FIRST_FREE_PORT = 1024
"""Ports below belong to the system's services."""
_PORTS_OF_DATABASES = {1433, 1521, 2375, 2379, 3306, 3389, 5432, 5672, 5900, 5984, 6379, 9092, 9200, 11211, 27017}
"""Of databases, brokers, containers and remote desktops."""


class PublicUrlError(SyndicationError):
    """The URL is not https on public addresses."""


class UnresolvedUrlError(PublicUrlError):
    """The host cannot be resolved at the moment."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver names."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def public_addresses(url: str, resolver: Resolver = resolve) -> list[str]:
    """The addresses of the URL's host, all of them public. PublicUrlError, which does not quote the URL, if not."""
    host, port = _https_host(url)
    try:
        addresses = [ip_address(text.partition("%")[0]) for text in resolver(host, port)]
    except (OSError, ValueError):
        raise UnresolvedUrlError(f"The host {host} has no address at the moment.") from None
    if not addresses:
        raise UnresolvedUrlError(f"The host {host} has no address at the moment.")
    for address in addresses:
        if not is_public(address):
            raise PublicUrlError(f"The host {host} leads to {address}, which is no public address.")
    return [str(address) for address in addresses]


def require_https(url: str) -> None:
    """PublicUrlError, which does not quote the URL, unless it is one of https that may be followed."""
    _https_host(url)


def is_public(address: Address) -> bool:
    """Whether the address is one of the internet's: not private, loopback, link-local, multicast or reserved."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        # Tunnels lead to the IPv4 address that they carry. Translated ones (64:ff9b::) are reserved.
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    elif any(address in network for network in _NOT_OF_THE_INTERNET):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _https_host(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        raise PublicUrlError("The URL cannot be read.") from None
    if len(url) > _LONGEST_URL or any(character.isspace() or ord(character) < 32 for character in url):
        raise PublicUrlError("The URL cannot be read: it has white space in it, or is too long.")
    if parts.scheme != "https" or not host:
        raise PublicUrlError("The URL does not begin with https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise PublicUrlError("The URL has a user name or password in it.")
    if port != 443 and (port < _FIRST_FREE_PORT or port in _PORTS_OF_DATABASES):
        raise PublicUrlError(f"The URL names the port {port}, where no web server listens: use port 443.")
    return host, port
