"""The certificates that this machine trusts."""

import ssl
from functools import cache

import httpx2


@cache
def system_trust() -> ssl.SSLContext:
    """Created once, because loading the certificates is slow."""
    return httpx2.create_ssl_context()
